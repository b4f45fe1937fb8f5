package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import org.jspecify.annotations.Nullable;

/**
 * How long a method searches that chooses widths by training, and what it weighs.
 *
 * @param epochs of a differentiable search, above 0 to 1,000,000; may be a fraction
 * @param episodes of a search by trials, 1 to 1,000,000
 * @param images of the training set that the search trains on, 0 or more, or null for the method's usual number
 * @param gamma exponent of the size in a differentiable search, 0 or more
 */
public record SearchSettings(double epochs, int episodes, @Nullable Integer images, double gamma) {
    private static final int MOST = 1_000_000;
    private static final double FEWEST_EPOCHS = 0.1;
    private static final double GAMMA = 4;

    /**
     * Checks the numbers.
     *
     * @throws InvalidSettingException if one is out of its range
     */
    public SearchSettings {
        if (!(epochs > 0 && epochs <= MOST)) {
            throw new InvalidSettingException(Setting.SEARCH_EPOCHS, "a number of epochs above 0 to " + MOST, epochs);
        }
        if (episodes < 1 || episodes > MOST) {
            throw new InvalidSettingException(Setting.EPISODES, "1 to " + MOST + " episodes", episodes);
        }
        if (images != null && images < 0) {
            throw new InvalidSettingException(Setting.SEARCH_IMAGES, "0 images or more", images);
        }
        if (!(gamma >= 0) || Double.isInfinite(gamma)) {
            throw new InvalidSettingException(Setting.SEARCH_GAMMA, "a finite number of 0 or more", gamma);
        }
    }

    /** 15 epochs or 60 episodes, over the usual images. */
    public static SearchSettings standard() {
        return new SearchSettings(15, 60, null, GAMMA);
    }

    /** The same with other lengths. */
    public SearchSettings withLength(double otherEpochs, int otherEpisodes) {
        return new SearchSettings(otherEpochs, otherEpisodes, images, gamma);
    }

    /** The same with another number of images, or null for the usual one. */
    public SearchSettings withImages(@Nullable Integer other) {
        return new SearchSettings(epochs, episodes, other, gamma);
    }

    /** The same with another exponent. */
    public SearchSettings withGamma(double other) {
        return new SearchSettings(epochs, episodes, images, other);
    }

    /** Both lengths times a factor, where that is below 1; an episode and a tenth of an epoch are left at least. */
    public SearchSettings shortened(double factor) {
        return factor >= 1
                ? this
                : withLength(Math.max(FEWEST_EPOCHS, epochs * factor),
                        (int) Math.max(1, Math.round(episodes * factor)));
    }
}
