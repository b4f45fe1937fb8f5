/** Search by trials: an agent proposes widths, and learns from how well the network does with them. */
@NullMarked
package dev.goshawk.hawq.search.haq;

import org.jspecify.annotations.NullMarked;
