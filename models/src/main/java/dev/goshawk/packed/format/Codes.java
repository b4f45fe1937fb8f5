package dev.goshawk.packed.format;

/**
 * Integers of 1 to 31 bits one after another: number i takes the bits {@code i * width .. (i + 1) * width - 1}, its lowest first, and bit j
 * of the sequence is bit {@code j % 8} of byte {@code j / 8}, counted from the lowest. The last byte is filled with zeros.
 */
public final class Codes {
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
