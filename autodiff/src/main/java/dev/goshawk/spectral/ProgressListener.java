package dev.goshawk.spectral;

/** Told after each operator product of an iteration; throwing from it ends the iteration. */
@FunctionalInterface
public interface ProgressListener {
    /** Does nothing. */
    ProgressListener NONE = (products, eigenvalue, residual) -> {
    };

    /**
     * Reports the state after a product.
     *
     * @param products operator products so far, from 1
     * @param eigenvalue current estimate, of several eigenvalues the outermost
     * @param residual current ||Av - lambda v|| for a unit v, of several pairs the largest: true in power iteration, the cheap estimate in
     *            Lanczos
     */
    void update(int products, double eigenvalue, double residual);
}
