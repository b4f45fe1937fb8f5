/** Float32 convolution by Winograd's minimal filtering along the rows. */
@NullMarked
package dev.goshawk.cpu.kernel.conv.winograd;

import org.jspecify.annotations.NullMarked;
