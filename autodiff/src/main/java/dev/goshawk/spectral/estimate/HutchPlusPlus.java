package dev.goshawk.spectral.estimate;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.NonFiniteProductException;
import dev.goshawk.spectral.Products;
import dev.goshawk.spectral.dense.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Hutch++ (Meyer, Musco, Musco and Woodruff, SOSA 2021): the trace on a subspace Q that holds most of the operator is taken exactly, and
 * Hutchinson's estimate serves the rest only,
 * <pre>tr A = tr Q'AQ + tr (I - QQ')A(I - QQ'),    Q an orthonormal basis of A S,  S random signs.</pre>
 * For a matrix of fast-falling eigenvalues, as Hessians of networks are, the error falls like 1 / products, against Hutchinson's 1 /
 * sqrt(products). The standard error is that of the rest, given Q. Memory: as many vectors as Q has, and three.
 */
public final class HutchPlusPlus {
    /** Of a direction's length, below which what is left of it outside the basis is rounding. */
    private static final double DEPENDENT = 1e-10;

    /**
     * The trace from a third of the products each for S, for Q and for the rest.
     *
     * @param products at least 6
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public Estimate estimate(LinearOperator operator, long seed, int products) {
        if (products < 6) {
            throw new IllegalArgumentException("hutch++: expected at least 6 products, got " + products);
        }
        return estimate(operator, seed, products / 3, products - 2 * (products / 3), 0);
    }

    /**
     * The trace from {@code 2 sketch + draws} products, or fewer where A S has a lower rank.
     *
     * @param sketch columns of S, at least 1
     * @param draws for the rest, at least 2: the standard error is theirs
     * @param tolerance on standardError / |trace|, 0 or greater; the estimate says whether it was met
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public Estimate estimate(LinearOperator operator, long seed, int sketch, int draws, double tolerance) {
        if (sketch < 1 || draws < 2 || !(tolerance >= 0)) {
            throw new IllegalArgumentException(
                    "hutch++: expected a sketch of at least 1 column, at least 2 draws and a "
                            + "tolerance >= 0, got " + sketch + ", " + draws + " and " + tolerance);
        }
        Products products = new Products("hutch++ trace", operator);
        SplittableRandom random = new SplittableRandom(seed);
        double[] z = new double[products.size()];
        List<double[]> basis = new ArrayList<>();
        for (int i = 0; i < Math.min(sketch, products.size()); i++) {
            Vectors.rademacher(z, random);
            double[] y = products.apply(z);
            double norm = Vectors.norm(y);
            project(basis, y);
            project(basis, y);
            double left = Vectors.norm(y);
            if (left > DEPENDENT * norm) {
                Vectors.scale(y, 1 / left);
                basis.add(y);
            }
        }
        double exact = 0;
        for (double[] q : basis) {
            exact += Vectors.dot(q, products.apply(q));
        }
        RunningMean rest = new RunningMean();
        for (int i = 0; i < draws; i++) {
            Vectors.rademacher(z, random);
            project(basis, z);
            rest.add(Vectors.dot(z, products.apply(z)));
        }
        double trace = exact + rest.mean();
        return new Estimate(trace, rest.standardError(), draws, products.count(),
                rest.standardError() <= tolerance * Math.abs(trace), seed);
    }

    private static void project(List<double[]> basis, double[] y) {
        for (double[] q : basis) {
            Vectors.axpy(-Vectors.dot(q, y), q, y);
        }
    }
}
