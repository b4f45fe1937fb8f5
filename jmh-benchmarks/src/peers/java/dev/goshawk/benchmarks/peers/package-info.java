/** The same work in libtorch and OpenBLAS, through their Java bindings. Built by the profile {@code peers} alone. */
@NullMarked
package dev.goshawk.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
