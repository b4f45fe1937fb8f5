package dev.goshawk.packed.integer;

import dev.goshawk.backend.IntegerKernels;

/** Where a term's numbers come from: an array of the program. */
sealed interface Source {
    int array();

    /** The array itself. */
    record Array(int array) implements Source {
    }

    /** A convolution of the array, which becomes one itself only where a layer's codes are not all that is made of it. */
    record Convolved(int array, IntegerKernels.Convolved how) implements Source {
    }
}
