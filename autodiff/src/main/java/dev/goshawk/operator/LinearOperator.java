package dev.goshawk.operator;

import dev.goshawk.backend.ResidentProducts;
import java.util.Optional;

/** A square real matrix known by its products only. Spectral algorithms ask for nothing else. */
public interface LinearOperator {
    /** Number of rows and columns. */
    int size();

    /**
     * Writes A v to {@code out}.
     *
     * @param v input, length {@link #size()}, not changed
     * @param out result, length {@link #size()}, another array than {@code v}
     */
    void apply(double[] v, double[] out);

    /** Repeated products with a vector that stays where the operator computes; empty where there is no such place. */
    default Optional<ResidentVector> resident() {
        return Optional.empty();
    }

    /** A vector v on an operator's device. */
    interface ResidentVector {
        /**
         * Takes v over and multiplies.
         *
         * @return v'v, v'Av and (Av)'(Av)
         */
        ResidentProducts.Dots start(double[] v);

        /** Lets v be (A + shift I) v, normalised, and multiplies; returns as {@link #start}. */
        ResidentProducts.Dots step(double shift);

        /** A copy of v. */
        double[] vector();
    }
}
