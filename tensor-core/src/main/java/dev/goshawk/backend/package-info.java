/** What runs a graph: backends, how one is chosen, executables and threads. */
@NullMarked
package dev.goshawk.backend;

import org.jspecify.annotations.NullMarked;
