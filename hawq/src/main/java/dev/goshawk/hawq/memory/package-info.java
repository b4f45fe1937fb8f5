/**
 * What computations take of the heap, known before it is taken: {@link dev.goshawk.hawq.memory.Heap} says what there is,
 * {@link dev.goshawk.hawq.memory.Footprint} adds up what is wanted.
 */
@NullMarked
package dev.goshawk.hawq.memory;

import org.jspecify.annotations.NullMarked;
