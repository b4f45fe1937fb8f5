package dev.goshawk.cpu.kernel.element;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Powers;
import java.util.Arrays;

/**
 * Functions of one float32 number, computed in float64 and rounded once by the caller. Series end where what is left out is below 2^-40 of the
 * result, which changes the rounding of a few dozen of all 2^32 results by a unit in the last place: fewer steps than {@link DoubleFunctions} takes, and
 * the same ones as {@link FloatFunctionLanes}.
 */
final class FloatFunctions {
    static final double LN2 = 0.6931471805599453;
    /** exp of more than this is infinite in float32, and of less than its negative 0. */
    static final double FAR = 120;
    /** tanh of more than this is 1. */
    static final double SATURATED = 22;
    /** Adding it leaves a whole number in the lowest bits, rounded as {@link Math#rint} does. */
    static final double ROUNDER = 0x1.8p52;
    static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);
    static final int SIGNIFICAND = 52;

    /** pi / 2 in three parts; products of the first two with whole numbers up to 2^20 are exact. */
    static final double QUARTER = 1.57079632673412561417e+00;
    static final double QUARTER_LOW = 6.07710050630396597660e-11;
    static final double QUARTER_LOWEST = 2.02226624879595063154e-21;
    static final double INVERSE_QUARTER = 0.6366197723675814;
    /** Up to this sines are computed here. */
    static final double NEAR = 0x1p20;

    /** 1 / n! from n = 0 on. */
    static final double[] EXPONENTIAL = new double[11];
    /** Of what follows r in the sine, divided by r^3, and what follows 1 in the cosine, divided by r^2, in powers of r^2. */
    static final double[] SINE = new double[6];
    static final double[] COSINE = new double[7];
    /** Of what follows s in the series of artanh s, divided by s^3, in powers of s^2. */
    static final double[] LOGARITHM = new double[8];

    /** erfc of this is less than half the smallest number of float32. */
    static final double ERFC_FAR = 10.2;
    /**
     * {@link ErrorFunction}'s P up to {@link #ERFC_FAR}, its Chebyshev series on that range cut off where what is left out is below 2e-13 and written in
     * powers of t.
     */
    static final double[] TAIL = {1.2329951186254597, -0.12216847723365437, -0.003496013490187828,
            0.046654585213967675, -0.041806511687294476, 0.022801801835459868, -0.008073586525290192,
            0.0013920542672013999, 0.0002472690212120139, -0.00019798145632974882, 1.7917576514680025e-05,
            1.9575930479155204e-05, -4.792245308658079e-06, -3.222362100622091e-06, -3.7669412572077575e-07};
    /** {@link ErrorFunction}'s, of which float32 needs fewer. */
    static final double[] SERIES = Arrays.copyOf(ErrorFunction.series(DType.FLOAT64), 10);

    static {
        double factorial = 1;
        for (int n = 0; n <= 15; n++) {
            factorial *= Math.max(n, 1);
            if (n < EXPONENTIAL.length) {
                EXPONENTIAL[n] = 1 / factorial;
            }
            if (n >= 2 && n % 2 == 0 && n / 2 - 1 < COSINE.length) {
                COSINE[n / 2 - 1] = (n / 2 % 2 == 0 ? 1 : -1) / factorial;
            }
            if (n >= 3 && n % 2 == 1 && (n - 3) / 2 < SINE.length) {
                SINE[(n - 3) / 2] = (n / 2 % 2 == 0 ? 1 : -1) / factorial;
            }
        }
        for (int i = 0; i < LOGARITHM.length; i++) {
            LOGARITHM[i] = 1.0 / (2 * i + 3);
        }
    }

    private FloatFunctions() {
    }

    /** The function of v, a float32 number. */
    static double of(ElementOp op, double v) {
        return switch (op) {
            case EXP -> exp(v);
            case TANH -> tanh(v);
            case SIGMOID -> {
                double e = exp(-Math.abs(v));
                yield v >= 0 ? 1 / (1 + e) : e / (1 + e);
            }
            case SIGMOID_SLOPE -> {
                double e = exp(-Math.abs(v));
                yield e / ((1 + e) * (1 + e));
            }
            case ERF -> {
                double a = Math.abs(v);
                yield a < ErrorFunction.SMALL ? v * polynomial(SERIES, 0, v * v) : Math.copySign(1 - tail(a), v);
            }
            case ERFC -> {
                double a = Math.abs(v);
                double tail = tail(a);
                yield a < ErrorFunction.SMALL ? 1 - v * polynomial(SERIES, 0, v * v) : v < 0 ? 2 - tail : tail;
            }
            case ERF_SLOPE -> exp(-(v * v)) * ErrorFunction.STEEPEST;
            case LOG -> log(v);
            case SIN, COS -> Math.abs(v) <= NEAR ? sine(v, op == ElementOp.COS ? 1 : 0) : DoubleFunctions.of(op, v);
            default -> DoubleFunctions.of(op, v);
        };
    }

    private static double exp(double x) {
        double v = Math.min(Math.max(x, -FAR), FAR);
        double shifted = v * Powers.INVERSE_LN2 + ROUNDER;
        return polynomial(EXPONENTIAL, 0, Math.fma(-(shifted - ROUNDER), LN2, v)) * power(shifted);
    }

    /** erfc(a) for an a of at least {@link ErrorFunction#SMALL}. */
    private static double tail(double a) {
        double b = Math.min(a, ERFC_FAR);
        return exp(-(b * b)) * (polynomial(TAIL, 0, (b - 4) / (b + 3)) / (b * 2 + 1));
    }

    private static double tanh(double x) {
        double twice = Math.min(Math.abs(x), SATURATED) * 2;
        double shifted = twice * Powers.INVERSE_LN2 + ROUNDER;
        double r = Math.fma(-(shifted - ROUNDER), LN2, twice);
        double power = power(shifted);
        double top = Math.fma(power, polynomial(EXPONENTIAL, 1, r) * r, power - 1);
        return Math.copySign(top / (top + 2), x);
    }

    /** 2^k for the k that {@link #ROUNDER} was added to. */
    private static double power(double shifted) {
        long k = Double.doubleToRawLongBits(shifted) - ROUNDER_BITS;
        return Double.longBitsToDouble(k + Double.MAX_EXPONENT << SIGNIFICAND);
    }

    private static double log(double x) {
        if (!(x > 0 && x <= Double.MAX_VALUE)) {
            return x == 0 ? Double.NEGATIVE_INFINITY : x > 0 ? x : Double.NaN;
        }
        long bits = Double.doubleToRawLongBits(x);
        long e = bits - Powers.SQRT_HALF >> SIGNIFICAND;
        double m = Double.longBitsToDouble(bits - (e << SIGNIFICAND));
        double s = (m - 1) / (m + 1);
        double z = s * s;
        double twice = s + s;
        return Math.fma((double) e, LN2, Math.fma(twice * z, polynomial(LOGARITHM, 0, z), twice));
    }

    /** The sine of x plus so many quarter turns. */
    private static double sine(double x, int quarters) {
        double shifted = x * INVERSE_QUARTER + ROUNDER;
        double k = shifted - ROUNDER;
        double r = Math.fma(-k, QUARTER_LOWEST, Math.fma(-k, QUARTER_LOW, Math.fma(-k, QUARTER, x)));
        double z = r * r;
        long turn = Double.doubleToRawLongBits(shifted) - ROUNDER_BITS + quarters;
        double y = (turn & 1) == 0
                ? Math.fma(r * z, polynomial(SINE, 0, z), r)
                : Math.fma(z, polynomial(COSINE, 0, z), 1);
        return x == 0 && quarters == 0 ? x : (turn & 2) == 0 ? y : -y;
    }

    /** The sum of coefficients, from one of them on, times powers of t. */
    private static double polynomial(double[] coefficients, int from, double t) {
        double sum = coefficients[coefficients.length - 1];
        for (int i = coefficients.length - 2; i >= from; i--) {
            sum = Math.fma(sum, t, coefficients[i]);
        }
        return sum;
    }
}
