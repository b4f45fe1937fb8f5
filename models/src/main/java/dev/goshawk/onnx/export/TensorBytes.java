package dev.goshawk.onnx.export;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.ElementKind;
import java.util.Arrays;

/**
 * An array as a file holds it.
 *
 * @param type ONNX's number of the elements' type
 * @param data little-endian
 */
@SuppressWarnings("ArrayRecordComponent")
record TensorBytes(int type, long[] dims, byte[] data) {
    /** In the place of a value that is no array. */
    static final TensorBytes NOT_SHARED = new TensorBytes(0, new long[0], new byte[0]);
    /** Longer arrays are not compared. */
    private static final int LONGEST_SHARED = 64;

    /** Floating numbers become float32. */
    static TensorBytes of(ConstantArray array) {
        ElementKind kind = array.isInteger() ? array.kind().orElse(ElementKind.INT64) : ElementKind.FLOAT;
        return new TensorBytes(kind.code(), Arrays.stream(array.shape().dims()).asLongStream().toArray(),
                kind.pack(array));
    }

    boolean isShort() {
        return data.length <= LONGEST_SHARED;
    }

    /** Whether one array does for both: they are short and the same. */
    boolean isShared(TensorBytes other) {
        return isShort() && type == other.type && Arrays.equals(dims, other.dims)
                && Arrays.equals(data, other.data);
    }

    /** The message TensorProto. */
    byte[] message(String name) {
        return GraphBytes.message(out -> {
            for (long d : dims) {
                out.writeInt64(1, d);
            }
            out.writeInt32(2, type);
            out.writeString(8, name);
            out.writeByteArray(9, data);
        });
    }
}
