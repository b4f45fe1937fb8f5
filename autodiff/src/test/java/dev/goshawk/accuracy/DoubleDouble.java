package dev.goshawk.accuracy;

/** A sum of products to about 32 digits, as a pair of float64 numbers (Dekker, Numer. Math. 18, 1971). */
final class DoubleDouble {
    private double high;
    private double low;

    /** Adds a b. */
    void add(double a, double b) {
        double product = a * b;
        double error = Math.fma(a, b, -product);
        double sum = high + product;
        double part = sum - high;
        low += (high - (sum - part)) + (product - part) + error;
        high = sum;
    }

    /** How far a result is from the sum. */
    double errorOf(double result) {
        return Math.abs((result - high) - low);
    }
}
