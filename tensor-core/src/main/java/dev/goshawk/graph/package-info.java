/** The traced program: ops, values, graphs, their types and how they print. Knows nothing of gradients or kernels. */
@NullMarked
package dev.goshawk.graph;

import org.jspecify.annotations.NullMarked;
