package dev.goshawk.cpu.kernel.element;

import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Powers;

/**
 * Functions of one float32 number, computed in float64 and rounded once by the caller. Series end where what is left out is below 2^-39 of the
 * result, which changes the rounding of at most one result in some millions: fewer steps than {@link DoubleFunctions} takes, and the same ones as
 * {@link FloatFunctionLanes}.
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
    /** The same up to s = 1 / 3, for softplus: log(1 + e) for an e from 0 to 1. */
    static final double[] ARTANH = new double[11];

    /** erf of this rounds to 1. */
    static final double ERF_FAR = 4;
    /** erf(x) = x T(x^2) / B(x^2) up to {@link #ERF_FAR}: minimax in the relative error, 4.5e-13, and exact at 0. */
    static final double[] ERF_TOP = {ErrorFunction.STEEPEST, 0.1943433647764382, 0.058359945113963516,
            0.004870928650511991, 0.0005514250819251391, 2.3827325106966834e-05, 1.147901319978026e-06,
            8.516772673576274e-09, -1.6084964638374922e-11};
    static final double[] ERF_BOTTOM = {1, 0.5055656559984254, 0.12024203984947536, 0.01765038719513279,
            0.0017555920474726528, 0.0001211774609224974, 5.586073142621356e-06, 1.4494366560862177e-07};

    /** erfc of this is less than half the smallest number of float32. */
    static final double ERFC_FAR = 10.2;
    /** exp(a^2) erfc(a) = T(a) / B(a) for a from 0 to {@link #ERFC_FAR}: minimax in the relative error, 1.4e-14. */
    static final double[] ERFC_TOP = {0.9999999999999856, 1.7833757162821633, 1.5722352391686099,
            0.8560278339381355, 0.3071972214127195, 0.07246621326147695, 0.01045431645678244,
            0.0007218083410476617};
    static final double[] ERFC_BOTTOM = {1, 2.9117548833747127, 3.857798789360717, 3.049585511966915,
            1.5808629023950516, 0.5537569462657523, 0.12908274919837648, 0.018529792025708727,
            0.0012793719951688896};

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
        for (int i = 0; i < ARTANH.length; i++) {
            ARTANH[i] = 1.0 / (2 * i + 3);
        }
        System.arraycopy(ARTANH, 0, LOGARITHM, 0, LOGARITHM.length);
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
                double x = v < -ERF_FAR ? -ERF_FAR : v > ERF_FAR ? ERF_FAR : v;
                double z = x * x;
                yield x * (polynomial(ERF_TOP, 0, z) / polynomial(ERF_BOTTOM, 0, z));
            }
            case ERFC -> {
                double a = Math.min(Math.abs(v), ERFC_FAR);
                double tail = exp(-(v * v)) * (polynomial(ERFC_TOP, 0, a) / polynomial(ERFC_BOTTOM, 0, a));
                yield v < 0 ? 2 - tail : tail;
            }
            case ERF_SLOPE -> exp(-(v * v)) * ErrorFunction.STEEPEST;
            case EXPM1 -> expm1(v);
            case LOG -> log(v);
            case LOG1P -> log1p(v);
            case SOFTPLUS -> {
                double e = exp(-Math.abs(v));
                double s = e / (e + 2);
                double z = s * s;
                double twice = s + s;
                yield Math.fma(twice * z, polynomial(ARTANH, 0, z), twice) + (v > 0 ? v : 0);
            }
            case SIN, COS -> Math.abs(v) <= NEAR ? sine(v, op == ElementOp.COS ? 1 : 0) : DoubleFunctions.of(op, v);
            default -> DoubleFunctions.of(op, v);
        };
    }

    private static double exp(double x) {
        double v = Math.min(Math.max(x, -FAR), FAR);
        double shifted = Math.fma(v, Powers.INVERSE_LN2, ROUNDER);
        return polynomial(EXPONENTIAL, 0, Math.fma(-(shifted - ROUNDER), LN2, v)) * power(shifted);
    }

    private static double tanh(double x) {
        double top = expm1(Math.min(Math.abs(x), SATURATED) * 2);
        return Math.copySign(top / (top + 2), x);
    }

    private static double expm1(double x) {
        double v = Math.min(Math.max(x, -FAR), FAR);
        double shifted = Math.fma(v, Powers.INVERSE_LN2, ROUNDER);
        double r = Math.fma(-(shifted - ROUNDER), LN2, v);
        double power = power(shifted);
        return Math.copySign(Math.fma(power, polynomial(EXPONENTIAL, 1, r) * r, power - 1), x);
    }

    /** 2^k for the k that {@link #ROUNDER} was added to, of whose own bits the shift leaves none. */
    private static double power(double shifted) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(shifted) + Double.MAX_EXPONENT << SIGNIFICAND);
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

    private static double log1p(double x) {
        double u = x + 1;
        return Math.copySign(log(u) + (x > 1 ? 0 : x - (u - 1)), x);
    }

    /** The sine of x plus so many quarter turns. */
    private static double sine(double x, int quarters) {
        double shifted = Math.fma(x, INVERSE_QUARTER, ROUNDER);
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
