package dev.goshawk.benchmarks.compare;

import org.jspecify.annotations.Nullable;

/**
 * What was measured for a line; null stands for what was not.
 *
 * @param ours median milliseconds, or MB for {@link Bar.Kind#MEMORY}
 * @param peer the same of the peer's best configuration
 * @param ratio median over the pairs of peer by ours
 * @param low smallest ratio of a pair
 * @param high largest ratio of a pair
 * @param gflops 10^9 operations a second of convolutions and matrix products
 * @param share of the peak
 * @param configuration of the peer that was the best
 * @param check largest relative difference of the results
 */
record Result(Bar bar, double ours, @Nullable Double peer, @Nullable Double ratio, @Nullable Double low,
        @Nullable Double high, @Nullable Double gflops, @Nullable Double share, @Nullable String configuration,
        @Nullable Double check) {
}
