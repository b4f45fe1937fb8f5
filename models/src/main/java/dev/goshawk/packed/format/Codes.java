package dev.goshawk.packed.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Integers of 1 to 31 bits one after another: number i takes the bits {@code i * width .. (i + 1) * width - 1}, its lowest first, and bit j
 * of the sequence is bit {@code j % 8} of byte {@code j / 8}, counted from the lowest. The last byte is filled with zeros.
 */
public final class Codes {
    private static final VarHandle LITTLE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int width;
    private int at;
    private int held;
    private long buffer;

    /**
     * Reads integers.
     *
     * @param from position of the first byte
     * @param width bits of a number, 1 to 31
     */
    public Codes(byte[] bytes, int from, int width) {
        this.bytes = bytes;
        this.at = from;
        this.width = width;
    }

    /** The integer that begins at a bit of a sequence of integers of at most 8 bits. */
    static int at(byte[] bytes, long bit, int width) {
        int at = (int) (bit >>> 3);
        int two = bytes[at] & 0xFF | (at + 1 < bytes.length ? (bytes[at + 1] & 0xFF) << Byte.SIZE : 0);
        return two >> (int) (bit & 7) & (1 << width) - 1;
    }

    /** Whether an integer of at most 8 bits is 2^width - 1, the largest of its width; bits after the last integer are zeros. */
    static boolean containsLargest(byte[] bytes, int width) {
        long firstBits = 0;
        for (int i = 0; i < Byte.SIZE; i++) {
            firstBits |= 1L << i * width;
        }
        // 8 integers, in as many bytes as one has bits, at a time.
        for (int at = 0; at < bytes.length; at += width) {
            long eight = at + Long.BYTES <= bytes.length ? (long) LITTLE.get(bytes, at) : last(bytes, at);
            long allSet = eight;
            for (int k = 1; k < width; k++) {
                allSet &= eight >>> k;
            }
            if ((allSet & firstBits) != 0) {
                return true;
            }
        }
        return false;
    }

    private static long last(byte[] bytes, int from) {
        long all = 0;
        for (int i = from; i < bytes.length; i++) {
            all |= (bytes[i] & 0xFFL) << (i - from) * Byte.SIZE;
        }
        return all;
    }

    /** Bytes that so many integers take. */
    public static long bytes(long count, int width) {
        return (count * width + Byte.SIZE - 1) / Byte.SIZE;
    }

    /** The next integer. */
    public int next() {
        while (held < width) {
            buffer |= (bytes[at++] & 0xFFL) << held;
            held += Byte.SIZE;
        }
        int value = (int) (buffer & (1L << width) - 1);
        buffer >>>= width;
        held -= width;
        return value;
    }

    /** Integers of 0 to {@code 2^width - 1} as bytes. */
    public static byte[] pack(int[] values, int width) {
        byte[] bytes = new byte[Math.toIntExact(bytes(values.length, width))];
        int at = 0;
        int held = 0;
        long buffer = 0;
        for (int value : values) {
            buffer |= (long) value << held;
            for (held += width; held >= Byte.SIZE; held -= Byte.SIZE) {
                bytes[at++] = (byte) buffer;
                buffer >>>= Byte.SIZE;
            }
        }
        if (held > 0) {
            bytes[at] = (byte) buffer;
        }
        return bytes;
    }
}
