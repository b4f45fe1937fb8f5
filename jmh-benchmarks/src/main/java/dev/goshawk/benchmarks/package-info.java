/** JMH benchmarks: each kernel in its scalar and its vector form, whole gradients and Hessian-vector products. */
@NullMarked
package dev.goshawk.benchmarks;

import org.jspecify.annotations.NullMarked;
