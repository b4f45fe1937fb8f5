package dev.goshawk.hawq.allocate;

import dev.goshawk.files.Printable;
import dev.goshawk.files.RegularFile;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.json.JsonModule;
import dev.goshawk.models.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Time of each layer at each width, as measured on the device that the network is for.
 *
 * @param source where the times are from, for messages
 * @param milliseconds by layer and width; a layer is named by its weight without {@code .weight}
 */
public record LatencyTable(String source, Map<String, Map<BitWidth, Double>> milliseconds) {
    private static final String WEIGHT = ".weight";
    private static final long LONGEST = 16L << 20;

    public LatencyTable {
        milliseconds = Map.copyOf(milliseconds);
    }

    /**
     * Reads {@code {"layer1.0.conv1": {"4": 0.21, "8": 0.36}, ...}}, times in milliseconds.
     *
     * @throws IllegalArgumentException in one line that names the file, if it cannot be read or is none
     */
    public static LatencyTable read(Path file) {
        JsonModule.require();
        try {
            return Json.parse(file, RegularFile.read(file, LONGEST));
        } catch (IOException e) {
            throw new IllegalArgumentException(Printable.name(file) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Time of a block at a width: the sum over its layers.
     *
     * @throws IllegalArgumentException in one line, if a layer or its width is missing
     */
    public double of(Block block, BitWidth width) {
        double sum = 0;
        for (String weight : block.weights()) {
            String layer = weight.endsWith(WEIGHT) ? weight.substring(0, weight.length() - WEIGHT.length()) : weight;
            Map<BitWidth, Double> times = milliseconds.get(layer);
            if (times == null) {
                throw new IllegalArgumentException(
                        source + ": expected times of layer '" + layer + "', it has none");
            }
            Double time = times.get(width);
            if (time == null) {
                throw new IllegalArgumentException(source + ": expected a time of layer '" + layer + "' at " + width
                        + " bits, it has none");
            }
            sum += time;
        }
        return sum;
    }

    /** Apart, because merely loading these methods loads Jackson. */
    private static final class Json {
        private static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

        static LatencyTable parse(Path file, byte[] json) {
            String source = Printable.name(file);
            JsonNode root;
            try {
                root = MAPPER.readTree(json);
            } catch (JacksonException e) {
                String message = e.getOriginalMessage();
                throw new IllegalArgumentException(source + ": expected JSON, got "
                        + (message == null ? "none" : message.lines().findFirst().orElse("none")), e);
            }
            if (!root.isObject()) {
                throw new IllegalArgumentException(source
                        + ": expected an object of layers such as {\"conv1\": {\"4\": 0.21, \"8\": 0.36}}");
            }
            Map<String, Map<BitWidth, Double>> all = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> layer : root.properties()) {
                String name = "layer '" + Printable.shown(layer.getKey()) + "'";
                if (!layer.getValue().isObject()) {
                    throw new IllegalArgumentException(
                            source + ": " + name + ": expected an object of milliseconds by width");
                }
                Map<BitWidth, Double> times = new EnumMap<>(BitWidth.class);
                for (Map.Entry<String, JsonNode> time : layer.getValue().properties()) {
                    times.put(width(source, name, time.getKey()), time(source, name, time.getValue()));
                }
                all.put(layer.getKey(), new EnumMap<>(times));
            }
            return new LatencyTable(source, all);
        }

        private static BitWidth width(String source, String layer, String text) {
            for (BitWidth b : BitWidth.values()) {
                if (b.toString().equals(text)) {
                    return b;
                }
            }
            throw new IllegalArgumentException(source + ": " + layer + ": expected widths of 1 to 8 bits, got '"
                    + Printable.shown(text) + "'");
        }

        private static double time(String source, String layer, JsonNode node) {
            if (!node.isNumber() || !(node.doubleValue() >= 0) || Double.isInfinite(node.doubleValue())) {
                throw new IllegalArgumentException(source + ": " + layer
                        + ": expected milliseconds, a number of 0 or more, got " + Printable.shown(node));
            }
            return node.doubleValue();
        }
    }
}
