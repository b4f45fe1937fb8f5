package dev.goshawk.hawq.cli.quantize;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.GivenBits;
import dev.goshawk.hawq.allocate.LatencyTable;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.allocate.PolicySettings;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which widths are chosen from, and what they must not exceed. */
final class AllocationOptions {
    private static final double DEFAULT_RATIO = 13.1;
    private static final double BILLION = 1e9;

    @Option(names = "--target-ratio", paramLabel = "R",
            description = "Target compression: weights at least this many times smaller than in float32 (default: 13.1).")
    private @Nullable Double targetRatio;

    @Option(names = "--target-size", paramLabel = "MIB",
            description = "Target size: weights of at most this many MiB, instead of a ratio.")
    private @Nullable Double targetSize;

    @Option(names = "--bops-limit", paramLabel = "G",
            description = "At most this many billions of bit operations an image: multiply-adds x weight bits x activation "
                    + "bits (hawq-v3; instead of the default ratio, or with a target).")
    private @Nullable Double bops;

    @Option(names = "--latency", paramLabel = "FILE",
            description = "Time of each layer at each width in milliseconds, as {\"conv1\": {\"4\": 0.21, \"8\": 0.36}, "
                    + "...} (hawq-v3, with --latency-limit).")
    private @Nullable Path latency;

    @Option(names = "--latency-limit", paramLabel = "MS",
            description = "At most this many milliseconds an image by --latency (hawq-v3).")
    private @Nullable Double milliseconds;

    @Option(names = "--widths", paramLabel = "LIST",
            description = "Widths to choose from: some of 1 to 8 (default: 2,3,4,6,8).")
    private @Nullable String widths;

    @Option(names = "--bits", paramLabel = "LIST",
            description = "Bit widths of the blocks in network order, such as 8,6,6,8,3,..., instead of choosing them "
                    + "(methods that use curvature, for the order).")
    private @Nullable String bits;

    @Option(names = "--reverse-precision",
            description = "Ablation: the least sensitive block gets the most bits, at a size that both orders come within "
                    + "2 %% of (hawq only).")
    private boolean reversePrecision;

    @Option(names = "--granularity", paramLabel = "UNIT", defaultValue = "block",
            description = "What gets a width of its own: block (default) or layer.")
    private Granularity granularity = Granularity.BLOCK;

    private @Nullable LatencyTable table;

    private enum Granularity {
        BLOCK, LAYER
    }

    /** Whether widths are given rather than chosen. */
    boolean givesBits() {
        return bits != null;
    }

    boolean reversesPrecision() {
        return reversePrecision;
    }

    Network units(Network network) {
        return granularity == Granularity.LAYER ? network.byLayer() : network;
    }

    Map<String, Path> sources(Map<String, Path> sources) {
        if (latency != null) {
            sources.put("--latency", latency);
        }
        return sources;
    }

    /** Fails with one line if the wishes contradict each other. */
    void check(List<Block> blocks) {
        int wishes = (targetRatio == null ? 0 : 1) + (targetSize == null ? 0 : 1) + (bits == null ? 0 : 1);
        if (wishes > 1) {
            throw new IllegalArgumentException(
                    "--target-ratio, --target-size and --bits: expected at most one of them");
        }
        if ((latency == null) != (milliseconds == null)) {
            throw new IllegalArgumentException("--latency and --latency-limit: expected both of them, got only "
                    + (latency == null ? "--latency-limit" : "--latency"));
        }
        choices();
        if (bits == null) {
            return;
        }
        if (BitAllocation.parse(blocks, bits).bits().stream().allMatch(BitWidth::isFloat)) {
            throw new IllegalArgumentException(
                    "--bits: expected a width below 32 for at least one block, got '" + bits + "'");
        }
        refuse(reversePrecision, "--reverse-precision");
        refuse(widths != null, "--widths");
        refuse(bops != null, "--bops-limit");
        refuse(latency != null, "--latency");
    }

    private static void refuse(boolean given, String option) {
        if (given) {
            throw new IllegalArgumentException(
                    "--bits and " + option + ": expected one of them, widths that are given are not chosen");
        }
    }

    /** A method's policy, or the widths that are given: 2 bits everywhere for a method without an order of its own. */
    BitPolicy policy(NamedMethod method, List<Block> blocks, BitWidth activationBits, SearchSettings search) {
        if (bits != null) {
            return method.usesCurvature()
                    ? new GivenBits(BitAllocation.parse(blocks, bits).bits(), true)
                    : GivenBits.everywhere(BitWidth.B2);
        }
        boolean sized = targetRatio != null || targetSize != null || bops == null && latency == null;
        return method.policy(new PolicySettings(choices(), reversePrecision, false, sized,
                bops == null ? null : bops * BILLION, activationBits,
                milliseconds == null ? null : new PolicySettings.Latency(table(), milliseconds), search));
    }

    private LatencyTable table() {
        if (table == null && latency != null) {
            table = LatencyTable.read(latency);
        }
        if (table == null) {
            throw new IllegalStateException("no latency file");
        }
        return table;
    }

    SizeTarget target() {
        if (targetSize != null) {
            return SizeTarget.mebibytes(targetSize);
        }
        return SizeTarget.ratio(targetRatio == null ? DEFAULT_RATIO : targetRatio);
    }

    private List<BitWidth> choices() {
        if (widths == null) {
            return BitAllocation.CHOICES;
        }
        TreeSet<BitWidth> chosen = new TreeSet<>();
        for (String text : widths.split(",", -1)) {
            chosen.add(BitWidth.quantized().stream().filter(b -> b.toString().equals(text.strip())).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--widths: expected some of 1 to 8, such as 2,3,4,6,8, got '" + widths + "'")));
        }
        return List.copyOf(chosen);
    }

    /** Everything here that results depend on. */
    void describe(Map<String, String> values) {
        values.put("target", bits != null ? "bits " + bits : target().describe());
        values.put("--widths", choices().stream().map(BitWidth::toString).collect(Collectors.joining(",")));
        values.put("--bops-limit", String.valueOf(bops));
        values.put("--latency-limit", String.valueOf(milliseconds));
        values.put("--latency", latency == null ? "none" : new TreeMap<>(table().milliseconds()).toString());
        values.put("--granularity", granularity.name().toLowerCase(Locale.ROOT));
        values.put("--reverse-precision", Boolean.toString(reversePrecision));
    }
}
