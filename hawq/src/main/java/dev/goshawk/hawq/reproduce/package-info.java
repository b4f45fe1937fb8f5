/** The comparison of HAWQ with other methods, run row by row, and the ledger that keeps finished rows. */
@NullMarked
package dev.goshawk.hawq.reproduce;

import org.jspecify.annotations.NullMarked;
