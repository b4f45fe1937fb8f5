package dev.goshawk.tensor;

/**
 * The error function and its relatives, from sums, products, quotients and exp. With t = (a - 4) / (a + 3), which brings [1/2, infinity)
 * to [-1, 1),
 * <pre>erfc(a) = exp(-a^2) P(t) / (1 + 2a),</pre>
 * P being the Chebyshev series of (1 + 2a) exp(a^2) erfc(a), cut off and written in powers of t, as Shepherd and Laframboise (Math. Comp.
 * 36, 1981) do for another range. Below 1/2 it is Taylor's series of erf. The exponential is given a^2 in two parts.
 */
public final class ErrorFunction {
    /** Below this magnitude erf is its Taylor series. */
    public static final double SMALL = 0.5;
    /** Beyond this exp(-a^2) is 0. */
    public static final double FAR = 30;
    /** The slope of erf at 0, 2 / sqrt(pi). */
    public static final double STEEPEST = 1.1283791670955126;

    /** Last power of x^2 in the Taylor series. */
    private static final int TAYLOR = 12;
    private static final int TAYLOR_SINGLE = 6;
    /** Coefficients of P, the constant first; what is left out is below 1e-18. */
    private static final double[] TAIL = {1.2329951186255526, -0.12216847723549216, -0.003496013513368038,
            0.04665458534673942, -0.04180651066502489, 0.022801799598951192, -0.008073603938175784,
            0.0013920612482762244, 0.00024740376448686123, -0.00019788758774368442, 1.7479106593904733e-05,
            1.8863176334576534e-05, -4.577269092079202e-06, -1.91349979221878e-06, 7.238739104902653e-07,
            2.407551509427643e-07, -1.0511438493965513e-07, -3.8240659543339904e-08, 1.448219496903576e-08,
            6.7390541236444035e-09, -1.7665958819602618e-09, -1.0399737796333346e-09, 1.6242483762069316e-10,
            9.398532376264554e-11, -7.839796597428872e-12};
    /** The same, cut off for float32: what is left out is below 3e-9. */
    private static final double[] TAIL_SINGLE = {1.2329951199850895, -0.12216847312719233, -0.0034961128199398547,
            0.046654469090769965, -0.041805328345293276, 0.022802743686576647, -0.008078805311281764,
            0.0013887497732830917, 0.0002579617557030035, -0.00019215140406294003, 7.093734565758273e-06,
            1.3901634032633595e-05};
    private static final double[] SERIES = series(DType.FLOAT64);

    private ErrorFunction() {
    }

    /** Coefficients of erf(x) / x in powers of x^2, enough of them for the type where |x| is {@link #SMALL} or less. */
    public static double[] series(DType dtype) {
        double[] c = new double[(dtype == DType.FLOAT32 ? TAYLOR_SINGLE : TAYLOR) + 1];
        double factorial = 1;
        for (int n = 0; n < c.length; n++) {
            factorial *= Math.max(n, 1);
            c[n] = (n % 2 == 0 ? STEEPEST : -STEEPEST) / (factorial * (2 * n + 1));
        }
        return c;
    }

    /** Coefficients of P, the constant first, enough of them for the type. */
    public static double[] tail(DType dtype) {
        return (dtype == DType.FLOAT32 ? TAIL_SINGLE : TAIL).clone();
    }

    /** exp(-a^2) times a factor, for an a that is not negative; rounded once where it is subnormal. */
    private static double gaussian(double a, double factor) {
        double bounded = Math.min(a, FAR);
        double square = bounded * bounded;
        return Powers.exp(-square, -Math.fma(bounded, bounded, -square), factor);
    }

    /** erfc(a) for an a of at least {@link #SMALL}. */
    private static double tail(double a) {
        double bounded = Math.min(a, FAR);
        return gaussian(a, ScalarFunctions.polynomial(TAIL, (bounded - 4) / (bounded + 3)) / (1 + 2 * bounded));
    }

    /** 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
    public static double erf(double x) {
        double a = Math.abs(x);
        return a < SMALL ? x * ScalarFunctions.polynomial(SERIES, x * x) : Math.copySign(1 - tail(a), x);
    }

    /** 1 - erf(x), with all its digits where erf is near 1. */
    public static double erfc(double x) {
        double a = Math.abs(x);
        if (a < SMALL) {
            return 1 - x * ScalarFunctions.polynomial(SERIES, x * x);
        }
        return x < 0 ? 2 - tail(a) : tail(a);
    }

    /** The derivative of erf: 2 / sqrt(pi) exp(-x^2). */
    public static double slope(double x) {
        return gaussian(Math.abs(x), STEEPEST);
    }
}
