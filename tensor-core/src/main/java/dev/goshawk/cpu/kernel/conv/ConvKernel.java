package dev.goshawk.cpu.kernel.conv;

import dev.goshawk.backend.Workers;

/** One convolution role at one geometry, float32. Immutable and shareable; scratch comes from the caller. */
public interface ConvKernel {
    /**
     * Floats of scratch needed for a run with this many workers.
     *
     * @throws IllegalArgumentException if {@code threads} is below 1 or the scratch would not fit one array
     */
    int scratchFloats(int threads);

    /**
     * Evaluates the role. Operands are NHWC tensors and HWIO filters starting at their offsets: OUTPUT reads (x, w),
     * INPUT_GRAD (w, g), WEIGHT_GRAD (x, g). The arrays may be one and the same as long as {@code out} and the scratch
     * overlap nothing else.
     *
     * @param accumulate true adds to what {@code out} holds, false overwrites it
     * @param scratch at least {@code scratchFloats(workers.threads())} floats from {@code scratchOff}; contents in and
     *         out are of no meaning
     */
    void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate, float[] scratch,
            int scratchOff, Workers workers);
}
