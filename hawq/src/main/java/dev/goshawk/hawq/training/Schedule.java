package dev.goshawk.hawq.training;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Stages of training, each of which may quantize more blocks, or give quantized ones fewer bits; what is quantized stays so.
 *
 * @param stages in order, at least one
 * @param rate learning rate of the stages that have none of their own
 * @param wholeRun whether that rate runs once over all these stages or restarts in each
 */
public record Schedule(List<Stage> stages, LearningRate rate, boolean wholeRun) {
    private static final String FINAL = "final";

    /**
     * A block that gets quantized, or fewer bits than it has.
     *
     * @param bits of its weights
     * @param activationBits of its activations, or null for the settings' width
     */
    public record Turn(String block, BitWidth bits, @Nullable BitWidth activationBits) {
        /** With activations of the settings' width. */
        public Turn(String block, BitWidth bits) {
            this(block, bits, null);
        }
    }

    /**
     * One stage.
     *
     * @param name for people: what is done in it
     * @param quantized blocks newly quantized at its start, none for plain training
     * @param epochs its length in epochs, a fraction being rounded to whole steps, at least one; 0 quantizes without training
     * @param rate learning rate of its own, or null
     */
    public record Stage(String name, List<Turn> quantized, double epochs, @Nullable LearningRate rate) {
        public Stage {
            if (!(epochs >= 0) || Double.isInfinite(epochs)) {
                throw new IllegalArgumentException(
                        "stage " + name + ": expected a finite number of epochs, 0 or more, got "
                                + epochs);
            }
            quantized = List.copyOf(quantized);
        }

        /** A stage with the schedule's rate. */
        public Stage(String name, List<Turn> quantized, double epochs) {
            this(name, quantized, epochs, null);
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
        SequencedMap<String, Stage> seen = new LinkedHashMap<>();
        Map<String, BitWidth> widths = new HashMap<>();
        for (Stage stage : stages) {
            for (Turn t : stage.quantized()) {
                Stage before = seen.put(t.block(), stage);
                BitWidth width = widths.put(t.block(), t.bits());
                if (before != null && (width == null || t.bits().bits() >= width.bits() || width.isFloat())) {
                    throw new IllegalArgumentException("schedule: block '" + t.block()
                            + "' is quantized twice, in stages '" + before.name() + "' and '" + stage.name()
                            + "', expected fewer bits the second time");
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
            stages.add(new Stage(FINAL, List.of(), finalEpochs));
        }
        return stages;
    }

    /**
     * The same with a learning rate of its own for the last stage.
     *
     * @throws IllegalArgumentException if the last stage quantizes blocks: there are no final epochs
     */
    public Schedule withFinalRate(LearningRate own) {
        Stage last = stages.getLast();
        if (!last.quantized().isEmpty()) {
            throw new IllegalArgumentException("schedule: expected final epochs, which a final learning rate is for");
        }
        List<Stage> all = new ArrayList<>(stages.subList(0, stages.size() - 1));
        all.add(new Stage(last.name(), last.quantized(), last.epochs(), own));
        return new Schedule(all, rate, wholeRun);
    }

    /**
     * The same after stages in which all blocks come down together, to each of some widths or to their own where that is wider. A stage
     * whose block has its own width by then falls away.
     *
     * @param widths in descending order
     * @param epochs length of each of these stages
     */
    public Schedule progressive(List<BitWidth> widths, double epochs) {
        SequencedMap<String, BitWidth> own = new LinkedHashMap<>();
        stages.forEach(stage -> stage.quantized().forEach(t -> own.put(t.block(), t.bits())));
        Map<String, BitWidth> reached = new HashMap<>();
        Map<String, BitWidth> activations = activationBits();
        List<Stage> all = new ArrayList<>();
        for (BitWidth width : widths) {
            List<Turn> turns = new ArrayList<>();
            own.forEach((block, bits) -> {
                BitWidth now = bits.bits() > width.bits() ? bits : width;
                if (reached.put(block, now) != now) {
                    turns.add(new Turn(block, now, activations.get(block)));
                }
            });
            all.add(new Stage(width + " bits", turns, epochs));
        }
        for (Stage stage : stages) {
            List<Turn> left = stage.quantized().stream().filter(t -> reached.get(t.block()) != t.bits()).toList();
            if (!left.isEmpty() || stage.quantized().isEmpty()) {
                all.add(new Stage(stage.name(), left, stage.epochs(), stage.rate()));
            }
        }
        return new Schedule(all, rate, wholeRun);
    }

    /** Steps of all stages before one, or of all where it is the number of stages. */
    long stepsBefore(int stage, int stepsPerEpoch) {
        return stages.stream().limit(stage).mapToLong(s -> s.steps(stepsPerEpoch)).sum();
    }

    /** The learning rate of a step of a stage, from 0. */
    double rate(int stage, long step, int stepsPerEpoch) {
        LearningRate own = stages.get(stage).rate();
        long steps = stages.get(stage).steps(stepsPerEpoch);
        if (own != null) {
            return own.at(step, steps);
        }
        if (!wholeRun) {
            return rate.at(step, steps);
        }
        long before = 0;
        long all = 0;
        for (int i = 0; i < stages.size(); i++) {
            long length = stages.get(i).rate() == null ? stages.get(i).steps(stepsPerEpoch) : 0;
            before += i < stage ? length : 0;
            all += length;
        }
        return rate.at(before + step, all);
    }

    /** What sets the learning rate of a stage. */
    Setting rateSetting(int stage) {
        return stages.get(stage).rate() == null ? Setting.LEARNING_RATE : Setting.FINAL_LEARNING_RATE;
    }

    /** The widths of activations that differ from the settings', by block. */
    Map<String, BitWidth> activationBits() {
        Map<String, BitWidth> widths = new LinkedHashMap<>();
        for (Stage stage : stages) {
            for (Turn t : stage.quantized()) {
                if (t.activationBits() != null) {
                    widths.put(t.block(), t.activationBits());
                }
            }
        }
        return widths;
    }
}
