package dev.goshawk.cpu.kernel.element;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Powers;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FloatFunctions}, several numbers at a time: float32 numbers in float64 lanes, which take the steps of the scalar functions in their
 * order.
 *
 * <p>Each pass is one loop that calls nothing but the vector API: in a loop of this length the compiler may stop inlining other methods, and a vector
 * that goes through a call is kept on the heap. Polynomials are written out: in a loop of their own the compiler knows the class of the sum from
 * its profile alone, and without one each step allocates. Where an exponential is a step on the way, it is a pass of its own over a block that
 * stays in the first-level cache.
 */
final class FloatFunctionLanes {
    /** For fewer numbers than this the scalar functions do: code that is not compiled yet is slow, and a vector must be filled. */
    static final int WORTHWHILE = DoubleFunctionLanes.WORTHWHILE;

    private static final int BLOCK = 512;
    private static final VectorSpecies<Double> S = VectorSupport.F64;
    private static final VectorSpecies<Float> HALF = Widened.HALF;
    private static final VectorOperators.Conversion<Float, Double> F2D = VectorOperators.F2D;
    private static final VectorOperators.Conversion<Double, Float> D2F = VectorOperators.D2F;
    private static final VectorOperators.Ternary FMA = VectorOperators.FMA;
    private static final VectorOperators.Comparison LT = VectorOperators.LT;
    private static final VectorOperators.Comparison GT = VectorOperators.GT;
    private static final int L = S.length();
    private static final double[] EXPONENTIAL = FloatFunctions.EXPONENTIAL;
    private static final double[] SINE = FloatFunctions.SINE;
    private static final double[] COSINE = FloatFunctions.COSINE;
    private static final double[] ERF_TOP = FloatFunctions.ERF_TOP;
    private static final double[] ERF_BOTTOM = FloatFunctions.ERF_BOTTOM;
    private static final double[] ERFC_TOP = FloatFunctions.ERFC_TOP;
    private static final double[] ERFC_BOTTOM = FloatFunctions.ERFC_BOTTOM;
    private static final double[] LOGARITHM = FloatFunctions.LOGARITHM;
    private static final double[] ARTANH = FloatFunctions.ARTANH;
    private static final ThreadLocal<FloatFunctionLanes> HERE = ThreadLocal.withInitial(FloatFunctionLanes::new);

    /** Exponents, then exponentials. */
    private final double[] e = new double[BLOCK];
    /** The last numbers, filled up to a vector. */
    private final float[] rest = new float[L];

    private FloatFunctionLanes() {
    }

    /** The thread's own. */
    static FloatFunctionLanes here() {
        return HERE.get();
    }

    /** The function of n numbers; r may be x if ro equals xo. */
    void apply(ElementOp op, float[] x, int xo, float[] r, int ro, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += BLOCK) {
            block(op, x, xo + i, r, ro + i, Math.min(BLOCK, whole - i));
        }
        if (whole < n) {
            Arrays.fill(rest, 0);
            System.arraycopy(x, xo + whole, rest, 0, n - whole);
            block(op, rest, 0, rest, 0, L);
            System.arraycopy(rest, 0, r, ro + whole, n - whole);
        }
    }

    /** Of a whole number of vectors, at most a block. */
    private void block(ElementOp op, float[] x, int xo, float[] r, int ro, int n) {
        switch (op) {
            case EXP -> exponentials(x, xo, r, ro, n);
            case EXPM1 -> expm1(x, xo, r, ro, n);
            case TANH -> tanh(x, xo, r, ro, n);
            case SIGMOID -> {
                minusMagnitudes(x, xo, e, n);
                exponentials(e, n);
                sigmoid(x, xo, e, r, ro, n);
            }
            case SIGMOID_SLOPE -> {
                minusMagnitudes(x, xo, e, n);
                exponentials(e, n);
                sigmoidSlope(e, r, ro, n);
            }
            case SOFTPLUS -> {
                minusMagnitudes(x, xo, e, n);
                exponentials(e, n);
                softplus(x, xo, e, r, ro, n);
            }
            case ERF -> erf(x, xo, r, ro, n);
            case ERFC -> {
                minusSquares(x, xo, e, n);
                exponentials(e, n);
                erfc(x, xo, e, r, ro, n);
            }
            case ERF_SLOPE -> {
                minusSquares(x, xo, e, n);
                exponentials(e, n);
                scale(e, ErrorFunction.STEEPEST, r, ro, n);
            }
            case LOG -> logarithms(x, xo, 0, r, ro, n);
            case LOG1P -> logarithms(x, xo, 1, r, ro, n);
            case SIN, COS -> {
                if (farthest(x, xo, n) <= FloatFunctions.NEAR) {
                    sines(x, xo, op == ElementOp.COS ? 1 : 0, r, ro, n);
                } else {
                    for (int i = 0; i < n; i++) {
                        r[ro + i] = (float) FloatFunctions.of(op, x[xo + i]);
                    }
                }
            }
            default -> throw new IllegalArgumentException(op + ": expected a function with lanes of its own");
        }
    }

    private static void exponentials(float[] x, int xo, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector w = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector v = w.blend(-FloatFunctions.FAR, w.compare(LT, -FloatFunctions.FAR)).blend(FloatFunctions.FAR,
                    w.compare(GT, FloatFunctions.FAR));
            DoubleVector shifted = v.lanewise(FMA, Powers.INVERSE_LN2, FloatFunctions.ROUNDER);
            DoubleVector k = shifted.sub(FloatFunctions.ROUNDER);
            DoubleVector t = k.lanewise(FMA, DoubleVector.broadcast(S, -FloatFunctions.LN2), v);
            DoubleVector sum = DoubleVector.broadcast(S, EXPONENTIAL[10])
                    .lanewise(FMA, t, EXPONENTIAL[9])
                    .lanewise(FMA, t, EXPONENTIAL[8])
                    .lanewise(FMA, t, EXPONENTIAL[7])
                    .lanewise(FMA, t, EXPONENTIAL[6])
                    .lanewise(FMA, t, EXPONENTIAL[5])
                    .lanewise(FMA, t, EXPONENTIAL[4])
                    .lanewise(FMA, t, EXPONENTIAL[3])
                    .lanewise(FMA, t, EXPONENTIAL[2])
                    .lanewise(FMA, t, EXPONENTIAL[1])
                    .lanewise(FMA, t, EXPONENTIAL[0]);
            DoubleVector power = shifted.reinterpretAsLongs().add(Double.MAX_EXPONENT)
                    .lanewise(VectorOperators.LSHL, FloatFunctions.SIGNIFICAND).reinterpretAsDoubles();
            ((FloatVector) sum.mul(power).convertShape(D2F, HALF, 0)).intoArray(r, ro + i);
        }
    }

    /** The same of a block, in its place. */
    private static void exponentials(double[] e, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector w = DoubleVector.fromArray(S, e, i);
            DoubleVector v = w.blend(-FloatFunctions.FAR, w.compare(LT, -FloatFunctions.FAR)).blend(FloatFunctions.FAR,
                    w.compare(GT, FloatFunctions.FAR));
            DoubleVector shifted = v.lanewise(FMA, Powers.INVERSE_LN2, FloatFunctions.ROUNDER);
            DoubleVector k = shifted.sub(FloatFunctions.ROUNDER);
            DoubleVector t = k.lanewise(FMA, DoubleVector.broadcast(S, -FloatFunctions.LN2), v);
            DoubleVector sum = DoubleVector.broadcast(S, EXPONENTIAL[10])
                    .lanewise(FMA, t, EXPONENTIAL[9])
                    .lanewise(FMA, t, EXPONENTIAL[8])
                    .lanewise(FMA, t, EXPONENTIAL[7])
                    .lanewise(FMA, t, EXPONENTIAL[6])
                    .lanewise(FMA, t, EXPONENTIAL[5])
                    .lanewise(FMA, t, EXPONENTIAL[4])
                    .lanewise(FMA, t, EXPONENTIAL[3])
                    .lanewise(FMA, t, EXPONENTIAL[2])
                    .lanewise(FMA, t, EXPONENTIAL[1])
                    .lanewise(FMA, t, EXPONENTIAL[0]);
            DoubleVector power = shifted.reinterpretAsLongs().add(Double.MAX_EXPONENT)
                    .lanewise(VectorOperators.LSHL, FloatFunctions.SIGNIFICAND).reinterpretAsDoubles();
            sum.mul(power).intoArray(e, i);
        }
    }

    private static void expm1(float[] x, int xo, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector w = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector v = w.blend(-FloatFunctions.FAR, w.compare(LT, -FloatFunctions.FAR)).blend(FloatFunctions.FAR,
                    w.compare(GT, FloatFunctions.FAR));
            DoubleVector shifted = v.lanewise(FMA, Powers.INVERSE_LN2, FloatFunctions.ROUNDER);
            DoubleVector k = shifted.sub(FloatFunctions.ROUNDER);
            DoubleVector t = k.lanewise(FMA, DoubleVector.broadcast(S, -FloatFunctions.LN2), v);
            DoubleVector sum = DoubleVector.broadcast(S, EXPONENTIAL[10])
                    .lanewise(FMA, t, EXPONENTIAL[9])
                    .lanewise(FMA, t, EXPONENTIAL[8])
                    .lanewise(FMA, t, EXPONENTIAL[7])
                    .lanewise(FMA, t, EXPONENTIAL[6])
                    .lanewise(FMA, t, EXPONENTIAL[5])
                    .lanewise(FMA, t, EXPONENTIAL[4])
                    .lanewise(FMA, t, EXPONENTIAL[3])
                    .lanewise(FMA, t, EXPONENTIAL[2])
                    .lanewise(FMA, t, EXPONENTIAL[1]);
            DoubleVector power = shifted.reinterpretAsLongs().add(Double.MAX_EXPONENT)
                    .lanewise(VectorOperators.LSHL, FloatFunctions.SIGNIFICAND).reinterpretAsDoubles();
            DoubleVector y = power.lanewise(FMA, sum.mul(t), power.sub(1));
            ((FloatVector) y.abs().reinterpretAsLongs().or(w.reinterpretAsLongs().and(Long.MIN_VALUE))
                    .reinterpretAsDoubles().convertShape(D2F, HALF, 0)).intoArray(r, ro + i);
        }
    }

    private static void tanh(float[] x, int xo, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector a = v.abs();
            DoubleVector twice = a.blend(FloatFunctions.SATURATED, a.compare(GT, FloatFunctions.SATURATED)).mul(2);
            DoubleVector shifted = twice.lanewise(FMA, Powers.INVERSE_LN2, FloatFunctions.ROUNDER);
            DoubleVector k = shifted.sub(FloatFunctions.ROUNDER);
            DoubleVector t = k.lanewise(FMA, DoubleVector.broadcast(S, -FloatFunctions.LN2), twice);
            DoubleVector sum = DoubleVector.broadcast(S, EXPONENTIAL[10])
                    .lanewise(FMA, t, EXPONENTIAL[9])
                    .lanewise(FMA, t, EXPONENTIAL[8])
                    .lanewise(FMA, t, EXPONENTIAL[7])
                    .lanewise(FMA, t, EXPONENTIAL[6])
                    .lanewise(FMA, t, EXPONENTIAL[5])
                    .lanewise(FMA, t, EXPONENTIAL[4])
                    .lanewise(FMA, t, EXPONENTIAL[3])
                    .lanewise(FMA, t, EXPONENTIAL[2])
                    .lanewise(FMA, t, EXPONENTIAL[1]);
            DoubleVector power = shifted.reinterpretAsLongs().add(Double.MAX_EXPONENT)
                    .lanewise(VectorOperators.LSHL, FloatFunctions.SIGNIFICAND).reinterpretAsDoubles();
            DoubleVector top = power.lanewise(FMA, sum.mul(t), power.sub(1));
            DoubleVector y = top.div(top.add(2));
            ((FloatVector) y.abs().reinterpretAsLongs().or(v.reinterpretAsLongs().and(Long.MIN_VALUE))
                    .reinterpretAsDoubles().convertShape(D2F, HALF, 0)).intoArray(r, ro + i);
        }
    }

    /** -|x|. */
    private static void minusMagnitudes(float[] x, int xo, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = -Math.abs(x[xo + i]);
        }
    }

    /** -x^2. */
    private static void minusSquares(float[] x, int xo, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            double v = x[xo + i];
            to[i] = -(v * v);
        }
    }

    private static void sigmoid(float[] x, int xo, double[] e, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector w = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector top = v.blend(1, w.compare(VectorOperators.GE, 0));
            ((FloatVector) top.div(v.add(1)).convertShape(D2F, HALF, 0)).intoArray(r, ro + i);
        }
    }

    private static void sigmoidSlope(double[] e, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector bottom = v.add(1);
            ((FloatVector) v.div(bottom.mul(bottom)).convertShape(D2F, HALF, 0)).intoArray(r, ro + i);
        }
    }

    private static void softplus(float[] x, int xo, double[] e, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector s = v.div(v.add(2));
            DoubleVector z = s.mul(s);
            DoubleVector twice = s.add(s);
            DoubleVector sum = DoubleVector.broadcast(S, ARTANH[10])
                    .lanewise(FMA, z, ARTANH[9])
                    .lanewise(FMA, z, ARTANH[8])
                    .lanewise(FMA, z, ARTANH[7])
                    .lanewise(FMA, z, ARTANH[6])
                    .lanewise(FMA, z, ARTANH[5])
                    .lanewise(FMA, z, ARTANH[4])
                    .lanewise(FMA, z, ARTANH[3])
                    .lanewise(FMA, z, ARTANH[2])
                    .lanewise(FMA, z, ARTANH[1])
                    .lanewise(FMA, z, ARTANH[0]);
            DoubleVector w = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            ((FloatVector) twice.mul(z).lanewise(FMA, sum, twice)
                    .add(DoubleVector.zero(S).blend(w, w.compare(GT, 0))).convertShape(D2F, HALF, 0))
                    .intoArray(r, ro + i);
        }
    }

    private static void erf(float[] x, int xo, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector w = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector v = w.blend(-FloatFunctions.ERF_FAR, w.compare(LT, -FloatFunctions.ERF_FAR))
                    .blend(FloatFunctions.ERF_FAR, w.compare(GT, FloatFunctions.ERF_FAR));
            DoubleVector z = v.mul(v);
            DoubleVector top = DoubleVector.broadcast(S, ERF_TOP[8])
                    .lanewise(FMA, z, ERF_TOP[7])
                    .lanewise(FMA, z, ERF_TOP[6])
                    .lanewise(FMA, z, ERF_TOP[5])
                    .lanewise(FMA, z, ERF_TOP[4])
                    .lanewise(FMA, z, ERF_TOP[3])
                    .lanewise(FMA, z, ERF_TOP[2])
                    .lanewise(FMA, z, ERF_TOP[1])
                    .lanewise(FMA, z, ERF_TOP[0]);
            DoubleVector bottom = DoubleVector.broadcast(S, ERF_BOTTOM[7])
                    .lanewise(FMA, z, ERF_BOTTOM[6])
                    .lanewise(FMA, z, ERF_BOTTOM[5])
                    .lanewise(FMA, z, ERF_BOTTOM[4])
                    .lanewise(FMA, z, ERF_BOTTOM[3])
                    .lanewise(FMA, z, ERF_BOTTOM[2])
                    .lanewise(FMA, z, ERF_BOTTOM[1])
                    .lanewise(FMA, z, ERF_BOTTOM[0]);
            ((FloatVector) v.mul(top.div(bottom)).convertShape(D2F, HALF, 0)).intoArray(r, ro + i);
        }
    }

    /** From exp(-x^2). */
    private static void erfc(float[] x, int xo, double[] e, float[] r, int ro, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector m = v.abs();
            DoubleVector a = m.blend(FloatFunctions.ERFC_FAR, m.compare(GT, FloatFunctions.ERFC_FAR));
            DoubleVector top = DoubleVector.broadcast(S, ERFC_TOP[7])
                    .lanewise(FMA, a, ERFC_TOP[6])
                    .lanewise(FMA, a, ERFC_TOP[5])
                    .lanewise(FMA, a, ERFC_TOP[4])
                    .lanewise(FMA, a, ERFC_TOP[3])
                    .lanewise(FMA, a, ERFC_TOP[2])
                    .lanewise(FMA, a, ERFC_TOP[1])
                    .lanewise(FMA, a, ERFC_TOP[0]);
            DoubleVector bottom = DoubleVector.broadcast(S, ERFC_BOTTOM[8])
                    .lanewise(FMA, a, ERFC_BOTTOM[7])
                    .lanewise(FMA, a, ERFC_BOTTOM[6])
                    .lanewise(FMA, a, ERFC_BOTTOM[5])
                    .lanewise(FMA, a, ERFC_BOTTOM[4])
                    .lanewise(FMA, a, ERFC_BOTTOM[3])
                    .lanewise(FMA, a, ERFC_BOTTOM[2])
                    .lanewise(FMA, a, ERFC_BOTTOM[1])
                    .lanewise(FMA, a, ERFC_BOTTOM[0]);
            DoubleVector tail = DoubleVector.fromArray(S, e, i).mul(top.div(bottom));
            ((FloatVector) tail.blend(tail.neg().add(2), v.compare(LT, 0)).convertShape(D2F, HALF, 0)).intoArray(r,
                    ro + i);
        }
    }

    private static void scale(double[] e, double factor, float[] r, int ro, int n) {
        for (int i = 0; i < n; i++) {
            r[ro + i] = (float) (e[i] * factor);
        }
    }

    /** Of 0 or 1 plus x. With 1, what the sum rounds off is added to the logarithm, and zeros keep their sign. */
    private static void logarithms(float[] x, int xo, int plus, float[] r, int ro, int n) {
        double kept = plus == 0 ? Double.NaN : 0;
        for (int i = 0; i < n; i += L) {
            DoubleVector w = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector v = w.add(plus);
            LongVector bits = v.reinterpretAsLongs();
            LongVector exponent = bits.sub(Powers.SQRT_HALF).lanewise(VectorOperators.ASHR, FloatFunctions.SIGNIFICAND);
            DoubleVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, FloatFunctions.SIGNIFICAND))
                    .reinterpretAsDoubles();
            DoubleVector s = m.sub(1).div(m.add(1));
            DoubleVector z = s.mul(s);
            DoubleVector twice = s.add(s);
            DoubleVector sum = DoubleVector.broadcast(S, LOGARITHM[7])
                    .lanewise(FMA, z, LOGARITHM[6])
                    .lanewise(FMA, z, LOGARITHM[5])
                    .lanewise(FMA, z, LOGARITHM[4])
                    .lanewise(FMA, z, LOGARITHM[3])
                    .lanewise(FMA, z, LOGARITHM[2])
                    .lanewise(FMA, z, LOGARITHM[1])
                    .lanewise(FMA, z, LOGARITHM[0]);
            // A whole number as float64, by way of the lowest bits of one.
            DoubleVector k = exponent.add(FloatFunctions.ROUNDER_BITS).reinterpretAsDoubles()
                    .sub(FloatFunctions.ROUNDER);
            DoubleVector y = k.lanewise(FMA, DoubleVector.broadcast(S, FloatFunctions.LN2),
                    twice.mul(z).lanewise(FMA, sum, twice));
            DoubleVector log = y.blend(Double.NaN, v.compare(VectorOperators.GE, 0).not())
                    .blend(Double.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0))
                    .blend(Double.POSITIVE_INFINITY, v.compare(VectorOperators.EQ, Double.POSITIVE_INFINITY));
            DoubleVector lost = w.sub(v.sub(plus)).blend(0, w.compare(GT, 1));
            ((FloatVector) log.add(lost).blend(w, w.compare(VectorOperators.EQ, kept)).convertShape(D2F, HALF, 0))
                    .intoArray(r, ro + i);
        }
    }

    /** The largest magnitude; NaN if one is. */
    private static float farthest(float[] x, int xo, int n) {
        float most = 0;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, Math.abs(x[xo + i]));
        }
        return most;
    }

    /** The sine of x plus so many quarter turns: 0, where zeros keep their sign, or 1, which makes it the cosine. */
    private static void sines(float[] x, int xo, int quarters, float[] to, int ro, int n) {
        double kept = quarters == 0 ? 0 : Double.NaN;
        for (int i = 0; i < n; i += L) {
            DoubleVector v = (DoubleVector) FloatVector.fromArray(HALF, x, xo + i).convertShape(F2D, S, 0);
            DoubleVector shifted = v.lanewise(FMA, FloatFunctions.INVERSE_QUARTER, FloatFunctions.ROUNDER);
            DoubleVector minus = shifted.sub(FloatFunctions.ROUNDER).neg();
            DoubleVector r = minus.lanewise(FMA, DoubleVector.broadcast(S, FloatFunctions.QUARTER), v);
            r = minus.lanewise(FMA, DoubleVector.broadcast(S, FloatFunctions.QUARTER_LOW), r);
            r = minus.lanewise(FMA, DoubleVector.broadcast(S, FloatFunctions.QUARTER_LOWEST), r);
            DoubleVector z = r.mul(r);
            DoubleVector sine = DoubleVector.broadcast(S, SINE[5])
                    .lanewise(FMA, z, SINE[4])
                    .lanewise(FMA, z, SINE[3])
                    .lanewise(FMA, z, SINE[2])
                    .lanewise(FMA, z, SINE[1])
                    .lanewise(FMA, z, SINE[0]);
            DoubleVector cosine = DoubleVector.broadcast(S, COSINE[6])
                    .lanewise(FMA, z, COSINE[5])
                    .lanewise(FMA, z, COSINE[4])
                    .lanewise(FMA, z, COSINE[3])
                    .lanewise(FMA, z, COSINE[2])
                    .lanewise(FMA, z, COSINE[1])
                    .lanewise(FMA, z, COSINE[0]);
            LongVector turn = shifted.reinterpretAsLongs().sub(FloatFunctions.ROUNDER_BITS).add(quarters);
            DoubleVector y = r.mul(z).lanewise(FMA, sine, r).blend(
                    z.lanewise(FMA, cosine, DoubleVector.broadcast(S, 1)),
                    turn.and(1).compare(VectorOperators.NE, 0).cast(S));
            DoubleVector signed = y.reinterpretAsLongs()
                    .lanewise(VectorOperators.XOR, turn.and(2).lanewise(VectorOperators.LSHL, Long.SIZE - 2))
                    .reinterpretAsDoubles();
            ((FloatVector) signed.blend(v, v.compare(VectorOperators.EQ, kept)).convertShape(D2F, HALF, 0))
                    .intoArray(to, ro + i);
        }
    }
}
