package dev.goshawk.spectral;

import dev.goshawk.backend.ResidentProducts;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;
import java.util.Optional;

/** Counts the products of an operator and refuses one that is not finite, by name and position. */
public final class Products {
    private final LinearOperator operator;
    private final String caller;
    private int count;

    public Products(String caller, LinearOperator operator) {
        if (operator.size() < 1) {
            throw new IllegalArgumentException(
                    caller + ": expected an operator of size 1 or more, got size " + operator.size());
        }
        this.caller = caller;
        this.operator = operator;
    }

    public int size() {
        return operator.size();
    }

    public int count() {
        return count;
    }

    /** The vector's place where the operator computes, if it has one. */
    public Optional<LinearOperator.ResidentVector> resident() {
        return operator.resident();
    }

    /** Counts a product that stayed where it was computed. */
    public void count(ResidentProducts.Dots dots) {
        count++;
        if (!Double.isFinite(dots.yy())) {
            throw new NonFiniteProductException(caller + ": expected finite operator products, got one of squared norm "
                    + dots.yy() + " as product " + count + " (operator size " + size() + ")");
        }
    }

    /**
     * The pair of a unit vector v with the residual of its product, the operator's rounding counted.
     *
     * @param w A v
     * @param rounding its rounding error, or NaN if it is not known
     * @param norm the operator's norm, as far as it is known
     */
    EigenResult pair(double[] v, double[] w, double rounding, double norm, EigenOptions options) {
        double lambda = Vectors.dot(v, w);
        double residual = Vectors.residual(w, lambda, v) + (Double.isNaN(rounding) ? 0 : rounding);
        return new EigenResult(lambda, v, residual, rounding, count,
                options.target().isMet(residual, options.tolerance(), lambda, norm),
                options.tolerance(), options.target(), options.seed());
    }

    /** A v in a fresh array. */
    public double[] apply(double[] v) {
        double[] out = new double[v.length];
        operator.apply(v, out);
        count++;
        for (int i = 0; i < out.length; i++) {
            if (!Double.isFinite(out[i])) {
                throw new NonFiniteProductException(caller + ": expected finite operator products, got " + out[i]
                        + " at index " + i + " of product " + count + " (operator size " + out.length + ")");
            }
        }
        return out;
    }
}
