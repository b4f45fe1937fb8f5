package dev.goshawk.cpu.kernel.loop;

import dev.goshawk.cpu.kernel.simd.VectorSupport;

/** All passes of a loop as one: each operand is read once, each result written once, and what lies between stays in registers. */
public interface GeneratedLoop {
    /** float32 elements of one step; a chunk's last {@code n % LANES} elements are left to the passes. */
    int LANES = VectorSupport.F32_LANES;

    /**
     * Runs over elements {@code first} to {@code last}, chunk by chunk, with the bits of the passes. Every chunk but the last has
     * {@code chunk} elements, and of each the whole vectors are computed.
     *
     * @param arrays for each location of the shape its {@code float[]}; temporaries have none
     * @param bases where each location begins in its array: element 0 of the loop, or the chunk
     * @param worker what is added to the bases of sums
     */
    void run(Object[] arrays, int[] bases, int worker, int first, int last, int chunk);
}
