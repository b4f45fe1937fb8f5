package dev.goshawk.spectral.estimate;

/**
 * The number of directions that data determine against a prior or a damping alpha,
 * <pre>d = tr A (A + alpha I)^-1 = sum_i lambda_i / (lambda_i + alpha)</pre>
 * (MacKay, Neural Computation 4, 1992; Maddox, Benton and Wilson 2020), for a positive semidefinite A such as a Gauss-Newton matrix.
 */
public final class EffectiveDimension {
    private EffectiveDimension() {
    }

    /**
     * Estimates d from quadrature nodes.
     *
     * @param damping alpha, above 0
     * @param tolerance as of {@link LanczosQuadrature#trace}: a small damping needs many steps, and the estimate says if there were too few
     * @throws IllegalArgumentException if the damping is not above 0, or a node lies below {@code -damping / 2}, where the sum means nothing
     */
    public static Estimate of(LanczosQuadrature quadrature, double damping, double tolerance) {
        if (!(damping > 0) || Double.isInfinite(damping)) {
            throw new IllegalArgumentException(
                    "effective dimension: expected a finite damping above 0, got " + damping);
        }
        double low = quadrature.range().low();
        if (low < -damping / 2) {
            throw new IllegalArgumentException(
                    "effective dimension: expected a positive semidefinite operator, found curvature "
                            + low + " against a damping of " + damping
                            + ": use the Gauss-Newton matrix or a damping above " + -2 * low);
        }
        return quadrature.trace(x -> x / (x + damping), tolerance);
    }
}
