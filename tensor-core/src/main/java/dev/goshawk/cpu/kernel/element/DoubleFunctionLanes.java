package dev.goshawk.cpu.kernel.element;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F64_CLASS;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Powers;
import dev.goshawk.tensor.ScalarFunctions;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponential and what is built on it, several numbers at a time, a block of them in one pass after the other. Each lane takes the
 * steps of {@link ScalarFunctions} and {@link ErrorFunction} in their order, so that results have their bits.
 *
 * <p>Each pass is one loop without calls: a method of vectors that the compiler does not inline keeps them on the heap.
 */
final class DoubleFunctionLanes {
    /** For fewer numbers than this the scalar functions do: code that is not compiled yet is slow, and a vector must be filled. */
    static final int WORTHWHILE = 64;

    private static final VectorSpecies<Double> S = VectorSupport.F64;
    private static final int L = S.length();
    /** Adding it leaves a whole number in the lowest bits, rounded as {@link Math#rint} does. */
    private static final double ROUNDER = 0x1.8p52;
    private static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);
    private static final int SIGNIFICAND = 52;
    private static final double[] EXPONENTIAL = Powers.exponential();
    private static final double[] TAIL = ErrorFunction.tail(DType.FLOAT64);
    private static final double[] SERIES = ErrorFunction.series(DType.FLOAT64);
    private static final int BLOCK = 512;
    private static final ThreadLocal<DoubleFunctionLanes> HERE = ThreadLocal.withInitial(DoubleFunctionLanes::new);

    /** The operand, in whose place the result comes. */
    private final double[] x = new double[BLOCK];
    /** Of an exponential: its exponent, in whose place it comes; the exponent's second part; and a factor. */
    private final double[] p = new double[BLOCK];
    private final double[] low = new double[BLOCK];
    private final double[] factor = new double[BLOCK];

    private DoubleFunctionLanes() {
    }

    /** The thread's own. */
    static DoubleFunctionLanes here() {
        return HERE.get();
    }

    /** The function of n numbers; r may be the operand if ro equals xo. */
    void apply(ElementOp op, double[] from, int xo, double[] r, int ro, int n) {
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            System.arraycopy(from, xo + i, x, 0, count);
            block(op, count);
            System.arraycopy(x, 0, r, ro + i, count);
        }
    }

    /** Of the first numbers of the block, in their place; those up to the next whole vector are overwritten. */
    private void block(ElementOp op, int count) {
        int n = (count + L - 1) / L * L;
        Arrays.fill(x, count, n, 0);
        switch (op) {
            case EXP -> {
                System.arraycopy(x, 0, p, 0, n);
                exponential(n);
                System.arraycopy(p, 0, x, 0, n);
            }
            case TANH -> tanh(x, n);
            case SIGMOID, SIGMOID_SLOPE -> {
                magnitudes(x, p, n);
                exponential(n);
                if (op == ElementOp.SIGMOID) {
                    sigmoid(x, p, n);
                } else {
                    sigmoidSlope(x, p, n);
                }
            }
            case ERF, ERFC -> {
                gaussians(x, p, low, n);
                tails(x, factor, n);
                exponentials(p, low, factor, n);
                smallErfs(x, factor, n);
                if (op == ElementOp.ERF) {
                    erf(x, p, factor, n);
                } else {
                    erfc(x, p, factor, n);
                }
            }
            case ERF_SLOPE -> {
                gaussians(x, p, low, n);
                Arrays.fill(factor, 0, n, ErrorFunction.STEEPEST);
                exponentials(p, low, factor, n);
                System.arraycopy(p, 0, x, 0, n);
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    x[i] = DoubleFunctions.of(op, x[i]);
                }
            }
        }
    }

    /** exp(p). */
    private void exponential(int n) {
        Arrays.fill(low, 0, n, 0);
        Arrays.fill(factor, 0, n, 1);
        exponentials(p, low, factor, n);
    }

    /**
     * exp(p + low) times a factor that is neither very large nor very small, in p's place: {@link ScalarFunctions#exp}. Beyond {@link
     * Powers#FAR} the power of two is 0 or infinite by itself.
     */
    private static void exponentials(double[] p, double[] low, double[] factor, int n) {
        DoubleVector ln2High = DoubleVector.broadcast(S, Powers.LN2_HIGH);
        DoubleVector ln2Low = DoubleVector.broadcast(S, Powers.LN2_LOW);
        for (int i = 0; i < n; i += L) {
            DoubleVector exponent = DoubleVector.fromArray(S, p, i);
            DoubleVector v = exponent.blend(-Powers.FAR, exponent.compare(VectorOperators.LT, -Powers.FAR))
                    .blend(Powers.FAR, exponent.compare(VectorOperators.GT, Powers.FAR));
            DoubleVector shifted = v.mul(Powers.INVERSE_LN2).add(ROUNDER);
            DoubleVector k = shifted.sub(ROUNDER);
            DoubleVector high = k.neg().fma(ln2High, v);
            DoubleVector taken = k.mul(ln2Low);
            DoubleVector near = high.sub(taken);
            DoubleVector left = high.sub(near).sub(taken).sub(k.fma(ln2Low, taken.neg()))
                    .add(DoubleVector.fromArray(S, low, i));
            DoubleVector r = near.add(left);
            DoubleVector rLow = near.sub(r).add(left);
            DoubleVector one = r.add(1);
            DoubleVector sum = DoubleVector.zero(S);
            for (int c = EXPONENTIAL.length - 1; c >= 0; c--) {
                sum = F64_CLASS.cast(sum).fma(r, DoubleVector.broadcast(S, EXPONENTIAL[c]));
            }
            DoubleVector rest = DoubleVector.broadcast(S, 1).sub(one).add(r).add(r.mul(r).fma(sum, r.fma(rLow, rLow)));
            LongVector whole = shifted.reinterpretAsLongs().sub(ROUNDER_BITS);
            LongVector quarter = whole.lanewise(VectorOperators.ASHR, 2);
            LongVector others = whole.sub(quarter).sub(quarter).sub(quarter);
            DoubleVector step = quarter.add(Double.MAX_EXPONENT).lanewise(VectorOperators.LSHL, SIGNIFICAND)
                    .reinterpretAsDoubles();
            DoubleVector last = others.add(Double.MAX_EXPONENT).lanewise(VectorOperators.LSHL, SIGNIFICAND)
                    .reinterpretAsDoubles();
            one.add(rest).mul(DoubleVector.fromArray(S, factor, i)).mul(step).mul(step).mul(step).mul(last)
                    .intoArray(p, i);
        }
    }

    /** {@link ScalarFunctions#tanh}. */
    private static void tanh(double[] x, int n) {
        DoubleVector ln2High = DoubleVector.broadcast(S, Powers.LN2_HIGH);
        DoubleVector ln2Low = DoubleVector.broadcast(S, Powers.LN2_LOW);
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector a = v.abs();
            DoubleVector twice = a.min(ScalarFunctions.SATURATED).mul(2);
            DoubleVector shifted = twice.mul(Powers.INVERSE_LN2).add(ROUNDER);
            DoubleVector k = shifted.sub(ROUNDER);
            DoubleVector near = k.neg().fma(ln2High, twice);
            DoubleVector r = k.neg().fma(ln2Low, near);
            DoubleVector rLow = near.sub(r).sub(k.mul(ln2Low));
            DoubleVector sum = DoubleVector.zero(S);
            for (int c = EXPONENTIAL.length - 1; c >= 0; c--) {
                sum = F64_CLASS.cast(sum).fma(r, DoubleVector.broadcast(S, EXPONENTIAL[c]));
            }
            DoubleVector more = r.mul(r).fma(sum, r.fma(rLow, rLow));
            DoubleVector m = r.add(more);
            DoubleVector mLow = r.sub(m).add(more);
            DoubleVector power = shifted.reinterpretAsLongs().sub(ROUNDER_BITS).add(Double.MAX_EXPONENT)
                    .lanewise(VectorOperators.LSHL, SIGNIFICAND).reinterpretAsDoubles();
            DoubleVector whole = power.sub(1);
            DoubleVector product = power.mul(m);
            DoubleVector top = whole.add(product);
            DoubleVector topLow = whole.sub(top).add(product).add(power.mul(mLow));
            DoubleVector bottom = top.add(2);
            DoubleVector two = bottom.sub(top);
            DoubleVector bottomLow = top.sub(bottom.sub(two)).add(DoubleVector.broadcast(S, 2).sub(two)).add(topLow);
            DoubleVector q = top.div(bottom);
            DoubleVector left = q.neg().fma(bottom, top).add(topLow).sub(q.mul(bottomLow));
            DoubleVector y = q.add(left.div(bottom))
                    .blend(1, a.compare(VectorOperators.GE, ScalarFunctions.SATURATED));
            y.abs().reinterpretAsLongs().or(v.reinterpretAsLongs().and(Long.MIN_VALUE)).reinterpretAsDoubles()
                    .intoArray(x, i);
        }
    }

    /** -|x|. */
    private static void magnitudes(double[] x, double[] p, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector.fromArray(S, x, i).abs().neg().intoArray(p, i);
        }
    }

    private static void sigmoid(double[] x, double[] e, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector top = v.blend(1, DoubleVector.fromArray(S, x, i).compare(VectorOperators.GE, 0));
            top.div(v.add(1)).intoArray(x, i);
        }
    }

    private static void sigmoidSlope(double[] x, double[] e, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector bottom = v.add(1);
            v.div(bottom.mul(bottom)).intoArray(x, i);
        }
    }

    /** -x^2 in two parts, for an |x| of at most {@link ErrorFunction#FAR} in its place. */
    private static void gaussians(double[] x, double[] p, double[] low, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector a = DoubleVector.fromArray(S, x, i).abs().min(ErrorFunction.FAR);
            DoubleVector minus = a.mul(a).neg();
            minus.intoArray(p, i);
            a.fma(a, minus).neg().intoArray(low, i);
        }
    }

    /** erfc(|x|) exp(x^2) where |x| is at least {@link ErrorFunction#SMALL}. */
    private static void tails(double[] x, double[] factor, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector a = DoubleVector.fromArray(S, x, i).abs().min(ErrorFunction.FAR);
            DoubleVector t = a.sub(4).div(a.add(3));
            DoubleVector sum = DoubleVector.zero(S);
            for (int c = TAIL.length - 1; c >= 0; c--) {
                sum = F64_CLASS.cast(sum).fma(t, DoubleVector.broadcast(S, TAIL[c]));
            }
            F64_CLASS.cast(sum).div(a.mul(2).add(1)).intoArray(factor, i);
        }
    }

    /** erf(x) where |x| is less than {@link ErrorFunction#SMALL}. */
    private static void smallErfs(double[] x, double[] small, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector z = v.mul(v);
            DoubleVector sum = DoubleVector.zero(S);
            for (int c = SERIES.length - 1; c >= 0; c--) {
                sum = F64_CLASS.cast(sum).fma(z, DoubleVector.broadcast(S, SERIES[c]));
            }
            v.mul(sum).intoArray(small, i);
        }
    }

    private static void erf(double[] x, double[] tail, double[] small, int n) {
        DoubleVector one = DoubleVector.broadcast(S, 1);
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector far = one.sub(DoubleVector.fromArray(S, tail, i)).abs().reinterpretAsLongs()
                    .or(v.reinterpretAsLongs().and(Long.MIN_VALUE)).reinterpretAsDoubles();
            far.blend(DoubleVector.fromArray(S, small, i), v.abs().compare(VectorOperators.LT, ErrorFunction.SMALL))
                    .intoArray(x, i);
        }
    }

    private static void erfc(double[] x, double[] tail, double[] small, int n) {
        DoubleVector one = DoubleVector.broadcast(S, 1);
        DoubleVector two = DoubleVector.broadcast(S, 2);
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector t = DoubleVector.fromArray(S, tail, i);
            DoubleVector far = t.blend(two.sub(t), v.compare(VectorOperators.LT, 0));
            far.blend(one.sub(DoubleVector.fromArray(S, small, i)),
                    v.abs().compare(VectorOperators.LT, ErrorFunction.SMALL)).intoArray(x, i);
        }
    }
}
