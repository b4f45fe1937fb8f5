package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F64;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerRescaling;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** Whole numbers in vectors. */
public final class VectorIntegers implements IntegerKernels {
    private static final VectorSpecies<Long> I64 = VectorSpecies.of(long.class,
            VectorShape.forBitSize(F64.vectorBitSize()));
    private static final int LANES = I64.length();
    /** As many 32-bit numbers. */
    private static final VectorSpecies<Integer> HALF = VectorSpecies.of(int.class,
            VectorShape.forBitSize(Math.max(64, I32.vectorBitSize() / 2)));

    @Override
    public Convolution convolution(ConvGeometry g, int[] filter, boolean signed, long largest) {
        if (g.groups() > 1) {
            return PLAIN.convolution(g, filter, signed, largest);
        }
        Convolution narrow = FloatConvolution.of(g, filter, signed, largest);
        return narrow != null ? narrow : new IntConvolution(g, filter);
    }

    @Override
    public void codes(IntegerRescaling rescaling, int[][] terms, int[] codes) {
        int channels = rescaling.channels();
        for (int c = 0; c < channels; c += LANES) {
            int[] covering = covering(rescaling, c);
            if (covering == null) {
                // Terms that begin or end within the vector, or many of them.
                PLAIN.codes(rescaling, terms, codes);
                return;
            }
            LongVector start = LongVector.zero(I64);
            LongVector shifts = LongVector.zero(I64);
            for (int i = 0; i < LANES; i++) {
                start = start.withLane(i, rescaling.added()[c + i] + rescaling.half(c + i));
                shifts = shifts.withLane(i, rescaling.shifts()[c + i]);
            }
            Operand first = new Operand(rescaling, terms, covering[0], c);
            if (covering.length == 1) {
                round(first, start, shifts, rescaling.highest(), codes, c, channels);
            } else {
                round(first, new Operand(rescaling, terms, covering[1], c), start, shifts, rescaling.highest(), codes,
                        c,
                        channels);
            }
        }
    }

    /** The one or two terms that are in the channels of a vector, or null where it is otherwise. */
    private static int @Nullable [] covering(IntegerRescaling r, int channel) {
        int end = channel + LANES;
        int[] found = new int[2];
        int count = 0;
        for (int t = 0; t < r.from().length; t++) {
            int from = r.from()[t];
            int to = from + r.factors()[t].length;
            if (end > from && channel < to) {
                if (channel < from || end > to || count == 2) {
                    return null;
                }
                found[count++] = t;
            }
        }
        return count == 0 || end > r.channels() ? null : Arrays.copyOf(found, count);
    }

    /** What a term contributes to the channels of a vector. */
    private static final class Operand {
        private final int[] numbers;
        private final int from;
        private final int pixel;
        private final long[] factors;

        Operand(IntegerRescaling r, int[][] terms, int term, int channel) {
            this.numbers = terms[term];
            this.from = channel - r.from()[term];
            this.factors = r.factors()[term];
            this.pixel = factors.length;
        }

        LongVector factor() {
            return LongVector.fromArray(I64, factors, from);
        }
    }

    private static void round(Operand a, LongVector start, LongVector shifts, int highest, int[] codes, int to,
            int channels) {
        int[] numbers = a.numbers;
        LongVector factor = a.factor();
        int at = a.from;
        for (int i = to; i < codes.length; i += channels) {
            code(longs(numbers, at).mul(factor).add(start), shifts, highest).intoArray(codes, i);
            at += a.pixel;
        }
    }

    private static void round(Operand a, Operand b, LongVector start, LongVector shifts, int highest, int[] codes,
            int to,
            int channels) {
        int[] numbers = a.numbers;
        int[] others = b.numbers;
        LongVector factor = a.factor();
        LongVector other = b.factor();
        int at = a.from;
        int otherAt = b.from;
        for (int i = to; i < codes.length; i += channels) {
            LongVector sum = longs(numbers, at).mul(factor).add(longs(others, otherAt).mul(other)).add(start);
            code(sum, shifts, highest).intoArray(codes, i);
            at += a.pixel;
            otherAt += b.pixel;
        }
    }

    private static LongVector longs(int[] numbers, int at) {
        return (LongVector) IntVector.fromArray(HALF, numbers, at).convertShape(VectorOperators.I2L, I64, 0);
    }

    private static IntVector code(LongVector sum, LongVector shifts, int highest) {
        return (IntVector) sum.lanewise(VectorOperators.ASHR, shifts).max(0).min(highest)
                .convertShape(VectorOperators.L2I, HALF, 0);
    }
}
