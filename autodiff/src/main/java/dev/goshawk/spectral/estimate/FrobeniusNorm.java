package dev.goshawk.spectral.estimate;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.NonFiniteProductException;
import dev.goshawk.spectral.Products;
import dev.goshawk.spectral.dense.Vectors;
import java.util.SplittableRandom;

/**
 * The squared Frobenius norm, ||A||_F^2 = tr A'A, for a symmetric A the sum of the squared eigenvalues: the mean of ||Az||^2 over random
 * sign vectors z, Hutchinson's estimate for A'A at one product a draw. Memory: two vectors.
 */
public final class FrobeniusNorm {
    /**
     * Estimates ||A||_F^2.
     *
     * @param draws operator products, at least 2
     * @param tolerance on standardError / value, 0 or greater; the estimate says whether it was met
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public Estimate squared(LinearOperator operator, long seed, int draws, double tolerance) {
        if (draws < 2 || !(tolerance >= 0)) {
            throw new IllegalArgumentException("frobenius norm: expected at least 2 draws and a tolerance >= 0, got "
                    + draws + " and " + tolerance);
        }
        Products products = new Products("frobenius norm", operator);
        SplittableRandom random = new SplittableRandom(seed);
        double[] z = new double[products.size()];
        RunningMean mean = new RunningMean();
        for (int i = 0; i < draws; i++) {
            Vectors.rademacher(z, random);
            double[] az = products.apply(z);
            mean.add(Vectors.dot(az, az));
        }
        return mean.estimate(products.count(), tolerance, seed);
    }
}
