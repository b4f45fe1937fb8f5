package dev.goshawk.onnx.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** ONNX's element types ({@code TensorProto.DataType}) as far as arrays of them can be read. */
public enum ElementKind {
    FLOAT(1, 32, false), UINT8(2, 8, true), INT8(3, 8, true), UINT16(4, 16, true), INT16(5, 16, true),
    INT32(6, 32, true), INT64(7, 64, true), BOOL(9, 8, true), FLOAT16(10, 16, false), DOUBLE(11, 64, false),
    UINT32(12, 32, true), UINT64(13, 64, true), BFLOAT16(16, 16, false), UINT4(21, 4, true), INT4(22, 4, true),
    UINT2(25, 2, true), INT2(26, 2, true);

    /** Types of which no arrays are read. */
    private static final Map<Long, String> OTHERS = Map.of(8L, "string", 14L, "complex64", 15L, "complex128", 17L,
            "float8e4m3fn", 18L, "float8e4m3fnuz", 19L, "float8e5m2", 20L, "float8e5m2fnuz", 23L, "float4e2m1", 24L,
            "float8e8m0");

    private final int code;
    private final int bits;
    private final boolean integer;

    ElementKind(int code, int bits, boolean integer) {
        this.code = code;
        this.bits = bits;
        this.integer = integer;
    }

    /** Whether elements are whole numbers (or truth values, 0 and 1). */
    public boolean isInteger() {
        return integer;
    }

    /** Number of the type in files. */
    public int code() {
        return code;
    }

    /** Whole numbers of at most 8 bits as a file holds them, the first of those that share a byte in its low bits. */
    public byte[] pack(int... numbers) {
        byte[] bytes = new byte[(int) bytes(numbers.length)];
        int perByte = Byte.SIZE / bits;
        for (int i = 0; i < numbers.length; i++) {
            bytes[i / perByte] |= (byte) ((numbers[i] & (1 << bits) - 1) << i % perByte * bits);
        }
        return bytes;
    }

    /** The elements of an array as a file holds them: of whole numbers, or float32. */
    public byte[] pack(ConstantArray array) {
        if (bits < Byte.SIZE) {
            return pack(Arrays.stream(array.integers()).mapToInt(Math::toIntExact).toArray());
        }
        ByteBuffer raw = ByteBuffer.allocate(Math.toIntExact(bytes(array.size()))).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < array.size(); i++) {
            switch (bits) {
                case Byte.SIZE -> raw.put((byte) array.integer(i));
                case Short.SIZE -> raw.putShort((short) array.integer(i));
                case Long.SIZE -> raw.putLong(array.integer(i));
                default ->
                    raw.putInt(integer ? (int) array.integer(i) : Float.floatToRawIntBits((float) array.real(i)));
            }
        }
        return raw.array();
    }

    /** Width of an element. */
    public int bits() {
        return bits;
    }

    /** Bytes of so many elements; those narrower than a byte share one, the first in its low bits. */
    long bytes(long elements) {
        return elements > Long.MAX_VALUE / bits ? Long.MAX_VALUE : (elements * bits + Byte.SIZE - 1) / Byte.SIZE;
    }

    /** Whether whole numbers may be below 0. */
    private boolean isSigned() {
        return name().startsWith("INT");
    }

    /** The least whole number of a type of at most 32 bits. */
    public double least() {
        return isSigned() ? -Math.scalb(1.0, bits - 1) : 0;
    }

    /** The greatest whole number of a type of at most 32 bits. */
    public double greatest() {
        return Math.scalb(1.0, isSigned() ? bits - 1 : bits) - 1;
    }

    /** Element i of numbers that share bytes. */
    long packed(IntUnaryOperator byteAt, int i) {
        int perByte = Byte.SIZE / bits;
        int shifted = byteAt.applyAsInt(i / perByte) >> i % perByte * bits & (1 << bits) - 1;
        return isSigned() && shifted >= 1 << bits - 1 ? shifted - (1 << bits) : shifted;
    }

    /** Whether arrays of the type can be read. */
    static boolean isKnown(long code) {
        return Arrays.stream(values()).anyMatch(k -> k.code == code);
    }

    /**
     * The type of a code.
     *
     * @throws OnnxException if arrays of that type cannot be read, such as strings
     */
    public static ElementKind of(long code) {
        for (ElementKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        String name = OTHERS.get(code);
        throw new OnnxException("element type " + code + (name == null
                ? " is not known"
                : ", " + name
                        + ", is not supported"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
