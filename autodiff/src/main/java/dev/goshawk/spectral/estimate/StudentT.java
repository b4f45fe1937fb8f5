package dev.goshawk.spectral.estimate;

/**
 * Student's t distribution. The tail probability is half the regularized incomplete beta function I_x(k/2, 1/2) at x = k / (k + t^2)
 * (Abramowitz and Stegun 26.7.1 and 26.5), computed by Lentz' continued fraction; quantiles by bisection.
 */
public final class StudentT {
    private static final int MOST_TERMS = 10_000;

    private StudentT() {
    }

    /**
     * The t that a variable falls below with probability p.
     *
     * @param p in (0, 1)
     * @param degrees of freedom, at least 1
     * @return accurate to about 12 digits
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static double quantile(double p, int degrees) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("t quantile: expected a probability above 0 and below 1, got " + p);
        }
        if (degrees < 1) {
            throw new IllegalArgumentException("t quantile: expected at least 1 degree of freedom, got " + degrees);
        }
        if (p == 0.5) {
            return 0;
        }
        return p < 0.5 ? -upper(p, degrees) : upper(1 - p, degrees);
    }

    /** Half-width, in standard errors, of the interval that holds the truth with probability {@code level}. */
    static double factor(double level, int degrees) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("interval: expected a level above 0 and below 1, got " + level);
        }
        return upper((1 - level) / 2, degrees);
    }

    /** The probability of a value above t, for t of at least 0. */
    static double tail(double t, int degrees) {
        return incompleteBeta(degrees / (degrees + t * t), t * t / (degrees + t * t), degrees / 2.0, 0.5) / 2;
    }

    private static double upper(double tail, int degrees) {
        double high = 1;
        while (tail(high, degrees) > tail) {
            high *= 2;
        }
        double low = high == 1 ? 0 : high / 2;
        while (true) {
            double mid = low + (high - low) / 2;
            if (mid <= low || mid >= high) {
                return mid;
            }
            if (tail(mid, degrees) > tail) {
                low = mid;
            } else {
                high = mid;
            }
        }
    }

    /** I_x(a, b) with y = 1 - x, given apart for its digits. */
    private static double incompleteBeta(double x, double y, double a, double b) {
        if (x == 0 || y == 0) {
            return x == 0 ? 0 : 1;
        }
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y));
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(y, b, a) / b;
    }

    private static double fraction(double x, double a, double b) {
        double tiny = 1e-300;
        double c = 1;
        double d = 1 / away(1 - (a + b) * x / (a + 1), tiny);
        double f = d;
        for (int m = 1; m < MOST_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / away(1 + even * d, tiny);
            c = away(1 + even / c, tiny);
            f *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / away(1 + odd * d, tiny);
            c = away(1 + odd / c, tiny);
            f *= d * c;
            if (Math.abs(d * c - 1) < 1e-16) {
                break;
            }
        }
        return f;
    }

    private static double away(double x, double tiny) {
        return Math.abs(x) < tiny ? tiny : x;
    }

    /** Stirling's series from 10 on, the recurrence below. */
    private static double logGamma(double x) {
        double product = 1;
        double z = x;
        while (z < 10) {
            product *= z;
            z++;
        }
        double w = 1 / (z * z);
        double series = (1.0 / 12 + w * (-1.0 / 360 + w * (1.0 / 1260 + w * (-1.0 / 1680 + w * (1.0 / 1188
                + w * (-691.0 / 360360 + w / 156)))))) / z;
        return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
    }
}
