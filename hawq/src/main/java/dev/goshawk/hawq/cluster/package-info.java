/** Curvature on more than one machine: what a cluster offers, and how one is found. This module holds none. */
@NullMarked
package dev.goshawk.hawq.cluster;

import org.jspecify.annotations.NullMarked;
