package dev.goshawk.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a pickle: counts what was taken, never gives more than its length, and fails at the end instead of
 * giving -1.
 */
final class PickleStream extends InputStream {
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
}
