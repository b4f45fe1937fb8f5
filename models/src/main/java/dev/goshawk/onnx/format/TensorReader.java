package dev.goshawk.onnx.format;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import dev.goshawk.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/** Reads {@code TensorProto}. An array's size is checked against the bytes that are there before memory is taken for it. */
public final class TensorReader {
    private static final int LEN = Wire.LENGTH_DELIMITED;
    private static final int BFLOAT16_SHIFT = 16;

    private final Path folder;

    TensorReader(Path folder) {
        this.folder = folder;
    }

    /** A tensor with the name it has in the file. */
    public record Named(String name, ConstantArray array) {
    }

    /**
     * A tensor that is a file of its own.
     *
     * @throws IOException if it is damaged
     * @throws OnnxException if its size and its bytes do not agree or its type is not supported
     */
    public static Named read(byte[] message, Path folder) throws IOException {
        Fields fields = new Fields();
        Wire.body(CodedInputStream.newInstance(message), fields::read);
        return fields.tensor(folder);
    }

    Named read(CodedInputStream in) throws IOException {
        Fields fields = new Fields();
        Wire.message(in, fields::read);
        return fields.tensor(folder);
    }

    /**
     * Reads an array that may be of no use.
     *
     * @param unknown given what to say of it where its type is not supported, by its name; then nothing is returned
     */
    Optional<Named> read(CodedInputStream in, Map<String, OnnxException> unknown) throws IOException {
        Fields fields = new Fields();
        Wire.message(in, fields::read);
        try {
            return Optional.of(fields.tensor(folder));
        } catch (OnnxException e) {
            if (ElementKind.isKnown(fields.type)) {
                throw e;
            }
            unknown.put(fields.name, e);
            return Optional.empty();
        }
    }

    /** Numbers of a repeated field, in an array that grows. */
    private static final class Numbers {
        private static final int FIRST = 8;
        private long[] elements = new long[FIRST];
        private int size;

        void add(long bits) {
            if (size == elements.length) {
                elements = Arrays.copyOf(elements, size * 2);
            }
            elements[size++] = bits;
        }
    }

    private static final class Fields {
        private String name = "";
        private long type;
        private final List<Long> dims = new ArrayList<>();
        private final Numbers numbers = new Numbers();
        private ByteString raw = ByteString.EMPTY;
        private boolean external;
        private final Map<String, String> location = new HashMap<>();

        boolean read(int tag, CodedInputStream in) throws IOException {
            switch (tag) {
                case 1 << 3 | Wire.VARINT -> dims.add(in.readInt64());
                case 1 << 3 | LEN -> Wire.packed(in, () -> dims.add(in.readInt64()));
                case 2 << 3 | Wire.VARINT -> type = in.readInt64();
                case 4 << 3 | Wire.FIXED32 -> numbers.add(in.readRawLittleEndian32());
                case 4 << 3 | LEN -> Wire.packed(in, () -> numbers.add(in.readRawLittleEndian32()));
                case 5 << 3 | Wire.VARINT, 7 << 3 | Wire.VARINT, 11 << 3 | Wire.VARINT ->
                    numbers.add(in.readRawVarint64());
                case 5 << 3 | LEN, 7 << 3 | LEN, 11 << 3 | LEN ->
                    Wire.packed(in, () -> numbers.add(in.readRawVarint64()));
                case 8 << 3 | LEN -> name = in.readString();
                case 9 << 3 | LEN -> raw = in.readBytes();
                case 10 << 3 | Wire.FIXED64 -> numbers.add(in.readRawLittleEndian64());
                case 10 << 3 | LEN -> Wire.packed(in, () -> numbers.add(in.readRawLittleEndian64()));
                case 13 << 3 | LEN -> entry(in);
                case 14 << 3 | Wire.VARINT -> external = in.readInt64() == 1;
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void entry(CodedInputStream in) throws IOException {
            String[] pair = {"", ""};
            Wire.message(in, (tag, m) -> {
                switch (tag) {
                    case 1 << 3 | LEN -> pair[0] = m.readString();
                    case 2 << 3 | LEN -> pair[1] = m.readString();
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            location.put(pair[0], pair[1]);
        }

        Named tensor(Path folder) {
            try {
                return new Named(name, array(folder).of(ElementKind.of(type)));
            } catch (IllegalArgumentException e) {
                throw new OnnxException("tensor " + OnnxException.quoted(name) + ": " + e.getMessage(), e);
            }
        }

        private ConstantArray array(Path folder) {
            ElementKind kind = ElementKind.of(type);
            long size = 1;
            for (long d : dims) {
                if (d < 0 || d > Integer.MAX_VALUE) {
                    throw new OnnxException("a shape with an extent of " + d);
                }
                size = d == 0 ? 0 : size > Integer.MAX_VALUE ? size : size * d;
            }
            if (size > Integer.MAX_VALUE) {
                throw new OnnxException("a shape of " + dims + " has more elements than an array can hold");
            }
            Shape shape = Shape.of(dims.stream().mapToInt(Long::intValue).toArray());
            if (external) {
                return decode(kind, shape, ExternalData.read(folder, location, kind.bytes(size)));
            }
            if (numbers.size == 0) {
                if (raw.size() != kind.bytes(size)) {
                    throw new OnnxException("expected " + kind.bytes(size) + " bytes for shape " + shape + " of "
                            + kind + ", got " + raw.size());
                }
                return decode(kind, shape, raw.asReadOnlyByteBuffer());
            }
            boolean shared = kind.bits() < Byte.SIZE;
            if (numbers.size != (shared ? kind.bytes(size) : size)) {
                throw new OnnxException("expected " + (shared ? kind.bytes(size) + " bytes" : size + " elements")
                        + " for shape " + shape + (shared ? " of " + kind : "") + ", got " + numbers.size);
            }
            return listed(kind, shape);
        }

        private ConstantArray listed(ElementKind kind, Shape shape) {
            long[] bits = Arrays.copyOf(numbers.elements, numbers.size);
            return switch (kind) {
                case FLOAT -> floats(shape, i -> Float.intBitsToFloat((int) bits[i]));
                case FLOAT16 -> floats(shape, i -> Float.float16ToFloat((short) bits[i]));
                case BFLOAT16 -> floats(shape, i -> Float.intBitsToFloat((int) bits[i] << BFLOAT16_SHIFT));
                case DOUBLE -> ConstantArray.of(shape, Arrays.stream(bits).mapToDouble(Double::longBitsToDouble)
                        .toArray());
                case INT8, INT16, INT32, UINT8, UINT16, UINT32, INT64, UINT64, BOOL -> ConstantArray.of(shape, bits);
                case INT4, UINT4, INT2, UINT2 -> integers(shape, i -> kind.packed(b -> (int) bits[b], i));
            };
        }
    }

    private interface FloatAt {
        float at(int i);
    }

    private static ConstantArray floats(Shape shape, FloatAt element) {
        float[] f = new float[shape.size()];
        for (int i = 0; i < f.length; i++) {
            f[i] = element.at(i);
        }
        return ConstantArray.of(shape, f);
    }

    private static ConstantArray decode(ElementKind kind, Shape shape, ByteBuffer bytes) {
        ByteBuffer b = bytes.order(ByteOrder.LITTLE_ENDIAN);
        int at = b.position();
        return switch (kind) {
            case FLOAT -> floats(shape, i -> b.getFloat(at + i * Float.BYTES));
            case FLOAT16 -> floats(shape, i -> Float.float16ToFloat(b.getShort(at + i * Short.BYTES)));
            case BFLOAT16 ->
                floats(shape, i -> Float.intBitsToFloat(b.getShort(at + i * Short.BYTES) << BFLOAT16_SHIFT));
            case DOUBLE -> {
                double[] d = new double[shape.size()];
                Arrays.setAll(d, i -> b.getDouble(at + i * Double.BYTES));
                yield ConstantArray.of(shape, d);
            }
            case INT8 -> integers(shape, i -> b.get(at + i));
            case UINT8, BOOL -> integers(shape, i -> Byte.toUnsignedLong(b.get(at + i)));
            case INT16 -> integers(shape, i -> b.getShort(at + i * Short.BYTES));
            case UINT16 -> integers(shape, i -> Short.toUnsignedLong(b.getShort(at + i * Short.BYTES)));
            case INT32 -> integers(shape, i -> b.getInt(at + i * Integer.BYTES));
            case UINT32 -> integers(shape, i -> Integer.toUnsignedLong(b.getInt(at + i * Integer.BYTES)));
            case INT64, UINT64 -> integers(shape, i -> b.getLong(at + i * Long.BYTES));
            case INT4, UINT4, INT2, UINT2 -> integers(shape, i -> kind.packed(k -> b.get(at + k), i));
        };
    }

    private static ConstantArray integers(Shape shape, IntToLongFunction element) {
        long[] l = new long[shape.size()];
        Arrays.setAll(l, element);
        return ConstantArray.of(shape, l);
    }
}
