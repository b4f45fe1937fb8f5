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

    /** Words, or groups of eight integers, that one call looks at: short calls let the JIT compile the method early. */
    private static final int PIECE = 256;

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

    /**
     * Looks integers of at most 8 bits up in a table, as many as a word holds at a time.
     *
     * @param bit at which the first one begins
     * @param table what an integer becomes; its own number at {@code first + integer * stride}
     * @param to receives the numbers, every {@code step}-th element from {@code at} on
     */
    static void look(byte[] bytes, long bit, int width, int count, float[] table, int first, int stride, float[] to,
            int at, int step) {
        int mask = (1 << width) - 1;
        // A word begins up to 7 bits before its first integer.
        int together = (Long.SIZE - Byte.SIZE + 1) / width;
        int out = at;
        for (int i = 0; i < count; i += together) {
            long from = bit + (long) i * width;
            long word = word(bytes, (int) (from >>> 3)) >>> (from & 7);
            for (int k = Math.min(together, count - i); k > 0; k--) {
                to[out] = table[first + ((int) word & mask) * stride];
                word >>>= width;
                out += step;
            }
        }
    }

    /** Whether an integer of at most 8 bits is 2^width - 1, the largest of its width; bits after the last integer are zeros. */
    static boolean containsLargest(byte[] bytes, int width) {
        // Integers, in whole bytes, that a word holds.
        int together = Long.BYTES / width * Byte.SIZE;
        long firstBits = 0;
        for (int i = 0; i < together; i++) {
            firstBits |= 1L << i * width;
        }
        int step = together * width / Byte.SIZE;
        for (int at = 0; at < bytes.length; at += PIECE * step) {
            if (containsAll(bytes, at, Math.min(bytes.length, at + PIECE * step), step, width, firstBits)) {
                return true;
            }
        }
        return false;
    }

    /** Whether all bits of an integer are set, of those from one byte to another. */
    private static boolean containsAll(byte[] bytes, int from, int to, int step, int width, long firstBits) {
        long found = 0;
        for (int at = from; at < to; at += step) {
            long some = word(bytes, at);
            long allSet = some;
            for (int k = 1; k < width; k++) {
                allSet &= some >>> k;
            }
            found |= allSet & firstBits;
        }
        return found != 0;
    }

    /** The largest of so many integers of at most 8 bits; 0 of none. */
    static int largest(byte[] bytes, int width, int count) {
        int largest = 0;
        for (int i = 0; i < count; i += PIECE * Byte.SIZE) {
            largest = Math.max(largest,
                    largest(bytes, (long) i * width, width, Math.min(PIECE * Byte.SIZE, count - i)));
        }
        return largest;
    }

    private static int largest(byte[] bytes, long bit, int width, int count) {
        int mask = (1 << width) - 1;
        int together = (Long.SIZE - Byte.SIZE + 1) / width;
        int largest = 0;
        for (int i = 0; i < count; i += together) {
            long from = bit + (long) i * width;
            long word = word(bytes, (int) (from >>> 3)) >>> (from & 7);
            for (int k = Math.min(together, count - i); k > 0; k--) {
                largest = Math.max(largest, (int) word & mask);
                word >>>= width;
            }
        }
        return largest;
    }

    /** Eight bytes, zeros after the last one. */
    private static long word(byte[] bytes, int at) {
        return at + Long.BYTES <= bytes.length ? (long) LITTLE.get(bytes, at) : last(bytes, at);
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
