package dev.goshawk.spectral;

/**
 * An approximate eigenpair with its error. For a symmetric operator some true eigenvalue lies within {@code residual}
 * of {@code eigenvalue}, the operator's own rounding counted.
 *
 * @param eigenvalue the Rayleigh quotient v'Av of {@code eigenvector} itself
 * @param eigenvector unit vector v; belongs to the result, do not write to it
 * @param residual ||Av - lambda v|| as computed, from a product with this very v, and {@code rounding} added to it
 * @param rounding how far products of the operator are from linear: ||Av - w|| where w is what products with other vectors, of which
 *     v is a combination, say of Av. About the rounding error of Av; an error that is the same linear map at every product is a part of
 *     the operator and does not show. NaN where it was not measured, {@code residual} then being without it: the products allowed were spent, or the
 *     vectors stay on a device
 * @param iterations operator products spent on the whole call
 * @param converged whether {@code residual <= tolerance * |eigenvalue|}; for {@link Target#BOTTOM} times the largest magnitude met instead. An eigenvalue of 0, to which no
 *     residual is relatively small, has converged when both are at most 1e-14 times that magnitude
 * @param tolerance the tolerance asked for
 * @param target the end of the spectrum asked for
 * @param seed the seed of the start vector
 */
@SuppressWarnings("ArrayRecordComponent") // a block's eigenvector is large; results are not compared or hashed
public record EigenResult(double eigenvalue, double[] eigenvector, double residual, double rounding, int iterations,
        boolean converged,
        double tolerance, Target target, long seed) {

    /** {@code residual} / |lambda|; 0 for an exact zero eigenvalue. */
    public double relativeResidual() {
        return residual == 0 ? 0 : residual / Math.abs(eigenvalue);
    }

    /** Whether the tolerance was missed with rounding a large part of the residual: more products are of little use, more digits are. */
    public boolean limitedByRounding() {
        return !converged && rounding > residual / 4;
    }

    /** The numbers, without the vector. */
    @Override
    public String toString() {
        return "eigenvalue " + eigenvalue + ", residual " + residual + (converged ? "" : ", not converged") + " ("
                + iterations + " products, " + target + ")";
    }

    /** The same pair after so many products. */
    EigenResult after(int products) {
        return new EigenResult(eigenvalue, eigenvector, residual, rounding, products, converged, tolerance, target,
                seed);
    }
}
