package dev.goshawk.hawq.training;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Stages of training, each of which may quantize more blocks; those quantized stay quantized.
 *
 * @param stages in order, at least one
 * @param rate learning rate
 * @param wholeRun whether the rate runs once over all stages or restarts in each
 */
public record Schedule(List<Stage> stages, LearningRate rate, boolean wholeRun) {

    /** A block that gets quantized. */
    public record Turn(String block, BitWidth bits) {
    }

    /**
     * One stage.
     *
     * @param name for people: what is done in it
     * @param quantized blocks newly quantized at its start, none for plain training
     * @param epochs its length in epochs, a fraction being rounded to whole steps, at least one; 0 quantizes without training
     */
    public record Stage(String name, List<Turn> quantized, double epochs) {
        public Stage {
            if (!(epochs >= 0) || Double.isInfinite(epochs)) {
                throw new IllegalArgumentException(
                        "stage " + name + ": expected a finite number of epochs, 0 or more, got "
                                + epochs);
            }
            quantized = List.copyOf(quantized);
        }

        long steps(int stepsPerEpoch) {
            return epochs == 0 ? 0 : Math.max(1, Math.round(epochs * stepsPerEpoch));
        }
    }

    public Schedule {
        stages = List.copyOf(stages);
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("schedule: expected at least one stage, got none");
        }
        SequencedMap<String, String> seen = new LinkedHashMap<>();
        for (Stage stage : stages) {
            for (Turn t : stage.quantized()) {
                String before = seen.putIfAbsent(t.block(), stage.name());
                if (before != null) {
                    throw new IllegalArgumentException(
                            "schedule: block '" + t.block() + "' is quantized twice, in stages '"
                                    + before + "' and '" + stage.name() + "'");
                }
            }
        }
    }

    /** Plain training. */
    public static Schedule plain(double epochs, LearningRate rate) {
        return new Schedule(List.of(new Stage("float", List.of(), epochs)), rate, false);
    }

    /**
     * One block after another, in the order given.
     *
     * @param epochsPerBlock length of each block's stage
     * @param finalEpochs further epochs with all blocks quantized, 0 for none
     */
    public static Schedule blockByBlock(List<Turn> turns, double epochsPerBlock, double finalEpochs, LearningRate rate,
            boolean wholeRun) {
        List<Stage> stages = new ArrayList<>();
        turns.forEach(t -> stages.add(new Stage(t.block(), List.of(t), epochsPerBlock)));
        return new Schedule(withFinal(stages, finalEpochs), rate, wholeRun);
    }

    /** All blocks at the start, and as many epochs as {@link #blockByBlock} takes. */
    public static Schedule atOnce(List<Turn> turns, double epochsPerBlock, double finalEpochs, LearningRate rate,
            boolean wholeRun) {
        List<Stage> stages = new ArrayList<>(List.of(new Stage("all blocks", turns, epochsPerBlock * turns.size())));
        return new Schedule(withFinal(stages, finalEpochs), rate, wholeRun);
    }

    private static List<Stage> withFinal(List<Stage> stages, double finalEpochs) {
        if (!(finalEpochs >= 0)) {
            throw new IllegalArgumentException("final epochs: expected 0 or more, got " + finalEpochs);
        }
        if (finalEpochs > 0) {
            stages.add(new Stage("final", List.of(), finalEpochs));
        }
        return stages;
    }
}
