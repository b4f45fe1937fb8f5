package dev.goshawk.weights;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles operation by operation, harmful ones included. */
public final class PickleBuilder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public PickleBuilder() {
        op(0x80).op(2);
    }

    public PickleBuilder op(int opcode) {
        out.write(opcode);
        return this;
    }

    public PickleBuilder bytes(byte[] raw) {
        out.writeBytes(raw);
        return this;
    }

    public PickleBuilder int32(int value) {
        return bytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    /** Any integer. */
    public PickleBuilder number(long value) {
        if (value == (int) value) {
            return op('J').int32((int) value);
        }
        byte[] big = BigInteger.valueOf(value).toByteArray();
        op(0x8a).op(big.length);
        for (int i = big.length - 1; i >= 0; i--) {
            op(big[i]);
        }
        return this;
    }

    public PickleBuilder text(String s) {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        return op('X').int32(utf8.length).bytes(utf8);
    }

    public PickleBuilder global(String module, String name) {
        return op('c').bytes((module + "\n" + name + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    public PickleBuilder numbers(long... values) {
        op('(');
        for (long v : values) {
            number(v);
        }
        return op('t');
    }

    public PickleBuilder storage(String storageClass, String key, long length) {
        return op('(').text("storage").global("torch", storageClass).text(key).text("cpu").number(length).op('t')
                .op('Q');
    }

    public PickleBuilder tensor(String storageClass, String key, long length, long offset, long[] sizes,
            long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2").op('(').storage(storageClass, key, length).number(offset)
                .numbers(sizes).numbers(strides).op(0x89).orderedDict().op('t').op('R');
    }

    public PickleBuilder orderedDict() {
        return global("collections", "OrderedDict").op(')').op('R');
    }

    public byte[] stop() {
        op('.');
        return out.toByteArray();
    }
}
