package dev.goshawk.weights;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Element types found in weight files, with the name each format gives them. Little-endian throughout. */
enum ElementType {
    FLOAT32("FloatStorage", "F32", 4, DType.FLOAT32), FLOAT64("DoubleStorage", "F64", 8, DType.FLOAT64),
    FLOAT16("HalfStorage", "F16", 2, DType.FLOAT32), BFLOAT16("BFloat16Storage", "BF16", 2, DType.FLOAT32),
    INT32("IntStorage", "I32", 4, DType.INT32), INT64("LongStorage", "I64", 8, null),
    INT16("ShortStorage", "I16", 2, null), INT8("CharStorage", "I8", 1, null), UINT8("ByteStorage", "U8", 1, null),
    BOOL("BoolStorage", "BOOL", 1, null);

    private final String torchName;
    private final String safetensorsName;
    private final int bytes;
    private final @Nullable DType target;

    ElementType(String torchName, String safetensorsName, int bytes, @Nullable DType target) {
        this.torchName = torchName;
        this.safetensorsName = safetensorsName;
        this.bytes = bytes;
        this.target = target;
    }

    int bytes() {
        return bytes;
    }

    String safetensorsName() {
        return safetensorsName;
    }

    /** The tensor type these elements become, or null where they are none a network computes with and are put aside. */
    @Nullable DType target() {
        return target;
    }

    static @Nullable ElementType ofTorch(String storageClass) {
        for (ElementType t : values()) {
            if (t.torchName.equals(storageClass)) {
                return t;
            }
        }
        return null;
    }

    static @Nullable ElementType ofSafetensors(String name) {
        for (ElementType t : values()) {
            if (t.safetensorsName.equals(name)) {
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
        if (target == null) {
            throw new IllegalStateException("no tensor holds elements of type " + this);
        }
        Tensor out = Tensor.zeros(target, shape);
        ByteBuffer in = storage.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (out.size() == 0) {
            return out;
        }
        if (isContiguous(shape, strides)) {
            copyRun(in.position(offset * bytes), out);
            return out;
        }
        int[] index = new int[shape.rank()];
        int[] dims = shape.dims();
        long at = offset;
        for (int i = 0; i < out.size(); i++) {
            out.set(i, element(in, (int) at * bytes));
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
                float[] f = out.floats();
                for (int i = 0; i < f.length; i++) {
                    f[i] = (float) element(in, start + i * bytes);
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
            case UINT8, BOOL -> in.get(at) & 0xFF;
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
