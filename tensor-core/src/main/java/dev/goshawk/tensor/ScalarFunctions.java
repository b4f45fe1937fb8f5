package dev.goshawk.tensor;

/** Functions of one number that the JDK lacks, without overflow or cancellation: one arithmetic for every CPU backend. */
public final class ScalarFunctions {
    private ScalarFunctions() {
    }

    /** 1 / (1 + exp(-x)); the exponential is taken of a number not above 0, so neither tail overflows. */
    public static double sigmoid(double x) {
        double e = Math.exp(-Math.abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /** sigmoid(x) sigmoid(-x), even in x. */
    public static double sigmoidSlope(double x) {
        double e = Math.exp(-Math.abs(x));
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
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
