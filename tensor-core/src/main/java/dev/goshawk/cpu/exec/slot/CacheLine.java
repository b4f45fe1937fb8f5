package dev.goshawk.cpu.exec.slot;

import dev.goshawk.tensor.DType;

/**
 * Where data begins in the engine's own arrays. A vector of 64 bytes that lies across two cache lines costs two accesses, and an
 * array's elements begin 16 bytes after its object: 48 bytes later a line begins, where objects lie on lines. Large arrays do
 * under {@code -XX:ObjectAlignmentInBytes=64}, and in G1's humongous regions always; elsewhere this does no harm.
 */
public final class CacheLine {
    private static final int BYTES = 64;
    private static final int HEADER = 16;

    private CacheLine() {
    }

    /** The first element to use of an array. */
    public static int start(DType dtype) {
        return (BYTES - HEADER) / dtype.bytes();
    }
}
