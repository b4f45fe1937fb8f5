/** The same executables on an NVIDIA GPU: device memory in one scope per executable, kernels through the driver API. */
@NullMarked
package dev.goshawk.cuda;

import org.jspecify.annotations.NullMarked;
