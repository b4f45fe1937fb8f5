/** Where to begin: {@link dev.goshawk.Derivatives} of functions, {@link dev.goshawk.Curvature} matrices of losses. */
@NullMarked
package dev.goshawk;

import org.jspecify.annotations.NullMarked;
