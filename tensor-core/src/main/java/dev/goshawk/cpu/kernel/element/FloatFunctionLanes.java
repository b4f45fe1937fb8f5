package dev.goshawk.cpu.kernel.element;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Powers;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FloatFunctions}, several numbers at a time: float32 numbers in float64 lanes, which take the steps of the scalar functions in their
 * order. What is not here is computed by {@link DoubleFunctionLanes}.
 *
 * <p>Each pass is one loop without calls: a method of vectors that the compiler does not inline keeps them on the heap. Polynomials are written
 * out: in a loop of their own the compiler knows the class of the sum from its profile alone, and without one each step allocates.
 */
final class FloatFunctionLanes {
    /** For fewer numbers than this the scalar functions do: code that is not compiled yet is slow, and a vector must be filled. */
    static final int WORTHWHILE = DoubleFunctionLanes.WORTHWHILE;

    private static final VectorSpecies<Double> S = VectorSupport.F64;
    private static final VectorOperators.Ternary FMA = VectorOperators.FMA;
    private static final int L = S.length();
    private static final double[] EXPONENTIAL = FloatFunctions.EXPONENTIAL;
    private static final double[] SINE = FloatFunctions.SINE;
    private static final double[] COSINE = FloatFunctions.COSINE;
    private static final double[] TAIL = FloatFunctions.TAIL;
    private static final double[] SERIES = FloatFunctions.SERIES;
    private static final double[] LOGARITHM = FloatFunctions.LOGARITHM;
    private static final ThreadLocal<FloatFunctionLanes> HERE = ThreadLocal.withInitial(FloatFunctionLanes::new);

    private final DoubleFunctionLanes others = DoubleFunctionLanes.here();
    private final double[] x = others.block();
    private final double[] e = new double[x.length];

    private FloatFunctionLanes() {
    }

    /** The thread's own. */
    static FloatFunctionLanes here() {
        return HERE.get();
    }

    /** Room for a part of the operand, a whole number of vectors. */
    double[] block() {
        return x;
    }

    /** The function of the first n numbers of {@link #block()}, in their place; those up to the next whole vector are overwritten. */
    void apply(ElementOp op, int count) {
        int n = (count + L - 1) / L * L;
        Arrays.fill(x, count, n, 0);
        switch (op) {
            case EXP -> exponentials(x, x, n);
            case TANH -> tanh(x, n);
            case SIGMOID -> {
                exponents(x, e, n);
                exponentials(e, e, n);
                sigmoid(x, e, n);
            }
            case SIGMOID_SLOPE -> {
                exponents(x, e, n);
                exponentials(e, e, n);
                sigmoidSlope(x, e, n);
            }
            case ERF, ERFC -> {
                squares(x, e, n);
                exponentials(e, e, n);
                tails(x, e, n);
                if (op == ElementOp.ERF) {
                    erf(x, e, n);
                } else {
                    erfc(x, e, n);
                }
            }
            case ERF_SLOPE -> {
                squares(x, x, n);
                exponentials(x, x, n);
                scale(x, n);
            }
            case LOG -> logarithms(x, n);
            case SIN, COS -> {
                if (farthest(x, n) <= FloatFunctions.NEAR) {
                    sines(x, op == ElementOp.COS ? 1 : 0, n);
                } else {
                    for (int i = 0; i < count; i++) {
                        x[i] = FloatFunctions.of(op, x[i]);
                    }
                }
            }
            default -> others.apply(op, count);
        }
    }

    private static void exponentials(double[] x, double[] to, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i).max(-FloatFunctions.FAR).min(FloatFunctions.FAR);
            DoubleVector shifted = v.mul(Powers.INVERSE_LN2).add(FloatFunctions.ROUNDER);
            DoubleVector r = shifted.sub(FloatFunctions.ROUNDER).neg()
                    .fma(DoubleVector.broadcast(S, FloatFunctions.LN2), v);
            DoubleVector sum = DoubleVector.broadcast(S, EXPONENTIAL[10])
                    .lanewise(FMA, r, EXPONENTIAL[9])
                    .lanewise(FMA, r, EXPONENTIAL[8])
                    .lanewise(FMA, r, EXPONENTIAL[7])
                    .lanewise(FMA, r, EXPONENTIAL[6])
                    .lanewise(FMA, r, EXPONENTIAL[5])
                    .lanewise(FMA, r, EXPONENTIAL[4])
                    .lanewise(FMA, r, EXPONENTIAL[3])
                    .lanewise(FMA, r, EXPONENTIAL[2])
                    .lanewise(FMA, r, EXPONENTIAL[1])
                    .lanewise(FMA, r, EXPONENTIAL[0]);
            DoubleVector power = shifted.reinterpretAsLongs().sub(FloatFunctions.ROUNDER_BITS).add(Double.MAX_EXPONENT)
                    .lanewise(VectorOperators.LSHL, FloatFunctions.SIGNIFICAND).reinterpretAsDoubles();
            sum.mul(power).intoArray(to, i);
        }
    }

    private static void tanh(double[] x, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector twice = v.abs().min(FloatFunctions.SATURATED).mul(2);
            DoubleVector shifted = twice.mul(Powers.INVERSE_LN2).add(FloatFunctions.ROUNDER);
            DoubleVector r = shifted.sub(FloatFunctions.ROUNDER).neg().fma(
                    DoubleVector.broadcast(S, FloatFunctions.LN2),
                    twice);
            DoubleVector sum = DoubleVector.broadcast(S, EXPONENTIAL[10])
                    .lanewise(FMA, r, EXPONENTIAL[9])
                    .lanewise(FMA, r, EXPONENTIAL[8])
                    .lanewise(FMA, r, EXPONENTIAL[7])
                    .lanewise(FMA, r, EXPONENTIAL[6])
                    .lanewise(FMA, r, EXPONENTIAL[5])
                    .lanewise(FMA, r, EXPONENTIAL[4])
                    .lanewise(FMA, r, EXPONENTIAL[3])
                    .lanewise(FMA, r, EXPONENTIAL[2])
                    .lanewise(FMA, r, EXPONENTIAL[1]);
            DoubleVector power = shifted.reinterpretAsLongs().sub(FloatFunctions.ROUNDER_BITS).add(Double.MAX_EXPONENT)
                    .lanewise(VectorOperators.LSHL, FloatFunctions.SIGNIFICAND).reinterpretAsDoubles();
            DoubleVector top = power.fma(sum.mul(r), power.sub(1));
            DoubleVector y = top.div(top.add(2));
            y.abs().reinterpretAsLongs().or(v.reinterpretAsLongs().and(Long.MIN_VALUE)).reinterpretAsDoubles()
                    .intoArray(x, i);
        }
    }

    /** -|x|. */
    private static void exponents(double[] x, double[] to, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector.fromArray(S, x, i).abs().neg().intoArray(to, i);
        }
    }

    /** -x^2. */
    private static void squares(double[] x, double[] to, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            v.mul(v).neg().intoArray(to, i);
        }
    }

    /** From exp(-x^2) to erfc(|x|), where |x| is at least {@link ErrorFunction#SMALL}. */
    private static void tails(double[] x, double[] e, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector a = DoubleVector.fromArray(S, x, i).abs().min(FloatFunctions.ERFC_FAR);
            DoubleVector t = a.sub(4).div(a.add(3));
            DoubleVector sum = DoubleVector.broadcast(S, TAIL[14])
                    .lanewise(FMA, t, TAIL[13])
                    .lanewise(FMA, t, TAIL[12])
                    .lanewise(FMA, t, TAIL[11])
                    .lanewise(FMA, t, TAIL[10])
                    .lanewise(FMA, t, TAIL[9])
                    .lanewise(FMA, t, TAIL[8])
                    .lanewise(FMA, t, TAIL[7])
                    .lanewise(FMA, t, TAIL[6])
                    .lanewise(FMA, t, TAIL[5])
                    .lanewise(FMA, t, TAIL[4])
                    .lanewise(FMA, t, TAIL[3])
                    .lanewise(FMA, t, TAIL[2])
                    .lanewise(FMA, t, TAIL[1])
                    .lanewise(FMA, t, TAIL[0]);
            DoubleVector.fromArray(S, e, i).mul(sum.div(a.mul(2).add(1))).intoArray(e, i);
        }
    }

    private static void erf(double[] x, double[] tail, int n) {
        DoubleVector one = DoubleVector.broadcast(S, 1);
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector z = v.mul(v);
            DoubleVector sum = DoubleVector.broadcast(S, SERIES[9])
                    .lanewise(FMA, z, SERIES[8])
                    .lanewise(FMA, z, SERIES[7])
                    .lanewise(FMA, z, SERIES[6])
                    .lanewise(FMA, z, SERIES[5])
                    .lanewise(FMA, z, SERIES[4])
                    .lanewise(FMA, z, SERIES[3])
                    .lanewise(FMA, z, SERIES[2])
                    .lanewise(FMA, z, SERIES[1])
                    .lanewise(FMA, z, SERIES[0]);
            one.sub(DoubleVector.fromArray(S, tail, i)).abs().reinterpretAsLongs()
                    .or(v.reinterpretAsLongs().and(Long.MIN_VALUE)).reinterpretAsDoubles()
                    .blend(v.mul(sum), v.abs().compare(VectorOperators.LT, ErrorFunction.SMALL)).intoArray(x, i);
        }
    }

    private static void erfc(double[] x, double[] tail, int n) {
        DoubleVector one = DoubleVector.broadcast(S, 1);
        DoubleVector two = DoubleVector.broadcast(S, 2);
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector z = v.mul(v);
            DoubleVector sum = DoubleVector.broadcast(S, SERIES[9])
                    .lanewise(FMA, z, SERIES[8])
                    .lanewise(FMA, z, SERIES[7])
                    .lanewise(FMA, z, SERIES[6])
                    .lanewise(FMA, z, SERIES[5])
                    .lanewise(FMA, z, SERIES[4])
                    .lanewise(FMA, z, SERIES[3])
                    .lanewise(FMA, z, SERIES[2])
                    .lanewise(FMA, z, SERIES[1])
                    .lanewise(FMA, z, SERIES[0]);
            DoubleVector far = DoubleVector.fromArray(S, tail, i);
            far.blend(two.sub(far), v.compare(VectorOperators.LT, 0))
                    .blend(one.sub(v.mul(sum)), v.abs().compare(VectorOperators.LT, ErrorFunction.SMALL))
                    .intoArray(x, i);
        }
    }

    private static void scale(double[] x, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector.fromArray(S, x, i).mul(ErrorFunction.STEEPEST).intoArray(x, i);
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

    private static void logarithms(double[] x, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
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
            DoubleVector y = k.fma(DoubleVector.broadcast(S, FloatFunctions.LN2), twice.mul(z).fma(sum, twice));
            y.blend(Double.NaN, v.compare(VectorOperators.GE, 0).not())
                    .blend(Double.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0))
                    .blend(Double.POSITIVE_INFINITY, v.compare(VectorOperators.EQ, Double.POSITIVE_INFINITY))
                    .intoArray(x, i);
        }
    }

    /** The largest magnitude; NaN if one is. */
    private static double farthest(double[] x, int n) {
        double most = 0;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, Math.abs(x[i]));
        }
        return most;
    }

    private static void sines(double[] x, int quarters, int n) {
        for (int i = 0; i < n; i += L) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector shifted = v.mul(FloatFunctions.INVERSE_QUARTER).add(FloatFunctions.ROUNDER);
            DoubleVector minus = shifted.sub(FloatFunctions.ROUNDER).neg();
            DoubleVector r = minus.fma(DoubleVector.broadcast(S, FloatFunctions.QUARTER), v);
            r = minus.fma(DoubleVector.broadcast(S, FloatFunctions.QUARTER_LOW), r);
            r = minus.fma(DoubleVector.broadcast(S, FloatFunctions.QUARTER_LOWEST), r);
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
            DoubleVector y = r.mul(z).fma(sine, r).blend(z.fma(cosine, DoubleVector.broadcast(S, 1)),
                    turn.and(1).compare(VectorOperators.NE, 0).cast(S));
            DoubleVector signed = y.reinterpretAsLongs()
                    .lanewise(VectorOperators.XOR, turn.and(2).lanewise(VectorOperators.LSHL, Long.SIZE - 2))
                    .reinterpretAsDoubles();
            (quarters == 0 ? signed.blend(v, v.compare(VectorOperators.EQ, 0)) : signed).intoArray(x, i);
        }
    }
}
