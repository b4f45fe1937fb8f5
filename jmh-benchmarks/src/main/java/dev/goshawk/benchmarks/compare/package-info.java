/** The comparison with peers: a driver, and the processes it times in turn. */
@NullMarked
package dev.goshawk.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
