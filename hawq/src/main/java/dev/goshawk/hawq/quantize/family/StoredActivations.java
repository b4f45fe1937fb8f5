package dev.goshawk.hawq.quantize.family;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.ActivationRange;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a quantized network rounds its activations, as the metadata of its weights says it: the width {@value #WIDTH} and one range for
 * each site, {@value #RANGE} before the site's name,
 * with its own width {@value #SITE_WIDTH} where that is another. Used as hooks while a network is traced it rounds as training did.
 *
 * @param bits width of the activations
 * @param ranges each site's largest value, finite and not negative
 * @param widths of sites that have another width
 * @param quantizer name of what rounds them, where width and range do not say it all, or null
 * @param state of that quantizer, by site and name: {@code site/name}; empty without it
 */
public record StoredActivations(BitWidth bits, Map<String, Double> ranges, Map<String, BitWidth> widths,
        @Nullable String quantizer, Map<String, double[]> state) {
    /** Metadata key of the width; missing in files of versions before it was written. */
    public static final String WIDTH = "goshawk.activation_bits";
    /** Before a site's name in the metadata key of its range. */
    public static final String RANGE = "goshawk.range.";
    /** Before a site's name in the metadata key of its own width. */
    public static final String SITE_WIDTH = "goshawk.activation_bits.";
    /** Metadata key of the quantizer of activations where it is not uniform. */
    public static final String QUANTIZER = "goshawk.activation_quantizer";
    /** Before site and name in the metadata key of such a quantizer's state: its numbers. */
    public static final String STATE = "goshawk.activation_state.";

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is negative or not finite, or if there are ranges for float activations
     */
    public StoredActivations {
        // In their order: files are bit-identical from run to run.
        ranges = Collections.unmodifiableMap(new LinkedHashMap<>(ranges));
        widths = Collections.unmodifiableMap(new LinkedHashMap<>(widths));
        state = Collections.unmodifiableMap(new LinkedHashMap<>(state));
        if (quantizer != null) {
            // Throws where there is none of that name.
            Quantizers.byName(quantizer);
        }
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

    /**
     * What a network rounds with.
     *
     * @throws IllegalArgumentException if its quantizer is not uniform and has no name to be read by
     */
    public static StoredActivations of(Quantizer quantizer, BitWidth bits, Map<String, TensorQuantizer> sites) {
        Map<String, Double> ranges = new LinkedHashMap<>();
        Map<String, BitWidth> widths = new LinkedHashMap<>();
        Map<String, double[]> state = new LinkedHashMap<>();
        sites.forEach((site, q) -> {
            ranges.put(site, q.largest());
            widths.put(site, q.bits());
            if (!quantizer.hasUniformActivations()) {
                q.state().forEach((name, tensor) -> state.put(site + "/" + name, tensor.toDoubles()));
            }
        });
        requireStorable(quantizer);
        String name = quantizer.hasUniformActivations() ? null : Quantizers.nameOf(quantizer).orElseThrow();
        return new StoredActivations(bits, ranges, widths, name, name == null ? Map.of() : state);
    }

    /**
     * Passes if a file can say what a quantizer rounds activations to.
     *
     * @throws IllegalArgumentException if its activations are not uniform and it has no name to be read by
     */
    public static void requireStorable(Quantizer quantizer) {
        if (!quantizer.hasUniformActivations() && Quantizers.nameOf(quantizer).isEmpty()) {
            throw new IllegalArgumentException("quantizer: expected uniform activations or one of "
                    + String.join(", ", Quantizers.all().sequencedKeySet()) + " with its usual settings, got "
                    + quantizer.describeActivations() + ", which a file cannot say");
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
        Map<String, double[]> state = new LinkedHashMap<>();
        metadata.forEach((key, text) -> {
            if (key.startsWith(RANGE)) {
                ranges.put(key.substring(RANGE.length()), number(key, text));
            } else if (key.startsWith(SITE_WIDTH)) {
                widths.put(key.substring(SITE_WIDTH.length()), width(key, text));
            } else if (key.startsWith(STATE)) {
                state.put(key.substring(STATE.length()),
                        Arrays.stream(text.split(",", -1)).mapToDouble(t -> number(key, t)).toArray());
            }
        });
        return Optional.of(new StoredActivations(bits, ranges, widths, metadata.get(QUANTIZER), state));
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
        if (quantizer != null) {
            text.put(QUANTIZER, quantizer);
            state.forEach((key, numbers) -> text.put(STATE + key, Arrays.stream(numbers).mapToObj(Double::toString)
                    .collect(Collectors.joining(","))));
        }
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
            BitWidth bits = stored.widths.getOrDefault(site.name(), stored.bits);
            if (stored.quantizer != null) {
                TensorQuantizer q = Quantizers.byName(stored.quantizer).activation(dtype, bits);
                q.state().forEach((name, tensor) -> restore(site.name() + "/" + name, tensor));
                return q.apply(activation, name -> input(site.name() + "/" + name));
            }
            Tensor scale = Tensor.zeros(dtype, Shape.scalar());
            scale.fill(new ActivationRange(new ActivationRange.State(0, range, 1)).scale(bits));
            String name = "scale/" + site.name();
            scales.put(name, scale);
            return Functions.fakeQuantize(activation, Value.input(name, dtype, Shape.scalar()),
                    Value.constant(0, dtype, Shape.scalar()), 0, ActivationRange.highestLevel(bits));
        }

        private void restore(String key, Tensor tensor) {
            double[] numbers = stored.state.get(key);
            if (numbers == null || numbers.length != tensor.size()) {
                throw new IllegalArgumentException("metadata " + STATE + shown(key) + ": expected " + tensor.size()
                        + " numbers, got " + (numbers == null ? "none" : numbers.length));
            }
            for (int i = 0; i < numbers.length; i++) {
                tensor.set(i, numbers[i]);
            }
            scales.put("state/" + key, tensor);
        }

        private Value input(String key) {
            Tensor tensor = scales.get("state/" + key);
            if (tensor == null) {
                throw new IllegalStateException("no state " + key);
            }
            return Value.input("state/" + key, tensor.dtype(), tensor.shape());
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
