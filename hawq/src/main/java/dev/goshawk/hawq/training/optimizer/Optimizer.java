package dev.goshawk.hawq.training.optimizer;

import dev.goshawk.tensor.Tensor;
import java.util.Map;
import java.util.SequencedMap;

/** A rule by which parameters move against their gradients, in place. Parameters may be added between steps. */
public interface Optimizer {
    /**
     * A tensor to be trained.
     *
     * @param name under which its gradient is given
     * @param tensor float32 or float64, updated in place
     * @param decay coefficient of the L2 penalty; 0 where it does not decay
     * @param rate factor on the learning rate
     */
    record Parameter(String name, Tensor tensor, double decay, double rate) {
        public Parameter {
            if (!tensor.dtype().isFloating()) {
                throw new IllegalArgumentException(
                        "optimizer: " + name + ": expected float32 or float64, got " + tensor.dtype());
            }
            if (!(decay >= 0) || Double.isInfinite(decay)) {
                throw new IllegalArgumentException(
                        "optimizer: " + name + ": expected weight decay >= 0, got " + decay);
            }
            if (!(rate >= 0) || Double.isInfinite(rate)) {
                throw new IllegalArgumentException(
                        "optimizer: " + name + ": expected a finite factor on the rate of 0 or more, got " + rate);
            }
        }
    }

    /**
     * Trains one more parameter from the next step on.
     *
     * @throws IllegalArgumentException if there is one of that name
     */
    void add(Parameter parameter);

    /**
     * Gives a parameter another tensor of the same shape and type, another decay or another rate; what is kept of it, such as a momentum,
     * stays.
     *
     * @throws IllegalArgumentException if there is none of that name, or of another shape or type
     */
    void change(Parameter parameter);

    /** Whether there is a parameter of that name. */
    boolean holds(String name);

    /**
     * One update of all parameters.
     *
     * @param gradients by the parameters' names, of the same shapes and element types; not changed
     * @param rate learning rate, 0 or greater
     */
    void step(Map<String, Tensor> gradients, double rate);

    /** The rule and its numbers, for people and to tell trainings apart. */
    String describe();

    /** What is kept from step to step, by name; shared: save it in a checkpoint, copy a saved one into it. */
    SequencedMap<String, Tensor> state();
}
