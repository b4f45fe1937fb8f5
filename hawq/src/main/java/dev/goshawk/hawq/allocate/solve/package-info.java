/** Exact searches for one option for each item: numbers in, positions out; nothing here knows of networks. */
@NullMarked
package dev.goshawk.hawq.allocate.solve;

import org.jspecify.annotations.NullMarked;
