package dev.goshawk.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a pickle: counts what was taken, never gives more than its length, and fails at the end instead of
 * giving -1.
 */
final class PickleStream extends InputStream {
    private static final int MAX_LINE = 256;

    private final InputStream in;
    private final long length;
    private long position;

    PickleStream(InputStream in, long length) {
        this.in = in;
        this.length = length;
    }

    long position() {
        return position;
    }

    long remaining() {
        return length - position;
    }

    @Override
    public int read() throws IOException {
        int b = position < length ? in.read() : -1;
        if (b < 0) {
            throw new EOFException("stops inside a pickle after " + position + " bytes");
        }
        position++;
        return b;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        int n = position < length ? in.read(target, offset, (int) Math.min(count, remaining())) : -1;
        if (n < 0) {
            throw new EOFException("stops inside a pickle after " + position + " bytes");
        }
        position += n;
        return n;
    }

    /** An unsigned 32-bit number. */
    long readInt() throws IOException {
        return Integer.toUnsignedLong(read() | read() << 8 | read() << 16 | read() << 24);
    }

    /** A 64-bit number. */
    long readLong() throws IOException {
        return readInt() | readInt() << 32;
    }

    /**
     * The count, where so many bytes are left.
     *
     * @throws EOFException otherwise
     */
    long require(long count) throws EOFException {
        if (count < 0 || count > remaining()) {
            throw new EOFException("stops inside a pickle: " + Long.toUnsignedString(count) + " bytes wanted, "
                    + remaining() + " left");
        }
        return count;
    }

    /** Bytes up to the end of a line, which is dropped. */
    String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = read(); b != '\n'; b = read()) {
            if (line.length() == MAX_LINE) {
                throw new IllegalArgumentException("a name longer than " + MAX_LINE + " characters");
            }
            line.append((char) b);
        }
        return line.toString();
    }
}
