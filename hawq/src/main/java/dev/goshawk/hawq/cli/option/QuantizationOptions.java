package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.allocate.HawqPolicy;
import dev.goshawk.hawq.allocate.GivenBits;
import dev.goshawk.hawq.allocate.DirectPolicy;
import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.Quantizers;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.models.Block;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How bits are chosen and in which order blocks are quantized. */
public final class QuantizationOptions {
    private static final double DEFAULT_RATIO = 13.1;
    private static final int MOST_RANGE = 4;

    /** Options that only the method hawq has a use for. */
    public static final List<String> OF_HAWQ = List.of("--bits", "--reverse-precision", "--samples", "--sample-size",
            "--micro-batch", "--recompute", "--subsample", "--tolerance");

    /** Options that only the quantizer uniform has a use for. */
    public static final List<String> OF_UNIFORM = List.of("--scheme", "--scale-rule", "--activation-range");

    /** A way to choose bits and a quantizer. */
    public enum Method {
        HAWQ("HAWQ", true, null), DIRECT("Direct", false, null), LSQ("LSQ", false, "lsq"), PACT("PACT", false, "pact"),
        DOREFA("DoReFa", false, "dorefa");

        private final String label;
        private final boolean usesCurvature;
        private final @Nullable String quantizer;

        /** @param quantizer its own, by name, or null for the one that {@code --quantizer} names */
        Method(String label, boolean usesCurvature, @Nullable String quantizer) {
            this.label = label;
            this.usesCurvature = usesCurvature;
            this.quantizer = quantizer;
        }

        /** Whether bits and order go by the curvature; otherwise all blocks get one width, in network order. */
        public boolean usesCurvature() {
            return usesCurvature;
        }

        /** Whether the method says what is rounded with. */
        public boolean hasOwnQuantizer() {
            return quantizer != null;
        }
    }

    @Option(names = "--method", paramLabel = "NAME", split = ",",
            description = "hawq (bits and order by curvature), direct (one width for all blocks, in network "
                    + "order, nothing of second "
                    + "order), lsq, pact or dorefa (as direct, with the quantizer of that name), or several, as "
                    + "hawq,direct (default: hawq; on the embedded shapes hawq,direct).")
    private List<Method> methods = List.of();

    @Option(names = "--target-ratio", paramLabel = "R",
            description = "Target compression: weights at least this many times smaller than in float32 (default: 13.1).")
    private @Nullable Double targetRatio;

    @Option(names = "--target-size", paramLabel = "MIB",
            description = "Target size: weights of at most this many MiB, instead of a ratio.")
    private @Nullable Double targetSize;

    @Option(names = "--bits", paramLabel = "LIST",
            description = "Bit widths of the blocks in network order, such as 8,6,6,8,3,..., instead of choosing them (hawq "
                    + "only).")
    private @Nullable String bits;

    @Option(names = "--activation-bits", paramLabel = "K", defaultValue = "4",
            description = "Width of activations: 1 to 8 (default: 4), or 32 to leave them float.")
    private int activationBits = 4;

    @Option(names = "--quantizer", paramLabel = "NAME", defaultValue = "uniform",
            description = "How hawq and direct round: uniform (default), lsq (learned steps), pact (learned clips of "
                    + "activations) or dorefa.")
    private String quantizer = "uniform";

    @Option(names = "--scheme", paramLabel = "NAME", defaultValue = "symmetric",
            description = "Weight quantizer: symmetric (default; around zero, one scale per output channel) or asymmetric "
                    + "(with a zero point, one scale per layer).")
    private Layout layout = Layout.SYMMETRIC;

    @Option(names = "--scale-rule", paramLabel = "NAME", defaultValue = "mse",
            description = "Weight scales: mse (default; minimizes the squared error) or max (clips nothing).")
    private ScaleRule scaleRule = ScaleRule.MSE;

    @Option(names = "--activation-range", paramLabel = "F", defaultValue = "1",
            description = "Factor on the measured range of activations, such as 0.55 at 4 bits: what lies above is clipped, the rest "
                    + "rounded more finely (default: 1).")
    private double activationRange = 1;

    @Option(names = "--reverse-precision",
            description = "Ablation: the least sensitive block gets the most bits (hawq only).")
    private boolean reversePrecision;

    @Option(names = "--reverse-order", description = "Ablation: blocks are quantized in the reverse order.")
    private boolean reverseOrder;

    @Option(names = "--at-once",
            description = "Quantize all blocks at the start, then fine-tune for the same total number of epochs.")
    private boolean atOnce;

    private enum Layout {
        SYMMETRIC, ASYMMETRIC
    }

    /** The methods to run, the main one first. */
    public List<Method> methods(boolean embedded) {
        if (!methods.isEmpty()) {
            return List.copyOf(methods);
        }
        return embedded ? List.of(Method.HAWQ, Method.DIRECT) : List.of(Method.HAWQ);
    }

    /**
     * What {@link #methods(boolean)} mean.
     *
     * @param blocks of the network, in its order
     */
    public List<dev.goshawk.hawq.Method> methods(boolean embedded, List<Block> blocks) {
        return methods(embedded).stream().map(m -> method(m, blocks)).toList();
    }

    dev.goshawk.hawq.Method method(Method method, List<Block> blocks) {
        return new dev.goshawk.hawq.Method(method.name().toLowerCase(Locale.ROOT), label(method),
                policy(method, blocks), quantizer(method), reverseOrder);
    }

    private BitPolicy policy(Method method, List<Block> blocks) {
        if (bits == null) {
            return method.usesCurvature() ? new HawqPolicy(reversePrecision) : new DirectPolicy();
        }
        return method.usesCurvature()
                ? new GivenBits(BitAllocation.parse(blocks, bits).bits(), true)
                : GivenBits.everywhere(BitWidth.B2);
    }

    /** The methods as they are given. */
    public String methodNames(boolean embedded) {
        return methods(embedded).stream().map(m -> m.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(","));
    }

    /** What the method's rows and schedules are called. */
    public String label(Method method) {
        String reversed = (method.usesCurvature() && reversePrecision ? ", precision reversed" : "")
                + (reverseOrder ? ", order reversed" : "") + (atOnce ? ", at once" : "");
        String own = method.quantizer == null && !quantizer.equals("uniform") ? ", " + quantizer : "";
        return method.label + own + reversed;
    }

    /** What a method rounds with. */
    public Quantizer quantizer(Method method) {
        String name = quantizerName(method);
        return name.equals("uniform")
                ? new UniformQuantizer(
                        layout == Layout.SYMMETRIC ? Scheme.SYMMETRIC_PER_CHANNEL : Scheme.ASYMMETRIC_PER_LAYER,
                        scaleRule, activationRange)
                : Quantizers.byName(name);
    }

    private String quantizerName(Method method) {
        return method.quantizer == null ? quantizer : method.quantizer;
    }

    /** Whether one of the methods rounds with the quantizer uniform. */
    public boolean usesUniform(boolean embedded) {
        return methods(embedded).stream().anyMatch(m -> quantizerName(m).equals("uniform"));
    }

    private void checkQuantizers(List<Block> blocks) {
        if (!Quantizers.all().containsKey(quantizer)) {
            throw new IllegalArgumentException("--quantizer: expected one of "
                    + String.join(", ", Quantizers.all().keySet()) + ", got '" + quantizer + "'");
        }
        methods(true, blocks).forEach(m -> m.requireUsable(blocks, target()));
    }

    public BitWidth activationBits() {
        try {
            return BitWidth.of(activationBits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--activation-bits: expected 1 to 8 or 32 (float), got " + activationBits, e);
        }
    }

    /** Fails with one line, before any work, if the wishes contradict each other or cannot be met. */
    public void check(List<Block> blocks) {
        int wishes = (targetRatio == null ? 0 : 1) + (targetSize == null ? 0 : 1) + (bits == null ? 0 : 1);
        if (wishes > 1) {
            throw new IllegalArgumentException(
                    "--target-ratio, --target-size and --bits: expected at most one of them");
        }
        if (new LinkedHashSet<>(methods).size() < methods.size()) {
            throw new IllegalArgumentException("--method: expected each method once, got " + methods.stream()
                    .map(m -> m.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(",")));
        }
        activationBits();
        if (!(activationRange > 0 && activationRange <= MOST_RANGE)) {
            throw new IllegalArgumentException("--activation-range: expected a factor above 0, at most " + MOST_RANGE
                    + ", got " + activationRange);
        }
        checkQuantizers(blocks);
        if (atOnce && reverseOrder) {
            throw new IllegalArgumentException(
                    "--at-once and --reverse-order: expected one of them, all blocks at once have no order");
        }
        if (bits != null) {
            if (BitAllocation.parse(blocks, bits).bits().stream().allMatch(BitWidth::isFloat)) {
                throw new IllegalArgumentException(
                        "--bits: expected a width below 32 for at least one block, got '" + bits + "'");
            }
            if (reversePrecision) {
                throw new IllegalArgumentException(
                        "--bits and --reverse-precision: expected one of them, widths that are given are not chosen");
            }
        }
    }

    /** The size asked for. */
    public SizeTarget target() {
        if (targetSize != null) {
            return SizeTarget.mebibytes(targetSize);
        }
        return SizeTarget.ratio(targetRatio == null ? DEFAULT_RATIO : targetRatio);
    }

    /** What was asked for, for people. */
    public String targetText() {
        if (bits != null) {
            return "bits " + bits;
        }
        return target().describe();
    }

    /** Whether all blocks are quantized at the start. */
    public boolean atOnce() {
        return atOnce;
    }

    /** Everything here that results depend on. */
    public void describe(boolean embedded, Map<String, String> values) {
        values.put("--method", methodNames(embedded));
        values.put("target", targetText());
        values.put("--activation-bits", Integer.toString(activationBits));
        values.put("--quantizer", quantizer);
        values.put("--scheme", layout.name().toLowerCase(Locale.ROOT));
        values.put("--scale-rule", scaleRule.name().toLowerCase(Locale.ROOT));
        values.put("--activation-range", Double.toString(activationRange));
        values.put("--reverse-precision", Boolean.toString(reversePrecision));
        values.put("--reverse-order", Boolean.toString(reverseOrder));
        values.put("--at-once", Boolean.toString(atOnce));
    }
}
