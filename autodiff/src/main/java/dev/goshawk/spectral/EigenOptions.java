package dev.goshawk.spectral;

import dev.goshawk.spectral.dense.Vectors;
import org.jspecify.annotations.Nullable;

/**
 * What an eigenvalue solver is asked for.
 *
 * @param seed of the random start vector
 * @param tolerance on ||Av - lambda v|| / |lambda| for a unit v, 0 or greater; 0 runs to {@code maxIterations}
 * @param maxIterations most operator products, at least 1
 * @param target which end of the spectrum
 * @param start start vector in place of a random one, or null; its length is the operator's size. A start vector that
 *        is itself nearly an eigenvector is accepted as one, whichever eigenvalue it belongs to
 * @param listener told after each product
 */
@SuppressWarnings("ArrayRecordComponent") // options are passed on, never compared
public record EigenOptions(long seed, double tolerance, int maxIterations, Target target, double @Nullable [] start,
        ProgressListener listener) {

    public EigenOptions {
        if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
            throw new IllegalArgumentException("eigenvalue tolerance: expected a finite number >= 0, got " + tolerance);
        }
        if (maxIterations < 1) {
            throw new IllegalArgumentException("eigenvalue iterations: expected at least 1, got " + maxIterations);
        }
    }

    /** Seed 0, tolerance 1e-3, at most 500 products, largest magnitude, random start, no listener. */
    public static EigenOptions defaults() {
        return new EigenOptions(0, 1e-3, 500, Target.MAGNITUDE, null, ProgressListener.NONE);
    }

    public EigenOptions withSeed(long value) {
        return new EigenOptions(value, tolerance, maxIterations, target, start, listener);
    }

    public EigenOptions withTolerance(double value) {
        return new EigenOptions(seed, value, maxIterations, target, start, listener);
    }

    public EigenOptions withMaxIterations(int value) {
        return new EigenOptions(seed, tolerance, value, target, start, listener);
    }

    public EigenOptions withTarget(Target value) {
        return new EigenOptions(seed, tolerance, maxIterations, value, start, listener);
    }

    public EigenOptions withStart(double @Nullable [] value) {
        return new EigenOptions(seed, tolerance, maxIterations, target, value, listener);
    }

    public EigenOptions withListener(ProgressListener value) {
        return new EigenOptions(seed, tolerance, maxIterations, target, start, value);
    }

    /**
     * Estimates, from what a listener is told, how much of an iteration is done: residuals fall about geometrically, from the eigenvalue
     * to the tolerance.
     *
     * @return 0 to 1
     */
    public double done(int products, double eigenvalue, double residual) {
        double fallen = Math.log(residual / Math.abs(eigenvalue)) / Math.log(tolerance);
        double spent = (double) products / maxIterations;
        return Math.clamp(Double.isNaN(fallen) ? spent : Math.max(fallen, spent), 0, 1);
    }

    /** The unit start vector for an operator of the given size. */
    double[] startVector(int size) {
        double[] v = start == null ? Vectors.gaussian(size, seed) : start.clone();
        if (v.length != size) {
            throw new IllegalArgumentException(
                    "start vector: expected length " + size + " (the operator's size), got " + v.length);
        }
        double norm = Vectors.norm(v);
        if (!(norm > 0) || Double.isInfinite(norm)) {
            throw new IllegalArgumentException("start vector: expected a finite norm above 0, got " + norm);
        }
        Vectors.scale(v, 1 / norm);
        return v;
    }
}
