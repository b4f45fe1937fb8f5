package dev.goshawk.hawq.cli.quantize;

import dev.goshawk.hawq.FineTuningMeasures;
import dev.goshawk.hawq.cli.option.TrainingOptions;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.training.WeightDecay;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What helps a quantized network back to the float one's accuracy. All of it is left out unless asked for. */
public final class FineTuningOptions {
    private static final double TEMPERATURE = 1;
    private static final double PROGRESSIVE_EPOCHS = 1;

    @Option(names = "--final-lr", paramLabel = "RATE",
            description = "Initial learning rate of the final epochs (default: --lr).")
    private @Nullable Double finalRate;

    @Option(names = "--weight-decay-at", paramLabel = "B=D", split = ",",
            description = "L2 penalty on the weights of blocks of B bits, such as 2=3e-5,3=5e-5 (default: --weight-decay).")
    private Map<Integer, Double> decayAt = Map.of();

    @Option(names = "--distill", paramLabel = "W",
            description = "Distillation from the float network: W times the cross-entropy with respect to its predictions, "
                    + "1 - W times that with respect to the labels (default: 0).")
    private @Nullable Double distill;

    @Option(names = "--distill-temperature", paramLabel = "T",
            description = "Divides the logits of both networks in distillation (default: 1).")
    private @Nullable Double temperature;

    @Option(names = "--progressive", paramLabel = "LIST", split = ",",
            description = "Widths through which all weights come down together before their own, such as 8,4: blocks that end "
                    + "wider stop there.")
    private List<Integer> progressive = List.of();

    @Option(names = "--progressive-epochs", paramLabel = "E",
            description = "Epochs at each width of --progressive (default: 1).")
    private @Nullable Double progressiveEpochs;

    /**
     * Fails with one line, before any work, if a number is out of its range or has no use.
     *
     * @param finalEpochs length of the final stage
     * @throws IllegalArgumentException if so
     */
    public void check(double finalEpochs) {
        if (finalRate != null) {
            TrainingOptions.requireRate("--final-lr", finalRate);
            if (finalEpochs == 0) {
                throw new IllegalArgumentException("--final-lr: expected --final-epochs above 0, got 0");
            }
        }
        decayAt.forEach((bits, decay) -> {
            if (bits < 1 || bits > BitWidth.B8.bits() || !(decay >= 0 && Float.isFinite(decay.floatValue()))) {
                throw new IllegalArgumentException("--weight-decay-at: expected 1 to 8 bits and a number of 0 or more, "
                        + "such as 2=3e-5, got " + bits + "=" + decay);
            }
        });
        if (distill != null && !(distill >= 0 && distill <= 1)) {
            throw new IllegalArgumentException("--distill: expected a weight from 0 to 1, got " + distill);
        }
        if (temperature != null && !(temperature > 0 && Float.isFinite(temperature.floatValue()))) {
            throw new IllegalArgumentException("--distill-temperature: expected a number above 0, got " + temperature);
        }
        requireUse("--distill-temperature", temperature, "--distill", distill == null);
        checkProgressive();
    }

    private void checkProgressive() {
        int before = BitWidth.B8.bits() + 1;
        for (int bits : progressive) {
            if (bits < 1 || bits >= before) {
                throw new IllegalArgumentException("--progressive: expected descending widths of 1 to 8 bits, got "
                        + progressive);
            }
            before = bits;
        }
        if (progressiveEpochs != null) {
            TrainingOptions.requireEpochs("--progressive-epochs", progressiveEpochs);
        }
        requireUse("--progressive-epochs", progressiveEpochs, "--progressive", progressive.isEmpty());
    }

    private static void requireUse(String option, @Nullable Double value, String other, boolean missing) {
        if (value != null && missing) {
            throw new IllegalArgumentException(option + ": expected with " + other + ", which is not given");
        }
    }

    /**
     * What was asked for.
     *
     * @param shape makes a schedule of a learning rate from its initial value
     */
    public FineTuningMeasures measures(DoubleFunction<LearningRate> shape) {
        return new FineTuningMeasures(finalRate == null ? null : shape.apply(finalRate),
                progressive.stream().map(BitWidth::of).toList(), orElse(progressiveEpochs, PROGRESSIVE_EPOCHS),
                orElse(distill, 0), orElse(temperature, TEMPERATURE));
    }

    /** The settings with a penalty by width. */
    public TrainingSettings settings(TrainingSettings plain) {
        SortedMap<BitWidth, Double> byWidth = new TreeMap<>();
        decayAt.forEach((bits, decay) -> byWidth.put(BitWidth.of(bits), decay));
        return plain.withWeightDecay(
                new WeightDecay(plain.weightDecay().general(), byWidth, plain.weightDecay().weightsOnly()));
    }

    /** Everything here that results depend on. */
    public void describe(Map<String, String> values) {
        values.put("--final-lr", finalRate == null ? "none" : finalRate.toString());
        values.put("--weight-decay-at", new TreeMap<>(decayAt).toString());
        values.put("--distill", Double.toString(orElse(distill, 0)));
        values.put("--distill-temperature", Double.toString(orElse(temperature, TEMPERATURE)));
        values.put("--progressive", progressive.toString());
        values.put("--progressive-epochs", Double.toString(orElse(progressiveEpochs, PROGRESSIVE_EPOCHS)));
    }

    private static double orElse(@Nullable Double given, double otherwise) {
        return given == null ? otherwise : given;
    }
}
