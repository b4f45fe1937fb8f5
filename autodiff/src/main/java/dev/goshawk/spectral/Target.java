package dev.goshawk.spectral;

/**
 * Which end of the spectrum "top" means; the two differ where the most negative eigenvalue is the largest in magnitude.
 */
public enum Target {
    /** Largest |lambda|, as the power iteration of HAWQ finds it; the eigenvalue may be negative. */
    MAGNITUDE,
    /** Largest lambda with its sign. */
    ALGEBRAIC;

    /** Sorts eigenvalues: the greater, the nearer to this end of the spectrum. */
    double key(double eigenvalue) {
        return this == MAGNITUDE ? Math.abs(eigenvalue) : eigenvalue;
    }
}
