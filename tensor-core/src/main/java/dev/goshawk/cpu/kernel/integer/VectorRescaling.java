package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F64;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import dev.goshawk.backend.IntegerRescaling;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rounds sums of some channels to codes. Channels are filled up to whole vectors; a term is 0 where it has no channels. */
final class VectorRescaling {
    private static final VectorSpecies<Long> I64 = VectorSpecies.of(long.class,
            VectorShape.forBitSize(F64.vectorBitSize()));
    private static final int LANES = I64.length();
    /** As many 32-bit numbers. */
    private static final Class<? extends LongVector> LONGS = I64.zero().getClass().asSubclass(LongVector.class);
    private static final VectorSpecies<Integer> HALF = VectorSpecies.of(int.class,
            VectorShape.forBitSize(Math.max(64, I32.vectorBitSize() / 2)));

    private final long[][] factors;
    /** The same in 32 bits, of which a product takes one instruction; empty if there is one that does not fit. */
    private final int[][] narrow;
    /** What is added before numbers are shifted: halves included. */
    private final long[] start;
    private final long[] shifts;
    private final int highest;

    /** @param channels at least as many as the rescaling has */
    VectorRescaling(IntegerRescaling r, int channels) {
        this.factors = new long[r.factors().length][channels];
        this.start = new long[channels];
        this.shifts = new long[channels];
        this.highest = r.highest();
        for (int t = 0; t < factors.length; t++) {
            System.arraycopy(r.factors()[t], 0, factors[t], r.from()[t], r.factors()[t].length);
        }
        this.narrow = narrow(factors);
        for (int c = 0; c < r.channels(); c++) {
            start[c] = r.added()[c] + r.half(c);
            shifts[c] = r.shifts()[c];
        }
    }

    private static int[][] narrow(long[][] factors) {
        int[][] all = new int[factors.length][];
        for (int t = 0; t < all.length; t++) {
            all[t] = new int[factors[t].length];
            for (int c = 0; c < all[t].length; c++) {
                all[t][c] = (int) factors[t][c];
                if (all[t][c] != factors[t][c]) {
                    return new int[0][];
                }
            }
        }
        return all;
    }

    /**
     * Codes of neighboring channels.
     *
     * @param terms the numbers of each: [pixels, width]
     * @param from first channel
     * @param width number of channels, whole vectors
     * @param codes [pixels, width], overwritten; may be a term's
     */
    void codes(int[][] terms, int pixels, int from, int width, int[] codes) {
        for (int c = 0; c < width; c += LANES) {
            switch (narrow.length) {
                case 1 -> one(terms[0], pixels * width, from + c, c, width, codes);
                case 2 -> two(terms[0], terms[1], pixels * width, from + c, c, width, codes);
                default -> many(terms, pixels * width, from + c, c, width, codes);
            }
        }
    }

    /*
     * What is below 0 becomes 0 first: shifts of signed numbers take several instructions where vectors have 256 bits. Written out in each loop: as
     * a method it was not always inlined, and its vectors were then objects on the heap.
     */
    private void one(int[] numbers, int end, int channel, int at, int width, int[] codes) {
        LongVector factor = longs(narrow[0], channel);
        LongVector added = LongVector.fromArray(I64, start, channel);
        LongVector shift = LongVector.fromArray(I64, shifts, channel);
        for (int i = at; i < end; i += width) {
            ((IntVector) longs(numbers, i).mul(factor).add(added).max(0).lanewise(VectorOperators.LSHR, shift)
                    .min(highest)
                    .convertShape(VectorOperators.L2I, HALF, 0)).intoArray(codes, i);
        }
    }

    private void two(int[] numbers, int[] others, int end, int channel, int at, int width, int[] codes) {
        LongVector factor = longs(narrow[0], channel);
        LongVector other = longs(narrow[1], channel);
        LongVector added = LongVector.fromArray(I64, start, channel);
        LongVector shift = LongVector.fromArray(I64, shifts, channel);
        for (int i = at; i < end; i += width) {
            LongVector sum = longs(numbers, i).mul(factor).add(longs(others, i).mul(other)).add(added);
            ((IntVector) sum.max(0).lanewise(VectorOperators.LSHR, shift).min(highest)
                    .convertShape(VectorOperators.L2I, HALF, 0)).intoArray(codes, i);
        }
    }

    private void many(int[][] terms, int end, int channel, int at, int width, int[] codes) {
        LongVector added = LongVector.fromArray(I64, start, channel);
        LongVector shift = LongVector.fromArray(I64, shifts, channel);
        for (int i = at; i < end; i += width) {
            LongVector sum = added;
            for (int t = 0; t < terms.length; t++) {
                sum = longs(terms[t], i).mul(LongVector.fromArray(I64, factors[t], channel)).add(sum);
            }
            ((IntVector) LONGS.cast(sum).max(0).lanewise(VectorOperators.LSHR, shift).min(highest)
                    .convertShape(VectorOperators.L2I, HALF, 0)).intoArray(codes, i);
        }
    }

    private static LongVector longs(int[] numbers, int at) {
        return (LongVector) IntVector.fromArray(HALF, numbers, at).convertShape(VectorOperators.I2L, I64, 0);
    }
}
