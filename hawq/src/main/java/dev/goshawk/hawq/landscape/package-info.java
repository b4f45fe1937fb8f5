/** What the loss does around a network's weights: along eigenvectors, and when blocks are rounded. */
@NullMarked
package dev.goshawk.hawq.landscape;

import org.jspecify.annotations.NullMarked;
