package dev.goshawk.weights;

import dev.goshawk.files.AtomicFile;
import dev.goshawk.files.Printable;
import dev.goshawk.json.JsonModule;
import dev.goshawk.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The safetensors format: the length of a header as int64, the header as JSON (name to dtype, shape and byte range),
 * the elements. All little-endian, row-major and without gaps.
 */
public final class SafetensorsFile {
    private static final int BUFFER = 1 << 16;
    private static final int ALIGNMENT = 8;

    private SafetensorsFile() {
    }

    /**
     * Reads every tensor.
     *
     * @param integers whether tensors of integers of any width are read too
     * @throws WeightFileException if the header lies about the data, or names a tensor twice
     * @throws IOException if the file cannot be read
     */
    static Weights read(Path file, boolean integers, ReadProgress progress) throws IOException {
        JsonModule.require();
        try (MappedFile mapped = MappedFile.open(file, progress)) {
            long length = mapped.length();
            long headerLength = mapped.bytes(0, Long.BYTES).getLong(0);
            if (headerLength < 2 || headerLength > SafetensorsHeader.MAX_LENGTH || headerLength > length - Long.BYTES) {
                throw new WeightFileException(file, "safetensors header claims " + Long.toUnsignedString(headerLength)
                        + " bytes; the file has " + length + " and the limit is " + SafetensorsHeader.MAX_LENGTH);
            }
            byte[] json = new byte[(int) headerLength];
            mapped.bytes(Long.BYTES, headerLength).get(json);
            SafetensorsHeader header = SafetensorsHeader.parse(json, length - Long.BYTES - headerLength);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Map<String, String> stored = new LinkedHashMap<>();
            Map<String, String> skipped = new LinkedHashMap<>();
            for (SafetensorsHeader.Entry entry : header.entries()) {
                ElementType type = entry.type();
                if (type == null || (integers ? type.number() : type.target()) == null) {
                    skipped.put(entry.name(),
                            (type == null ? Printable.shown(entry.dtype()) : type.shown()) + entry.shape());
                    continue;
                }
                ByteBuffer bytes = mapped.block(Long.BYTES + headerLength + entry.begin(), entry.end() - entry.begin());
                long[] strides = new long[entry.shape().rank()];
                int[] dense = entry.shape().strides();
                for (int axis = 0; axis < strides.length; axis++) {
                    strides[axis] = dense[axis];
                }
                stored.put(entry.name(), type.shown());
                tensors.put(entry.name(), type.decode(bytes, 0, entry.shape(), strides));
            }
            return new Weights(file.toString(), tensors, stored, skipped, header.metadata(), List.of());
        } catch (EOFException e) {
            throw new WeightFileException(file, "truncated: it ends before its numbers do", e);
        }
    }

    /**
     * Writes tensors and text in the order of the maps, as float32, float64 or int32. The file is replaced as a whole:
     * when the disk is full or the process ends, what was there before stays.
     *
     * @throws WeightFileException if the file cannot be written
     * @throws IllegalStateException if an application on the module path does not require Jackson
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        JsonModule.require();
        try {
            // Wide elements first: every tensor is then aligned, as readers that map the file need it.
            List<Map.Entry<String, Tensor>> layout = new ArrayList<>(tensors.entrySet());
            layout.sort(Comparator.comparingInt(e -> -e.getValue().dtype().bytes()));
            byte[] header = header(tensors, layout, metadata);
            AtomicFile.write(file, out -> {
                ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
                drain(buffer.putLong(header.length), out);
                drainFully(ByteBuffer.wrap(header), out);
                for (Map.Entry<String, Tensor> e : layout) {
                    writeElements(e.getValue(), buffer, out);
                }
            });
        } catch (IOException e) {
            throw WeightFileException.of(e);
        }
    }

    private static byte[] header(Map<String, Tensor> tensors, List<Map.Entry<String, Tensor>> layout,
            Map<String, String> metadata) {
        Map<String, Long> begins = new LinkedHashMap<>();
        long at = 0;
        for (Map.Entry<String, Tensor> e : layout) {
            begins.put(e.getKey(), at);
            at += (long) e.getValue().size() * e.getValue().dtype().bytes();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes,
                JsonEncoding.UTF8)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectPropertyStart(SafetensorsHeader.METADATA);
                metadata.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            tensors.forEach((name, tensor) -> {
                long begin = begins.getOrDefault(name, 0L);
                json.writeObjectPropertyStart(name);
                json.writeStringProperty("dtype", ElementType.of(tensor.dtype()).safetensorsName());
                json.writeName("shape").writeArray(tensor.shape().dims(), 0, tensor.shape().rank());
                json.writeName("data_offsets").writeArray(
                        new long[] {begin, begin + (long) tensor.size() * tensor.dtype().bytes()}, 0, 2);
                json.writeEndObject();
            });
            json.writeEndObject();
        }
        while (bytes.size() % ALIGNMENT != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void writeElements(Tensor tensor, ByteBuffer buffer, WritableByteChannel out) throws IOException {
        int perBuffer = buffer.capacity() / tensor.dtype().bytes();
        for (int i = 0; i < tensor.size(); i += perBuffer) {
            int n = Math.min(perBuffer, tensor.size() - i);
            int from = tensor.offset() + i;
            switch (tensor.dtype()) {
                case FLOAT32 -> buffer.asFloatBuffer().put(tensor.floats(), from, n);
                case FLOAT64 -> buffer.asDoubleBuffer().put(tensor.doubles(), from, n);
                case INT32 -> buffer.asIntBuffer().put(tensor.ints(), from, n);
            }
            drain(buffer.position(n * tensor.dtype().bytes()), out);
        }
    }

    private static void drain(ByteBuffer buffer, WritableByteChannel out) throws IOException {
        drainFully(buffer.flip(), out);
        buffer.clear();
    }

    private static void drainFully(ByteBuffer buffer, WritableByteChannel out) throws IOException {
        while (buffer.hasRemaining()) {
            int written = out.write(buffer);
            if (written < 0) {
                throw new IOException("the channel is closed");
            }
        }
    }
}
