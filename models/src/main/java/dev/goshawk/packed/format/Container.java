package dev.goshawk.packed.format;

import dev.goshawk.files.AtomicFile;
import dev.goshawk.files.Printable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A safetensors file of a few arrays, read and written without a library: metadata, and bytes by name with their element type and
 * shape. A checksum over the arrays is kept in the metadata.
 */
final class Container {
    private static final String METADATA = "__metadata__";
    private static final String CHECKSUM = "crc32c";
    private static final int ALIGNMENT = 8;
    /** No header that is written here is longer. */
    static final int LONGEST_HEADER = 1 << 16;
    /** Where packed models come from, for who has another file. */
    static final String WRITTEN = "; goshawk quantize writes packed models, as model.packed.safetensors";

    private final Map<String, String> metadata;
    private final Map<String, Entry> entries;
    private final byte[] bytes;
    private final int dataAt;

    /** An array: element type, shape and its bytes in the data. */
    private record Entry(String dtype, long[] shape, long begin, long end) {
    }

    /** An array to be written. */
    record Part(Type type, long[] shape, byte[] bytes) {
    }

    /** Element types. */
    enum Type {
        F32(4), I32(4), I16(2), U8(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    private Container(Map<String, String> metadata, Map<String, Entry> entries, byte[] bytes, int dataAt) {
        this.metadata = metadata;
        this.entries = entries;
        this.bytes = bytes;
        this.dataAt = dataAt;
    }

    /** The length of a file's header, or -1 where it cannot be one. */
    static int headerLength(byte[] start, long size) {
        if (start.length < Long.BYTES + 2 || start[Long.BYTES] != '{') {
            return -1;
        }
        long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return length >= 2 && length <= Math.min(LONGEST_HEADER, size - Long.BYTES) ? (int) length : -1;
    }

    /**
     * Reads a whole file.
     *
     * @throws IllegalArgumentException in one line that does not name the file, if it is not sound
     */
    static Container of(byte[] bytes) {
        int length = headerLength(bytes, bytes.length);
        if (length < 0) {
            throw new IllegalArgumentException("is not a packed model (it has no safetensors header of 2 to "
                    + LONGEST_HEADER + " bytes)" + WRITTEN);
        }
        int dataAt = Long.BYTES + length;
        Map<String, Map<String, Object>> json = JsonText.read(utf8(bytes, Long.BYTES, length));
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Entry> entries = new LinkedHashMap<>();
        json.forEach((name, members) -> {
            if (name.equals(METADATA)) {
                members.forEach((key, value) -> metadata.put(key, text(key, value)));
            } else {
                entries.put(name, entry(name, members));
            }
        });
        requireTiled(entries, bytes.length - dataAt);
        return new Container(metadata, entries, bytes, dataAt);
    }

    private static String utf8(byte[] bytes, int from, int length) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("its header is not UTF-8", e);
        }
    }

    private static String text(String key, Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("expected text for metadata " + Printable.shown(key));
    }

    private static Entry entry(String name, Map<String, Object> members) {
        if (members.keySet().equals(Set.of("dtype", "shape", "data_offsets"))
                && members.get("dtype") instanceof String dtype && members.get("shape") instanceof long[] shape
                && members.get("data_offsets") instanceof long[] range && range.length == 2) {
            return new Entry(dtype, shape, range[0], range[1]);
        }
        throw new IllegalArgumentException(
                "tensor " + Printable.shown(name) + ": expected dtype, shape and two data_offsets");
    }

    private static void requireTiled(Map<String, Entry> entries, long data) {
        long end = 0;
        for (Map.Entry<String, Entry> e : entries.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Entry> x) -> x.getValue().begin)
                        .thenComparingLong(x -> x.getValue().end))
                .toList()) {
            if (e.getValue().begin != end || e.getValue().end < end) {
                throw new IllegalArgumentException("tensor " + Printable.shown(e.getKey())
                        + ": expected its data from byte " + end + " on, its data_offsets are ["
                        + e.getValue().begin + "," + e.getValue().end + "]");
            }
            end = e.getValue().end;
        }
        if (end != data) {
            throw new IllegalArgumentException("its tensors take " + end + " bytes, the file holds " + data
                    + (end > data ? " (truncated)" : ""));
        }
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** Bytes before the arrays. */
    int headerBytes() {
        return dataAt;
    }

    /** Bytes of an array, 0 where it is missing. */
    long bytesOf(String name) {
        Entry e = entries.get(name);
        return e == null ? 0 : e.end - e.begin;
    }

    /** Refuses arrays of other names, and data that changed since they were written. */
    void require(Set<String> names) {
        entries.keySet().stream().filter(n -> !names.contains(n)).findFirst().ifPresent(n -> {
            throw new IllegalArgumentException("expected tensors among " + names.stream().sorted().toList() + ", got "
                    + Printable.shown(n));
        });
        String expected = metadata.get(CHECKSUM);
        String found = checksum(List.of(ByteBuffer.wrap(bytes, dataAt, bytes.length - dataAt)));
        if (!found.equals(expected)) {
            throw new IllegalArgumentException("its data are damaged (checksum " + found + ", the header says "
                    + (expected == null ? "none" : Printable.shown(expected)) + ")");
        }
    }

    /**
     * The bytes of an array, little-endian; a missing one has none.
     *
     * @param count elements that are expected, or -1 for any number
     */
    ByteBuffer array(String name, Type type, long count) {
        Entry e = entries.get(name);
        if (e == null) {
            if (count > 0) {
                throw new IllegalArgumentException(
                        "expected a tensor " + name + " of " + count + " elements, got none");
            }
            return ByteBuffer.allocate(0);
        }
        long held = e.end - e.begin;
        long elements = Arrays.stream(e.shape).reduce(1,
                (a, b) -> a > Integer.MAX_VALUE || b > Integer.MAX_VALUE ? Long.MAX_VALUE / 2 : a * b);
        if (!e.dtype.equals(type.name()) || held % type.bytes != 0 || elements != held / type.bytes
                || count >= 0 && elements != count) {
            throw new IllegalArgumentException("tensor " + name + ": expected " + type
                    + (count < 0 ? "" : " of " + count + " elements") + ", got " + Printable.shown(e.dtype)
                    + " of shape "
                    + Arrays.toString(e.shape) + " in " + held + " bytes");
        }
        return ByteBuffer.wrap(bytes, dataAt + (int) e.begin, (int) held).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The numbers of an array, all finite. */
    float[] floats(String name, long count) {
        ByteBuffer buffer = array(name, Type.F32, count);
        float[] numbers = new float[buffer.remaining() / Float.BYTES];
        buffer.asFloatBuffer().get(numbers);
        for (float x : numbers) {
            if (!Float.isFinite(x)) {
                throw new IllegalArgumentException("tensor " + name + ": expected finite numbers, got " + x);
            }
        }
        return numbers;
    }

    private static String checksum(List<ByteBuffer> data) {
        CRC32C crc = new CRC32C();
        data.forEach(crc::update);
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /**
     * Writes a file as a whole; empty arrays are left out.
     *
     * @return bytes before the arrays
     * @throws IOException naming the file, if it cannot be written
     */
    static int write(Path file, Map<String, String> metadata, Map<String, Part> parts) throws IOException {
        // Wide elements first: every array is then aligned, as readers that map the file need it.
        List<Map.Entry<String, Part>> layout = new ArrayList<>(
                parts.entrySet().stream().filter(e -> e.getValue().bytes.length > 0).toList());
        layout.sort(Comparator.comparingInt(e -> -e.getValue().type.bytes));
        Map<String, String> texts = new LinkedHashMap<>(metadata);
        texts.put(CHECKSUM, checksum(layout.stream().map(e -> ByteBuffer.wrap(e.getValue().bytes)).toList()));
        StringBuilder json = new StringBuilder("{").append(JsonText.quoted(METADATA)).append(':');
        char before = '{';
        for (Map.Entry<String, String> e : texts.entrySet()) {
            json.append(before).append(JsonText.quoted(e.getKey())).append(':').append(JsonText.quoted(e.getValue()));
            before = ',';
        }
        json.append('}');
        long begin = 0;
        for (Map.Entry<String, Part> e : layout) {
            long end = begin + e.getValue().bytes.length;
            json.append(',').append(JsonText.quoted(e.getKey())).append(":{\"dtype\":\"").append(e.getValue().type)
                    .append("\",\"shape\":").append(Arrays.toString(e.getValue().shape).replace(" ", ""))
                    .append(",\"data_offsets\":[").append(begin).append(',').append(end).append("]}");
            begin = end;
        }
        json.append('}');
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(json));
        int padded = (encoded.remaining() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] header = new byte[padded];
        Arrays.fill(header, (byte) ' ');
        encoded.get(header, 0, encoded.remaining());
        AtomicFile.write(file, out -> {
            OutputStream all = Channels.newOutputStream(out);
            all.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
            all.write(header);
            for (Map.Entry<String, Part> e : layout) {
                all.write(e.getValue().bytes);
            }
        });
        return Long.BYTES + header.length;
    }
}
