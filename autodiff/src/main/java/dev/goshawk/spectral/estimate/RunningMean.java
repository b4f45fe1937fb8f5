package dev.goshawk.spectral.estimate;

/** Mean and spread of numbers that come one after another (Welford, Technometrics 4, 1962): no cancellation where the mean is large. */
final class RunningMean {
    private int n;
    private double mean;
    private double squares;

    void add(double x) {
        n++;
        double delta = x - mean;
        mean += delta / n;
        squares += delta * (x - mean);
    }

    int count() {
        return n;
    }

    double mean() {
        return mean;
    }

    /** Of the mean; NaN for a single number. */
    double standardError() {
        return n < 2 ? Double.NaN : Math.sqrt(squares / (n - 1.0) / n);
    }

    Estimate estimate(int products, double tolerance, long seed) {
        return new Estimate(mean, standardError(), n, products, standardError() <= tolerance * Math.abs(mean), seed);
    }
}
