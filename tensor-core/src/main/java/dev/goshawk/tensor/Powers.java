package dev.goshawk.tensor;

import java.util.Arrays;

/**
 * Powers with a real base and exponent, and their derivatives, from sums, products and quotients alone. The m-th derivative of x^y by x
 * and n-th by y is x^(y - m) q with
 * <pre>q = (D + log x)^n y (y - 1) ... (y - m + 1),</pre>
 * D being the derivative by y. The power is exp((y - m) log x) with logarithm and exponent in two parts, of which the difference is
 * never rounded; it is multiplied by q before it is brought to its size, so that neither leaves the range where the product does not.
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
    /** An exponential times any number is infinite above this and 0 below its negative. */
    public static final double FAR = 1500;
    /** A factor beyond this or its reciprocal is brought nearer to 1 before it is multiplied. */
    public static final double LARGE = 0x1p500;
    /** By so many powers of 2. */
    public static final int NEARER = 600;

    private static final double[] LOGARITHM = new double[11];
    static final double[] EXPONENTIAL = new double[12];

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
     * The derivative of x^y, {@code byX} times by x and {@code byY} times by y; of both none it is the power. NaN operands give NaN, and
     * so do a negative x with an exponent that is not whole or with derivatives by it. Powers are those of IEEE 754 otherwise: x^0 = 1,
     * 1^y = 1, and 0, infinity and their signs follow; derivatives there, or for an infinite exponent, are limits.
     */
    public static double derivative(double x, double y, int byX, int byY) {
        double a = Math.abs(x);
        boolean none = x < 0 && (byY > 0 || Math.rint(y) != y && a <= Double.MAX_VALUE);
        if (none || Double.isNaN(x) || Double.isNaN(y)) {
            return Double.NaN;
        }
        boolean inside = a > 0 && a <= Double.MAX_VALUE && !Double.isInfinite(y);
        double signed = sign(x, y, byX) * (inside ? ofFinite(a, y, byX, byY) : limit(a, y, byX, byY));
        // A derivative of 0 has no sign.
        return byX + byY == 0 ? signed : signed + 0.0;
    }

    /** That of x where y - byX is odd, which its rounding need not be. */
    private static double sign(double x, double y, int byX) {
        boolean whole = Math.rint(y) == y && !Double.isInfinite(y);
        boolean odd = whole && Math.rint(0.5 * y) != 0.5 * y != (byX % 2 != 0);
        return odd ? Math.copySign(1, x) : 1;
    }

    /** The derivative at 0 or infinity, or for an infinite exponent: of q the term with the most logarithms counts. */
    private static double limit(double a, double y, int byX, int byY) {
        double exponent = y - byX;
        if (a == 1) {
            return byX > 0 ? Double.NaN : byY > 0 ? 0 : 1;
        }
        double leading = factor(y, 0, byX, 0);
        int logarithms = byY;
        if (leading == 0 && byY > 0) {
            leading = factor(y, 0, byX, 1);
            logarithms--;
        }
        if (exponent == 0 && logarithms == 0) {
            return leading;
        }
        boolean large = exponent == 0 || exponent > 0 == a > 1;
        if (!large || leading == 0) {
            return 0;
        }
        return Math.copySign(Double.POSITIVE_INFINITY, a < 1 && logarithms % 2 != 0 ? -leading : leading);
    }

    /** q: with (D + l)^i (y - k) p = (y - k) (D + l)^i p + i (D + l)^(i - 1) p. */
    private static double factor(double y, double log, int byX, int byY) {
        double[] q = new double[byY + 1];
        q[0] = 1;
        for (int i = 1; i <= byY; i++) {
            q[i] = q[i - 1] * log;
        }
        for (int k = 0; k < byX; k++) {
            for (int i = byY; i > 0; i--) {
                q[i] = Math.fma(y - k, q[i], i * q[i - 1]);
            }
            q[0] *= y - k;
        }
        return q[byY];
    }

    /** a^(y - byX) q for a finite base above 0 and a finite exponent. */
    private static double ofFinite(double a, double y, int byX, int byY) {
        double exponent = y - byX;
        double off = exponent - y;
        double rest = y - (exponent - off) - (byX + off);
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
        double multiple = byX + byY == 0 ? 1 : factor(y, log, byX, byY);
        if (!(Math.abs(p) < FAR)) {
            return multiple == 0 ? 0 : Math.copySign(p > 0 ? Double.POSITIVE_INFINITY : 0, multiple);
        }
        double pLow = Math.fma(exponent, logLow, Math.fma(rest, log, Math.fma(exponent, log, -p)));
        return exp(p, pLow, multiple);
    }

    /** exp(p + low) times a factor, for a |p| below {@link #FAR}. */
    static double exp(double p, double low, double factor) {
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
        int whole = (int) n;
        double q = factor;
        if (Math.abs(q) > LARGE) {
            q *= power(-NEARER);
            whole += NEARER;
        } else if (Math.abs(q) < 1 / LARGE) {
            q *= power(NEARER);
            whole -= NEARER;
        }
        // In four steps, for the power of two itself may be beyond the range; only the last can round.
        double step = power(whole >> 2);
        return (one + rest) * q * step * step * step * power(whole - 3 * (whole >> 2));
    }

    /** 2^n for an n whose power is a normal number. */
    static double power(int n) {
        return Double.longBitsToDouble((long) (Double.MAX_EXPONENT + n) << 52);
    }
}
