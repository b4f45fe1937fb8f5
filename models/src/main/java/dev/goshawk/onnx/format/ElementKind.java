package dev.goshawk.onnx.format;

import java.util.Locale;

/** ONNX's element types ({@code TensorProto.DataType}) as far as arrays of them can be read. */
public enum ElementKind {
    FLOAT(1, 32, false), UINT8(2, 8, true), INT8(3, 8, true), UINT16(4, 16, true), INT16(5, 16, true),
    INT32(6, 32, true), INT64(7, 64, true), BOOL(9, 8, true), FLOAT16(10, 16, false), DOUBLE(11, 64, false),
    UINT32(12, 32, true), UINT64(13, 64, true), BFLOAT16(16, 16, false);

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

    int bytes() {
        return bits / Byte.SIZE;
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
        throw new OnnxException("element type " + code + " is not supported (8 is string, 14 and 15 are complex, 17 "
                + "and above are narrower than a byte or 8-bit floating)");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
