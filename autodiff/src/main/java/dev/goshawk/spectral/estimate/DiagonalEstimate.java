package dev.goshawk.spectral.estimate;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.NonFiniteProductException;
import dev.goshawk.spectral.Products;
import dev.goshawk.spectral.dense.Vectors;
import java.util.SplittableRandom;

/**
 * An operator's diagonal, each entry the mean of z_i (Az)_i over random sign vectors z (Bekas, Kokiopoulou and Saad, Appl. Numer. Math.
 * 57, 2007). One draw of entry i has variance sum over j != i of A_ij^2.
 *
 * @param diagonal the means; length: the operator's size
 * @param standardErrors of each entry
 * @param draws operator products
 * @param seed of the random vectors
 */
@SuppressWarnings("ArrayRecordComponent") // results are not compared or hashed
public record DiagonalEstimate(double[] diagonal, double[] standardErrors, int draws, long seed) {
    /**
     * Estimates with {@code draws} products and four vectors of memory.
     *
     * @param draws at least 2
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public static DiagonalEstimate of(LinearOperator operator, long seed, int draws) {
        if (draws < 2) {
            throw new IllegalArgumentException("diagonal: expected at least 2 draws, got " + draws);
        }
        Products products = new Products("diagonal", operator);
        SplittableRandom random = new SplittableRandom(seed);
        int n = products.size();
        double[] z = new double[n];
        double[] mean = new double[n];
        double[] error = new double[n];
        for (int draw = 1; draw <= draws; draw++) {
            Vectors.rademacher(z, random);
            double[] az = products.apply(z);
            for (int i = 0; i < n; i++) {
                double x = z[i] * az[i];
                double delta = x - mean[i];
                mean[i] += delta / draw;
                error[i] += delta * (x - mean[i]);
            }
        }
        for (int i = 0; i < n; i++) {
            error[i] = Math.sqrt(error[i] / (draws - 1.0) / draws);
        }
        return new DiagonalEstimate(mean, error, draws, seed);
    }

    /** The number of entries and draws, without the entries. */
    @Override
    public String toString() {
        return "diagonal of " + diagonal.length + " entries (" + draws + " draws)";
    }

    /**
     * One entry as an estimate; it has no tolerance to meet.
     *
     * @param i in [0, size)
     */
    public Estimate entry(int i) {
        return new Estimate(diagonal[i], standardErrors[i], draws, draws, true, seed);
    }
}
