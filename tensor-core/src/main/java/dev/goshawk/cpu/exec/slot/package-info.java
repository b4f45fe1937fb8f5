/** What kernels of a plan have in common: slots that values are found in, working memory, and where data begins. */
@NullMarked
package dev.goshawk.cpu.exec.slot;

import org.jspecify.annotations.NullMarked;
