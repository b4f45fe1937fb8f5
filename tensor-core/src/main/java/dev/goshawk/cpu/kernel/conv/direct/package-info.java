/** Float32 convolution straight from rows of pixels and channels. */
@NullMarked
package dev.goshawk.cpu.kernel.conv.direct;

import org.jspecify.annotations.NullMarked;
