package dev.goshawk.tensor;

import java.util.Arrays;

/**
 * Powers x^(y - k) with a real base and exponent and a small whole k, from sums, products and quotients alone, exp((y - k) log x) with
 * logarithm and exponent in two parts. The difference is never rounded, so that the derivatives of x^y, which are multiples of x^(y - k),
 * keep their digits too.
 */
public final class Powers {
    /** ln 2 in two parts: products of the first with whole numbers up to 2^20 are exact. */
    public static final double LN2_HIGH = 6.93147180369123816490e-01;
    /** What the first part lacks. */
    public static final double LN2_LOW = 1.90821492927058770002e-10;
    /** 1 / ln 2. */
    public static final double INVERSE_LN2 = 1.4426950408889634;
    /** The bits of sqrt(1/2): a mantissa lies between it and sqrt(2). */
    public static final long SQRT_HALF = 0x3FE6A09E667F3BCDL;
    /** The second coefficient of artanh's series, in two parts. */
    public static final double THIRD = 1.0 / 3;
    /** What the first part lacks. */
    public static final double THIRD_LOW = 1.850371707708594e-17;
    /** The third coefficient of artanh's series, in two parts. */
    public static final double FIFTH = 1.0 / 5;
    /** What the first part lacks. */
    public static final double FIFTH_LOW = -1.1102230246251566e-17;
    /** An exponential is infinite above this and 0 below its negative. */
    public static final double FAR = 760;

    private static final double[] LOGARITHM = new double[11];
    private static final double[] EXPONENTIAL = new double[12];

    static {
        double factorial = 1;
        for (int i = 0; i < 12; i++) {
            factorial *= i + 2;
            EXPONENTIAL[i] = 1 / factorial;
        }
        Arrays.setAll(LOGARITHM, i -> 1.0 / (2 * i + 7));
    }

    private Powers() {
    }

    /** Coefficients of what follows s + s^3 / 3 + s^5 / 5 in the series of artanh s, divided by s^7, in powers of s^2. */
    public static double[] logarithm() {
        return LOGARITHM.clone();
    }

    /** Coefficients of what follows 1 + r in the series of exp r, divided by r^2. */
    public static double[] exponential() {
        return EXPONENTIAL.clone();
    }

    /**
     * x^(y - lowered). NaN operands give NaN. Otherwise as IEEE 754 has it: x^0 = 1, 1^y = 1, a negative number has powers with whole
     * exponents only, and 0, infinity and their signs follow.
     *
     * @param lowered a small whole number, taken off the exponent without a rounding
     */
    public static double pow(double x, double y, int lowered) {
        if (Double.isNaN(x) || Double.isNaN(y)) {
            return Double.NaN;
        }
        double exponent = y - lowered;
        double taken = exponent - y;
        double rest = Double.isInfinite(y) ? 0 : y - (exponent - taken) - (lowered + taken);
        double a = Math.abs(x);
        boolean whole = Math.rint(y) == y;
        boolean odd = whole && Math.rint(0.5 * y) != 0.5 * y != (lowered % 2 != 0);
        if (x < 0 && !whole && a <= Double.MAX_VALUE) {
            return Double.NaN;
        }
        double sign = whole && odd && !Double.isInfinite(y) ? Math.copySign(1, x) : 1;
        return sign * magnitude(a, exponent, rest);
    }

    private static double magnitude(double a, double exponent, double rest) {
        if (exponent == 0 || a == 1) {
            return 1;
        }
        boolean large = exponent > 0 == a > 1;
        if (a == 0 || Double.isInfinite(a) || Double.isInfinite(exponent)) {
            return large ? Double.POSITIVE_INFINITY : 0;
        }
        return ofFinite(a, exponent, rest);
    }

    /** a^(exponent + rest) of a finite base above 0 and a finite exponent. */
    private static double ofFinite(double a, double exponent, double rest) {
        boolean subnormal = a < Double.MIN_NORMAL;
        long shifted = Double.doubleToRawLongBits(subnormal ? a * 0x1p52 : a) + (0x3FF0000000000000L - SQRT_HALF);
        double n = (double) ((shifted >> 52) - 1023) - (subnormal ? 52 : 0);
        double m = Double.longBitsToDouble((shifted & 0xFFFFFFFFFFFFFL) + SQRT_HALF);
        // log m = 2 artanh s with s = (m - 1) / (m + 1)
        double top = m - 1;
        double bottom = m + 1;
        double s = top / bottom;
        double sLow = (Math.fma(-s, bottom, top) - s * (m - (bottom - 1))) / bottom;
        double z = s * s;
        double zLow = Math.fma(2 * s, sLow, Math.fma(s, s, -z));
        // s (1 + z (1/3 + z (1/5 + ...))), where two parts are worth it
        double u = z * ScalarFunctions.polynomial(LOGARITHM, z);
        double q = FIFTH + u;
        double qLow = FIFTH - q + u + FIFTH_LOW;
        double t = z * q;
        double tLow = Math.fma(z, qLow, Math.fma(zLow, q, Math.fma(z, q, -t)));
        double c = THIRD + t;
        double cLow = THIRD - c + t + (tLow + THIRD_LOW);
        double w = z * c;
        double wLow = Math.fma(z, cLow, Math.fma(zLow, c, Math.fma(z, c, -w)));
        double v = s * w;
        double vLow = Math.fma(s, wLow, Math.fma(sLow, w, Math.fma(s, w, -v)));
        double half = s + v;
        double halfLow = s - half + v + (sLow + vLow);
        double whole = n * LN2_HIGH;
        double sum = whole + 2 * half;
        double left = (n == 0 ? 0 : whole - sum + 2 * half) + Math.fma(n, LN2_LOW, 2 * halfLow);
        double log = sum + left;
        double logLow = sum - log + left;
        double p = exponent * log;
        if (!(Math.abs(p) < FAR)) {
            return p > 0 ? Double.POSITIVE_INFINITY : 0;
        }
        double pLow = Math.fma(exponent, logLow, Math.fma(rest, log, Math.fma(exponent, log, -p)));
        return exp(p, pLow);
    }

    /** exp(p + low) for a |p| below {@link #FAR}. */
    private static double exp(double p, double low) {
        double n = Math.rint(p * INVERSE_LN2);
        double high = Math.fma(-n, LN2_HIGH, p);
        double taken = n * LN2_LOW;
        double near = high - taken;
        double left = high - near - taken - Math.fma(n, LN2_LOW, -taken) + low;
        double r = near + left;
        double rLow = near - r + left;
        double one = 1 + r;
        double rest = 1 - one + r
                + Math.fma(r * r, ScalarFunctions.polynomial(EXPONENTIAL, r), Math.fma(r, rLow, rLow));
        // In two steps, for the power of two itself may be beyond the range.
        int whole = (int) n;
        return (one + rest) * power(whole >> 1) * power(whole - (whole >> 1));
    }

    private static double power(int n) {
        return Double.longBitsToDouble((long) (Double.MAX_EXPONENT + n) << 52);
    }
}
