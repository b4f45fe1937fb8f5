package dev.goshawk.hawq;

import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import java.util.List;

/**
 * How long a network is trained while its blocks are quantized.
 *
 * @param epochsPerBlock after each block, 0 to 1,000,000; may be a fraction
 * @param finalEpochs after the last block's, 0 to 1,000,000
 * @param rate learning rate
 * @param wholeRun whether the rate runs once over all stages or restarts with each block
 * @param atOnce whether all blocks are quantized at the start and trained for as many epochs
 * @param measures what else is done for accuracy
 */
public record FineTuning(double epochsPerBlock, double finalEpochs, LearningRate rate, boolean wholeRun,
        boolean atOnce, FineTuningMeasures measures) {
    private static final int MOST_EPOCHS = 1_000_000;

    /**
     * Checks the lengths.
     *
     * @throws InvalidSettingException if one is out of its range
     */
    public FineTuning {
        requireEpochs(Setting.EPOCHS_PER_BLOCK, epochsPerBlock);
        requireEpochs(Setting.FINAL_EPOCHS, finalEpochs);
        if (measures.finalRate() != null && finalEpochs == 0) {
            throw new InvalidSettingException(Setting.FINAL_EPOCHS, "more than 0 with a final learning rate", 0);
        }
    }

    /** Without further measures. */
    public FineTuning(double epochsPerBlock, double finalEpochs, LearningRate rate, boolean wholeRun, boolean atOnce) {
        this(epochsPerBlock, finalEpochs, rate, wholeRun, atOnce, FineTuningMeasures.NONE);
    }

    /** An epoch after each block, at a rate from 0.01 down to 0 along half a cosine. */
    public static FineTuning standard() {
        return new FineTuning(1, 0, new LearningRate.Cosine(0.01, 0), false, false);
    }

    /** The same with other lengths. */
    public FineTuning withEpochs(double perBlock, double last) {
        return new FineTuning(perBlock, last, rate, wholeRun, atOnce, measures);
    }

    /** The same with another learning rate. */
    public FineTuning withRate(LearningRate value) {
        return new FineTuning(epochsPerBlock, finalEpochs, value, wholeRun, atOnce, measures);
    }

    /** The same with other measures. */
    public FineTuning withMeasures(FineTuningMeasures value) {
        return new FineTuning(epochsPerBlock, finalEpochs, rate, wholeRun, atOnce, value);
    }

    /** The schedule of a training that quantizes blocks in an order. */
    Schedule schedule(List<Turn> turns) {
        return measures.apply(atOnce
                ? Schedule.atOnce(turns, epochsPerBlock, finalEpochs, rate, wholeRun)
                : Schedule.blockByBlock(turns, epochsPerBlock, finalEpochs, rate, wholeRun));
    }

    private static void requireEpochs(Setting setting, double epochs) {
        if (!(epochs >= 0 && epochs <= MOST_EPOCHS)) {
            throw new InvalidSettingException(setting, "a number of epochs from 0 to " + MOST_EPOCHS, epochs);
        }
    }
}
