/** Matrix products by NVIDIA's cuBLAS, where the machine has it. */
@NullMarked
package dev.goshawk.cuda.blas;

import org.jspecify.annotations.NullMarked;
