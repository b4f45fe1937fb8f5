/** Ways to choose widths that train the network on their way, and what they are given. */
@NullMarked
package dev.goshawk.hawq.search;

import org.jspecify.annotations.NullMarked;
