/** From a graph to a plan: rewriting, fusion, scheduling and memory, the same for every backend. */
@NullMarked
package dev.goshawk.compile;

import org.jspecify.annotations.NullMarked;
