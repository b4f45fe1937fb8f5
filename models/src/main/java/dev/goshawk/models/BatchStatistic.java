package dev.goshawk.models;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;

/**
 * A statistic that a batch normalization took from its batch in training mode.
 *
 * @param parameter name of the running average it goes into, such as {@code bn1.running_mean}
 * @param value the statistic, [channels]; a variance is the biased one
 * @param correction factor before averaging: n / (n - 1), which makes a variance of n numbers unbiased as PyTorch's is,
 *        and 1 for a mean
 */
public record BatchStatistic(String parameter, Value value, double correction) {
    /** PyTorch's weight of the newest batch. */
    public static final double MOMENTUM = 0.1;

    /** Moves the running average: {@code running += MOMENTUM * (correction * batch - running)}. */
    public void average(Tensor running, Tensor batch) {
        for (int i = 0; i < running.size(); i++) {
            running.set(i, running.get(i) + MOMENTUM * (correction * batch.get(i) - running.get(i)));
        }
    }
}
