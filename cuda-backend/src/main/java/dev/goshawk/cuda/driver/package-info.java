/** The CUDA driver through JCuda: the only package that knows it. Nothing here is touched before the driver has been found. */
@NullMarked
package dev.goshawk.cuda.driver;

import org.jspecify.annotations.NullMarked;
