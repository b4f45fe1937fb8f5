package dev.goshawk.hawq.cli.quantize;

import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.run.EmbeddedRun;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.hawq.search.SearchPolicy.Length;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long methods search that choose widths by training. */
public final class SearchOptions {
    private static final String EPOCHS = "--search-epochs";
    private static final String GAMMA = "--search-gamma";
    private static final String EPISODES = "--episodes";
    private static final String IMAGES = "--search-images";

    @Option(names = EPOCHS, paramLabel = "E",
            description = "Epochs of a differentiable search (dnas; default: 15, on the embedded shapes 3, fewer where the "
                    + "training is shorter than usual).")
    private @Nullable Double epochs;

    @Option(names = GAMMA, paramLabel = "G",
            description = "Exponent of the size in a differentiable search: a larger one makes networks smaller (dnas; default: 4).")
    private @Nullable Double gamma;

    @Option(names = EPISODES, paramLabel = "N",
            description = "Choices of widths that an agent tries (haq; default: 60, on the embedded shapes 10, fewer where the "
                    + "training is shorter than usual).")
    private @Nullable Integer episodes;

    @Option(names = IMAGES, paramLabel = "N",
            description = "Training images that a search uses (default: dnas all of them, haq a ninth, at most 5000, for an epoch "
                    + "in each episode; with 0 haq measures without training).")
    private @Nullable Integer images;

    /** These options, and which methods have a use for each. */
    public static Map<String, Predicate<NamedMethod>> uses() {
        Map<String, Predicate<NamedMethod>> uses = new LinkedHashMap<>();
        uses.put(EPOCHS, m -> searches(m, Length.EPOCHS));
        uses.put(GAMMA, m -> searches(m, Length.EPOCHS));
        uses.put(EPISODES, m -> searches(m, Length.EPISODES));
        uses.put(IMAGES, m -> m.policy() instanceof SearchPolicy);
        return uses;
    }

    private static boolean searches(NamedMethod method, Length length) {
        return method.policy() instanceof SearchPolicy search && search.countedIn() == length;
    }

    /**
     * What was asked for, or is usual.
     *
     * @param embedded whether the images are the embedded shapes
     * @param factor how long the training is in comparison with the usual one
     * @throws dev.goshawk.hawq.setting.InvalidSettingException if a number is out of its range
     */
    public SearchSettings settings(boolean embedded, double factor) {
        SearchSettings usual = SearchSettings.standard();
        if (embedded) {
            usual = usual.withLength(EmbeddedRun.SEARCH_EPOCHS, EmbeddedRun.EPISODES);
        }
        usual = usual.shortened(factor);
        return usual
                .withLength(epochs == null ? usual.epochs() : epochs, episodes == null ? usual.episodes() : episodes)
                .withImages(images).withGamma(gamma == null ? usual.gamma() : gamma);
    }
}
