/**
 * The definition of what every op computes: plain float64 loops, one node at a time, nothing fused. Slow and easy to
 * read; every other backend is tested against it, and a person who doubts a number looks here.
 */
@NullMarked
package dev.goshawk.cpu.reference;

import org.jspecify.annotations.NullMarked;
