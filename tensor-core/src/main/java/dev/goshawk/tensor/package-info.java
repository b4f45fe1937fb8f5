/** Shapes, element types and dense arrays: the nouns every other package speaks in. */
@NullMarked
package dev.goshawk.tensor;

import org.jspecify.annotations.NullMarked;
