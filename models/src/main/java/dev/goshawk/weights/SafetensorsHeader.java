package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The parsed header of a safetensors file. Entries are in the header's order; their byte ranges tile the data exactly.
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    /** The format's own limit, in bytes. */
    static final int MAX_LENGTH = 100_000_000;
    private static final int MAX_RANK = 16;
    private static final int MAX_NESTING = 3;

    /**
     * One tensor: its bytes are {@code [begin, end)} of the data after the header.
     *
     * @param type null where the dtype is none that is known: nothing can be said about the element's size then
     * @param dtype what the header calls it
     */
    record Entry(String name, @Nullable ElementType type, String dtype, Shape shape, long begin, long end) {
    }

    /**
     * Parses and checks a header.
     *
     * @param dataLength bytes after the header
     * @throws IllegalArgumentException if it is not sound; the message does not name the file
     */
    static SafetensorsHeader parse(byte[] json, long dataLength) {
        JsonFactory factory = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build()).build();
        try (JsonParser in = factory.createParser(ObjectReadContext.empty(), json)) {
            require(in.nextToken() == JsonToken.START_OBJECT, "expected a JSON object");
            List<Entry> entries = new ArrayList<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                require(in.nextToken() == JsonToken.START_OBJECT,
                        "expected an object for " + Printable.shown(name));
                if (name.equals(METADATA)) {
                    readMetadata(in, metadata);
                } else {
                    entries.add(readEntry(in, name));
                }
            }
            require(in.nextToken() == null, "expected nothing after the JSON object");
            checkTiling(entries, dataLength);
            return new SafetensorsHeader(entries, metadata);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "safetensors header is not sound JSON (" + Printable.shown(e.getOriginalMessage()) + ")",
                    e);
        }
    }

    private static void readMetadata(JsonParser in, Map<String, String> metadata) {
        for (String key = in.nextName(); key != null; key = in.nextName()) {
            require(in.nextToken() == JsonToken.VALUE_STRING,
                    "expected text for metadata " + Printable.shown(key));
            metadata.put(key, in.getString());
        }
    }

    private static Entry readEntry(JsonParser in, String name) {
        String shown = "tensor " + Printable.shown(name);
        String type = null;
        long[] dims = null;
        long[] range = null;
        for (String key = in.nextName(); key != null; key = in.nextName()) {
            JsonToken token = in.nextToken();
            switch (key) {
                case "dtype" -> {
                    require(token == JsonToken.VALUE_STRING, shown + ": expected a dtype name");
                    type = in.getString();
                }
                case "shape" -> dims = readLongs(in, token, shown + ": shape");
                case "data_offsets" -> range = readLongs(in, token, shown + ": data_offsets");
                default -> throw unsound(shown + ": unexpected key " + Printable.shown(key));
            }
        }
        if (type == null || dims == null || range == null || range.length != 2) {
            throw unsound(shown + ": expected dtype, shape and two data_offsets");
        }
        return entry(name, shown, type, dims, range);
    }

    private static Entry entry(String name, String shown, String dtype, long[] dims, long[] range) {
        ElementType type = ElementType.ofSafetensors(dtype);
        long elements = 1;
        int[] extents = new int[dims.length];
        for (int k = 0; k < dims.length; k++) {
            require(dims[k] <= Integer.MAX_VALUE, shown + ": extent " + dims[k] + " is too large");
            extents[k] = (int) dims[k];
            elements *= Math.max(1, dims[k]);
            require(elements <= Integer.MAX_VALUE, shown + ": more than 2^31-1 elements");
        }
        Shape shape = Shape.of(extents);
        require(range[0] <= range[1], shown + ": its data_offsets are [" + range[0] + "," + range[1] + "]");
        if (type != null) {
            long bits = (long) shape.size() * type.bits();
            long bytes = bits / Byte.SIZE;
            require(bits % Byte.SIZE == 0, shown + ": shape " + shape + " of " + dtype + " takes no whole bytes");
            require(bytes <= Integer.MAX_VALUE - 8, shown + ": over 2 GiB");
            require(range[1] - range[0] == bytes, shown + ": shape " + shape + " of " + dtype + " takes " + bytes
                    + " bytes, its data_offsets are [" + range[0] + "," + range[1] + "]");
        }
        return new Entry(name, type, dtype, shape, range[0], range[1]);
    }

    private static long[] readLongs(JsonParser in, @Nullable JsonToken token, String what) {
        require(token == JsonToken.START_ARRAY, what + ": expected a list");
        long[] out = new long[MAX_RANK];
        int n = 0;
        for (JsonToken t = in.nextToken(); t != JsonToken.END_ARRAY; t = in.nextToken()) {
            require(t == JsonToken.VALUE_NUMBER_INT && n < MAX_RANK,
                    what + ": expected at most " + MAX_RANK + " integers");
            out[n] = in.getLongValue();
            require(out[n] >= 0, what + ": negative");
            n++;
        }
        return Arrays.copyOf(out, n);
    }

    /** No overlap, no gap, no end beyond the data. */
    private static void checkTiling(List<Entry> entries, long dataLength) {
        long end = 0;
        for (Entry e : entries.stream().sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList()) {
            require(e.begin() == end, "tensor " + Printable.shown(e.name()) + ": its data starts at "
                    + e.begin()
                    + (e.begin() < end ? ", inside the tensor before, which ends at " : ", after a gap that begins at ")
                    + end);
            end = e.end();
        }
        require(end == dataLength, "the tensors take " + end + " bytes, the file holds " + dataLength
                + (end > dataLength ? " (truncated)" : ""));
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw unsound(otherwise);
        }
    }

    private static IllegalArgumentException unsound(String problem) {
        return new IllegalArgumentException("safetensors header: " + problem);
    }
}
