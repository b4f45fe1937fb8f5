/** The methods that can be chosen by name: each a way to choose widths, and for some what is rounded with. */
@NullMarked
package dev.goshawk.hawq.method;

import org.jspecify.annotations.NullMarked;
