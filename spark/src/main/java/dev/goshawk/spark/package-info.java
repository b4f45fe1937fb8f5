/** Curvature matrices on Apache Spark: bit-identical to one process, however a sample is divided. */
@NullMarked
package dev.goshawk.spark;

import org.jspecify.annotations.NullMarked;
