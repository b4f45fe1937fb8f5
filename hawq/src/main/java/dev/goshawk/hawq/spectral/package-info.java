/** The top eigenvalue of each block of a network by the solvers of {@link dev.goshawk.spectral}, and what that takes in memory. */
@NullMarked
package dev.goshawk.hawq.spectral;

import org.jspecify.annotations.NullMarked;
