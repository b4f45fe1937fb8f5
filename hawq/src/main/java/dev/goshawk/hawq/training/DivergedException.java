package dev.goshawk.hawq.training;

import dev.goshawk.hawq.setting.NamesSettings;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.setting.SettingNames;
import org.jspecify.annotations.Nullable;

/** A training whose loss or logits became NaN or infinite: where, and with which learning rate. */
public final class DivergedException extends ArithmeticException implements NamesSettings {
    private static final long serialVersionUID = 1;

    private final String found;
    private final String stage;
    private final long step;
    private final double rate;
    private final Setting setting;

    private DivergedException(String found, String stage, long step, double rate, Setting setting,
            @Nullable Throwable cause) {
        super(message(found, rate, setting, SettingNames.PLAIN));
        this.found = found;
        this.stage = stage;
        this.step = step;
        this.rate = rate;
        this.setting = setting;
        initCause(cause);
    }

    /**
     * The loss of a step is not a finite number.
     *
     * @param epoch of the training images, from 1
     * @param setting what sets the rate
     */
    static DivergedException ofLoss(double loss, String stage, long step, long epoch, double rate, Setting setting) {
        return new DivergedException("expected a finite loss, got " + loss + " at step " + step + " (stage " + stage
                + ", epoch " + epoch + " of the data, ", stage, step, rate, setting, null);
    }

    /** A logit of an image is not a finite number after a step. */
    static DivergedException ofLogits(String images, String stage, long step, double rate, Setting setting,
            Throwable cause) {
        return new DivergedException("expected finite logits of the " + images + " images after step " + step
                + " (stage " + stage + ", ", stage, step, rate, setting, cause);
    }

    /** Name of the stage. */
    public String stage() {
        return stage;
    }

    /** Number of the step from 1, over all stages. */
    public long step() {
        return step;
    }

    /** Learning rate of the step. */
    public double rate() {
        return rate;
    }

    /** What sets the learning rate. */
    public Setting setting() {
        return setting;
    }

    @Override
    public String message(SettingNames names) {
        return message(found, rate, setting, names);
    }

    private static String message(String found, double rate, Setting setting, SettingNames names) {
        return "training diverged: " + found + "learning rate " + rate + "): a lower " + names.of(setting)
                + " may help";
    }
}
