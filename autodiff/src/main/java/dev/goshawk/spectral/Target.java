package dev.goshawk.spectral;

/**
 * Which end of the spectrum "top" means; the first two differ where the most negative eigenvalue is the largest in magnitude.
 */
public enum Target {
    /** Largest |lambda|, as the power iteration of HAWQ finds it; the eigenvalue may be negative. */
    MAGNITUDE,
    /** Largest lambda with its sign. */
    ALGEBRAIC,
    /**
     * Smallest lambda with its sign: the bottom end, of {@link Lanczos} alone. There |lambda| may be 0 to all digits, so the tolerance is on
     * the residual over the largest magnitude met.
     */
    BOTTOM;

    /** Of the operator's norm: below this a float64 product cannot tell a number from zero. */
    private static final double ROUNDING = 1e-14;

    /** Sorts eigenvalues: the greater, the nearer to this end of the spectrum. */
    double key(double eigenvalue) {
        return switch (this) {
            case MAGNITUDE -> Math.abs(eigenvalue);
            case ALGEBRAIC -> eigenvalue;
            case BOTTOM -> -eigenvalue;
        };
    }

    /**
     * Whether an eigenpair is as exact as asked for. No residual is small relative to an eigenvalue of zero, so there it is enough that float64
     * can tell neither of them from zero beside the norm.
     */
    boolean isMet(double residual, double tolerance, double eigenvalue, double norm) {
        return residual <= tolerance * scale(eigenvalue, norm)
                || Math.max(residual, Math.abs(eigenvalue)) <= ROUNDING * norm;
    }

    /** What a residual is measured against. */
    double scale(double eigenvalue, double norm) {
        return this == BOTTOM ? norm : Math.abs(eigenvalue);
    }

    /** Refuses the bottom end for a solver that looks for the top. */
    void requireTop(String solver) {
        if (this == BOTTOM) {
            throw new IllegalArgumentException(
                    solver + ": expected target MAGNITUDE or ALGEBRAIC, got BOTTOM: use Lanczos");
        }
    }
}
