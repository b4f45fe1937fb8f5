package dev.goshawk.spectral.solve;

/**
 * An approximate solution of (A + damping I) x = b with its error.
 *
 * @param x the solution; where negative curvature ended the search, the last x before it
 * @param residual ||b - (A + damping I) x||, from a product with this very x
 * @param relativeResidual the same over ||b||; 0 for b = 0
 * @param products operator products spent, the check's among them
 * @param stop why the search ended; only {@link Stop#CONVERGED} means that the tolerance was met
 * @param curvature the least d'(A + damping I)d / d'd over the directions d searched; at most 0 where negative curvature ended the search,
 *     NaN where none was searched
 * @param direction a unit direction of that curvature; of length 0 unless negative curvature ended the search
 */
@SuppressWarnings("ArrayRecordComponent") // results are not compared or hashed
public record LinearSolution(double[] x, double residual, double relativeResidual, int products, Stop stop,
        double curvature, double[] direction) {

    /** Why a search ended. */
    public enum Stop {
        /** The true residual met the tolerance. */
        CONVERGED,
        /** A direction d with d'(A + damping I)d of at most 0 was found: the matrix is not positive definite. */
        NEGATIVE_CURVATURE,
        /** The products allowed were spent. */
        BUDGET,
        /** The residual no longer falls: the operator's own rounding is the limit. */
        STALLED
    }

    /** Whether the tolerance was met. */
    public boolean converged() {
        return stop == Stop.CONVERGED;
    }

    /** The numbers, without the vectors. */
    @Override
    public String toString() {
        return stop + " (" + x.length + " unknowns, " + products + " products): relative residual " + relativeResidual
                + ", least curvature met " + curvature;
    }
}
