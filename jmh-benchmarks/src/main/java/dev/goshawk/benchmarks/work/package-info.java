/** The work that is measured, the same for JMH, for the comparison with peers and for the peers themselves. */
@NullMarked
package dev.goshawk.benchmarks.work;

import org.jspecify.annotations.NullMarked;
