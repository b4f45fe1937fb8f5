package dev.goshawk.weights;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Element types found in weight files, with the name each format gives them. Little-endian throughout. */
enum ElementType {
    FLOAT32("FloatStorage", "F32", 32, DType.FLOAT32), FLOAT64("DoubleStorage", "F64", 64, DType.FLOAT64),
    FLOAT16("HalfStorage", "F16", 16, DType.FLOAT32), BFLOAT16("BFloat16Storage", "BF16", 16, DType.FLOAT32),
    INT32("IntStorage", "I32", 32, DType.INT32), INT64("LongStorage", "I64", 64, null),
    INT16("ShortStorage", "I16", 16, null), INT8("CharStorage", "I8", 8, null), UINT8("ByteStorage", "U8", 8, null),
    BOOL("BoolStorage", "BOOL", 8, null), UINT16(null, "U16", 16, null), UINT32(null, "U32", 32, null),
    UINT64(null, "U64", 64, null), COMPLEX64("ComplexFloatStorage", "C64", 64, null),
    COMPLEX128("ComplexDoubleStorage", null, 128, null), FLOAT8_E4M3(null, "F8_E4M3", 8, null),
    FLOAT8_E5M2(null, "F8_E5M2", 8, null), FLOAT8_E8M0(null, "F8_E8M0", 8, null),
    FLOAT8_E4M3FNUZ(null, "F8_E4M3FNUZ", 8, null), FLOAT8_E5M2FNUZ(null, "F8_E5M2FNUZ", 8, null),
    FLOAT6_E2M3(null, "F6_E2M3", 6, null), FLOAT6_E3M2(null, "F6_E3M2", 6, null), FLOAT4(null, "F4", 4, null),
    QINT8("QInt8Storage", null, 8, null), QUINT8("QUInt8Storage", null, 8, null),
    QINT32("QInt32Storage", null, 32, null), UNTYPED("UntypedStorage", null, 8, null);

    private final @Nullable String torchName;
    private final @Nullable String safetensorsName;
    private final int bits;
    private final @Nullable DType target;

    ElementType(@Nullable String torchName, @Nullable String safetensorsName, int bits, @Nullable DType target) {
        this.torchName = torchName;
        this.safetensorsName = safetensorsName;
        this.bits = bits;
        this.target = target;
    }

    /** Bits of an element; those of a tensor fill whole bytes together. */
    int bits() {
        return bits;
    }

    /** Bytes of an element of PyTorch's or of a tensor's. */
    int bytes() {
        return bits / Byte.SIZE;
    }

    /** The name in a safetensors file; only for what {@link #of} gives and {@link #ofSafetensors} found. */
    String safetensorsName() {
        return Objects.requireNonNull(safetensorsName);
    }

    /** The name for messages, such as {@code int64}. */
    String shown() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The tensor type these elements become, or null where they are none a network computes with and are put aside. */
    @Nullable DType target() {
        return target;
    }

    /** As {@link #target}, with a floating type for integers of other widths, which holds them up to 2^53 exactly. */
    @Nullable DType number() {
        return switch (this) {
            case INT8, UINT8, INT16, UINT16 -> DType.FLOAT32;
            case INT64, UINT32, UINT64 -> DType.FLOAT64;
            default -> target;
        };
    }

    static @Nullable ElementType ofTorch(String storageClass) {
        for (ElementType t : values()) {
            if (storageClass.equals(t.torchName)) {
                return t;
            }
        }
        return null;
    }

    static @Nullable ElementType ofSafetensors(String name) {
        for (ElementType t : values()) {
            if (name.equals(t.safetensorsName)) {
                return t;
            }
        }
        return null;
    }

    static ElementType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> FLOAT32;
            case FLOAT64 -> FLOAT64;
            case INT32 -> INT32;
        };
    }

    /**
     * The elements at {@code offset + sum(index[k] * strides[k])} of a storage, in row-major order. The caller has
     * checked that all of them lie within it.
     *
     * @param storage little-endian bytes, from position 0
     * @param offset in elements
     */
    Tensor decode(ByteBuffer storage, int offset, Shape shape, long[] strides) {
        DType type = number();
        if (type == null) {
            throw new IllegalStateException("no tensor holds elements of type " + this);
        }
        Tensor out = Tensor.zeros(type, shape);
        ByteBuffer in = storage.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (out.size() == 0) {
            return out;
        }
        if (isContiguous(shape, strides)) {
            copyRun(in.position(offset * bytes()), out);
            return out;
        }
        int[] index = new int[shape.rank()];
        int[] dims = shape.dims();
        long at = offset;
        for (int i = 0; i < out.size(); i++) {
            out.set(i, element(in, (int) at * bytes()));
            for (int axis = dims.length - 1; axis >= 0; axis--) {
                at += strides[axis];
                if (++index[axis] < dims[axis]) {
                    break;
                }
                at -= strides[axis] * dims[axis];
                index[axis] = 0;
            }
        }
        return out;
    }

    private void copyRun(ByteBuffer in, Tensor out) {
        switch (this) {
            case FLOAT32 -> in.asFloatBuffer().get(out.floats());
            case FLOAT64 -> in.asDoubleBuffer().get(out.doubles());
            case INT32 -> in.asIntBuffer().get(out.ints());
            default -> {
                int start = in.position();
                for (int i = 0; i < out.size(); i++) {
                    out.set(i, element(in, start + i * bytes()));
                }
            }
        }
    }

    private double element(ByteBuffer in, int at) {
        return switch (this) {
            case FLOAT32 -> in.getFloat(at);
            case FLOAT64 -> in.getDouble(at);
            case FLOAT16 -> Float.float16ToFloat(in.getShort(at));
            case BFLOAT16 -> Float.intBitsToFloat(in.getShort(at) << 16);
            case INT32 -> in.getInt(at);
            case INT64 -> in.getLong(at);
            case INT16 -> in.getShort(at);
            case INT8 -> in.get(at);
            case UINT8 -> in.get(at) & 0xFF;
            case UINT16 -> in.getShort(at) & 0xFFFF;
            case UINT32 -> Integer.toUnsignedLong(in.getInt(at));
            case UINT64 -> in.getLong(at) >= 0 ? in.getLong(at) : in.getLong(at) + 0x1p64;
            default -> throw new IllegalStateException("no tensor holds elements of type " + this);
        };
    }

    private static boolean isContiguous(Shape shape, long[] strides) {
        long expected = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.dim(axis) != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= shape.dim(axis);
        }
        return true;
    }
}
