/**
 * A data set drawn in code, the same on every machine.
 */
@NullMarked
package dev.goshawk.data.synthetic;

import org.jspecify.annotations.NullMarked;
