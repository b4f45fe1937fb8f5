package dev.goshawk.tensor;

/**
 * Functions of one number without overflow or cancellation: one arithmetic for every CPU backend. What the JDK has and computes with the
 * instructions of a platform, {@link Math#exp}, {@link Math#log} and {@link Math#tanh}, is here or in {@link StrictMath}, so that a
 * result has the same bits on every machine.
 */
public final class ScalarFunctions {
    /** From here on tanh is 1 to the last place. */
    public static final double SATURATED = 22;

    private ScalarFunctions() {
    }

    /** e^x. */
    public static double exp(double x) {
        if (Math.abs(x) < Powers.FAR) {
            return Powers.exp(x, 0, 1);
        }
        return x > 0 ? Double.POSITIVE_INFINITY : x < 0 ? 0 : x;
    }

    /** (e^2x - 1) / (e^2x + 1), the numerator in two parts. */
    public static double tanh(double x) {
        double a = Math.abs(x);
        if (!(a < SATURATED)) {
            return Double.isNaN(x) ? x : Math.copySign(1, x);
        }
        // 2a = n ln 2 + r, and e^r - 1 in two parts
        double n = Math.rint(2 * a * Powers.INVERSE_LN2);
        double near = Math.fma(-n, Powers.LN2_HIGH, 2 * a);
        double r = Math.fma(-n, Powers.LN2_LOW, near);
        double rLow = near - r - n * Powers.LN2_LOW;
        double more = Math.fma(r * r, polynomial(Powers.EXPONENTIAL, r), Math.fma(r, rLow, rLow));
        double m = r + more;
        double mLow = r - m + more;
        double power = Powers.power((int) n);
        double whole = power - 1;
        double top = whole + power * m;
        double topLow = whole - top + power * m + power * mLow;
        double bottom = top + 2;
        double two = bottom - top;
        double bottomLow = top - (bottom - two) + (2 - two) + topLow;
        double q = top / bottom;
        double left = Math.fma(-q, bottom, top) + topLow - q * bottomLow;
        return Math.copySign(q + left / bottom, x);
    }

    /** 1 / (1 + exp(-x)); the exponential is taken of a number not above 0, so neither tail overflows. */
    public static double sigmoid(double x) {
        double e = exp(-Math.abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /** sigmoid(x) sigmoid(-x), even in x. */
    public static double sigmoidSlope(double x) {
        double e = exp(-Math.abs(x));
        return e / ((1 + e) * (1 + e));
    }

    /** The sum of coefficients times powers of t, the constant first. */
    static double polynomial(double[] coefficients, double t) {
        double sum = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = Math.fma(sum, t, coefficients[i]);
        }
        return sum;
    }

    /** log(1 + exp(x)). */
    public static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(exp(-Math.abs(x)));
    }
}
