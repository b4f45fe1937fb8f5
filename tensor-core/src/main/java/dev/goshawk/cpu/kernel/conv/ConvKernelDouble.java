package dev.goshawk.cpu.kernel.conv;

import dev.goshawk.backend.Workers;

/** One convolution role at one geometry, float64. Immutable and shareable; scratch comes from the caller. */
public interface ConvKernelDouble {
    /**
     * Doubles of scratch needed for a run with this many workers.
     *
     * @throws IllegalArgumentException if {@code threads} is below 1 or the scratch would not fit one array
     */
    int scratchDoubles(int threads);

    /**
     * Evaluates the role. Operands are NHWC tensors and HWIO filters starting at their offsets: OUTPUT reads (x, w),
     * INPUT_GRAD (w, g), WEIGHT_GRAD (x, g). The arrays may be one and the same as long as {@code out} and the scratch
     * overlap nothing else.
     *
     * @param accumulate true adds to what {@code out} holds, false overwrites it
     * @param scratch at least {@code scratchDoubles(workers.threads())} doubles from {@code scratchOff}; contents in
     *         and out are of no meaning
     */
    void run(double[] a, int aOff, double[] b, int bOff, double[] out, int outOff, boolean accumulate, double[] scratch,
            int scratchOff, Workers workers);
}
