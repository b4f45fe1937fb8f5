/** Linear systems with a symmetric {@link dev.goshawk.operator.LinearOperator}, from its products alone. */
@NullMarked
package dev.goshawk.spectral.solve;

import org.jspecify.annotations.NullMarked;
