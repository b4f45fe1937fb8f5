package dev.goshawk.spectral;

/**
 * An approximate eigenpair with its error. For a symmetric operator some true eigenvalue lies within {@code residual}
 * of {@code eigenvalue}.
 *
 * @param eigenvalue the Rayleigh quotient v'Av of {@code eigenvector} itself
 * @param eigenvector unit vector v; belongs to the result, do not write to it
 * @param residual ||Av - lambda v||, from a product with this very v or, above 1e-4 of lambda, from products with a basis of
 *     which v is a combination; exact up to their rounding
 * @param iterations operator products spent on the whole call
 * @param converged whether {@code residual <= tolerance * |eigenvalue|}; for {@link Target#BOTTOM} times the largest magnitude met instead
 * @param tolerance the tolerance asked for
 * @param target the end of the spectrum asked for
 * @param seed the seed of the start vector
 */
@SuppressWarnings("ArrayRecordComponent") // a block's eigenvector is large; results are not compared or hashed
public record EigenResult(double eigenvalue, double[] eigenvector, double residual, int iterations, boolean converged,
        double tolerance, Target target, long seed) {

    /** ||Av - lambda v|| / |lambda|; 0 for an exact zero eigenvalue. */
    public double relativeResidual() {
        return residual == 0 ? 0 : residual / Math.abs(eigenvalue);
    }
}
