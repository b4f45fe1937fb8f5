package dev.goshawk.hawq.quantize;

import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * How a quantized network rounds its activations, as the metadata of its weights says it: the width {@value #WIDTH} and one range for
 * each site, {@value #RANGE} before the site's name,
 * with its own width {@value #SITE_WIDTH} where that is another. Used as hooks while a network is traced it rounds as training did.
 *
 * @param bits width of the activations
 * @param ranges each site's largest value, finite and not negative
 * @param widths of sites that have another width
 */
public record StoredActivations(BitWidth bits, Map<String, Double> ranges, Map<String, BitWidth> widths) {
    /** Metadata key of the width; missing in files of versions before it was written. */
    public static final String WIDTH = "goshawk.activation_bits";
    /** Before a site's name in the metadata key of its range. */
    public static final String RANGE = "goshawk.range.";
    /** Before a site's name in the metadata key of its own width. */
    public static final String SITE_WIDTH = "goshawk.activation_bits.";

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is negative or not finite, or if there are ranges for float activations
     */
    public StoredActivations {
        // In their order: files are bit-identical from run to run.
        ranges = Collections.unmodifiableMap(new LinkedHashMap<>(ranges));
        widths = Collections.unmodifiableMap(new LinkedHashMap<>(widths));
        ranges.forEach((site, range) -> {
            if (!(range >= 0) || Double.isInfinite(range)) {
                throw new IllegalArgumentException(
                        "range of activation '" + site + "': expected a finite number of 0 or more, got " + range);
            }
        });
        if (widths.containsValue(BitWidth.FLOAT)) {
            throw new IllegalArgumentException(
                    "activations: expected widths of 1 to 8 bits where they have a range, got 32");
        }
        if (bits.isFloat() && !ranges.isEmpty()) {
            throw new IllegalArgumentException(
                    "activations: expected no ranges where they are float, got " + ranges.size());
        }
    }

    /** How many ranges the metadata holds, whether or not it says their width. */
    public static long count(Map<String, String> metadata) {
        return metadata.keySet().stream().filter(k -> k.startsWith(RANGE)).count();
    }

    /**
     * Reads the metadata of a weight file.
     *
     * @return empty where the width is missing
     * @throws IllegalArgumentException in one line, if width or ranges are not what {@link #metadata} writes
     */
    public static Optional<StoredActivations> of(Map<String, String> metadata) {
        String width = metadata.get(WIDTH);
        if (width == null) {
            return Optional.empty();
        }
        BitWidth bits = width(WIDTH, width);
        Map<String, Double> ranges = new LinkedHashMap<>();
        Map<String, BitWidth> widths = new LinkedHashMap<>();
        metadata.forEach((key, text) -> {
            if (key.startsWith(RANGE)) {
                ranges.put(key.substring(RANGE.length()), number(key, text));
            } else if (key.startsWith(SITE_WIDTH)) {
                widths.put(key.substring(SITE_WIDTH.length()), width(key, text));
            }
        });
        return Optional.of(new StoredActivations(bits, ranges, widths));
    }

    private static BitWidth width(String key, String text) {
        try {
            return BitWidth.of(Integer.parseInt(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("metadata " + shown(key)
                    + ": expected the width of quantized activations, got '" + shown(text) + "'", e);
        }
    }

    private static double number(String key, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "metadata " + shown(key) + ": expected a number, got '" + shown(text) + "'", e);
        }
    }

    private static String shown(String text) {
        return (text.length() <= 60 ? text : text.substring(0, 60) + "...").replaceAll("\\p{Cntrl}", "?");
    }

    /** What {@link #of} reads. */
    public Map<String, String> metadata() {
        Map<String, String> text = new LinkedHashMap<>();
        text.put(WIDTH, bits.toString());
        ranges.forEach((site, range) -> text.put(RANGE + site, Double.toString(range)));
        widths.forEach((site, width) -> {
            if (width != bits) {
                text.put(SITE_WIDTH + site, width.toString());
            }
        });
        return text;
    }

    /** Hooks for one tracing of the network. */
    public Hooks hooks() {
        return new Hooks(this);
    }

    /** Rounds the activations of the sites that have a range. */
    public static final class Hooks implements LayerHooks {
        private final StoredActivations stored;
        private final SequencedMap<String, Tensor> scales = new LinkedHashMap<>();
        private final TreeSet<String> unseen;

        private Hooks(StoredActivations stored) {
            this.stored = stored;
            this.unseen = new TreeSet<>(stored.ranges.keySet());
        }

        @Override
        public Value activation(ActivationSite site, Value activation) {
            Double range = stored.ranges.get(site.name());
            if (range == null) {
                return activation;
            }
            unseen.remove(site.name());
            DType dtype = activation.dtype();
            Tensor scale = Tensor.zeros(dtype, Shape.scalar());
            BitWidth bits = stored.widths.getOrDefault(site.name(), stored.bits);
            scale.fill(new ActivationRange(new ActivationRange.State(0, range, 1)).scale(bits));
            String name = "scale/" + site.name();
            scales.put(name, scale);
            return Functions.fakeQuantize(activation, Value.input(name, dtype, Shape.scalar()),
                    Value.constant(0, dtype, Shape.scalar()), 0, ActivationRange.highestLevel(bits));
        }

        /**
         * Binds the scales of the traced network.
         *
         * @throws IllegalArgumentException if the network has no activation of a stored name
         */
        public void bindTo(Executable executable) {
            if (!unseen.isEmpty()) {
                throw new IllegalArgumentException("metadata " + RANGE + shown(unseen.first())
                        + ": expected the name of an activation of the network, it has none of that name");
            }
            scales.forEach((name, scale) -> {
                if (executable.inputs().contains(name)) {
                    executable.bind(name, scale);
                }
            });
        }
    }
}
