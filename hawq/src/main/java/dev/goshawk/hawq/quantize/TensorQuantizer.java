package dev.goshawk.hawq.quantize;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * The quantizer of one tensor: a weight, or the activations of one site. What it keeps lies in named tensors, its {@link #state}:
 * they are inputs of the graph where {@link #apply} asks for them, they are saved in checkpoints, and {@link #trained} says which of
 * them gradient descent moves.
 */
public interface TensorQuantizer {
    /**
     * A tensor of the state that gradient descent moves.
     *
     * @param state its name
     * @param rate factor on the learning rate
     * @param decay coefficient of the L2 penalty
     */
    record Trained(String state, double rate, double decay) {
    }

    /** Number of bits of a code. */
    BitWidth bits();

    /** What is kept from step to step, by name; the tensors are shared and change. */
    SequencedMap<String, Tensor> state();

    /** What of {@link #state} is trained; nothing, unless overridden. */
    default List<Trained> trained() {
        return List.of();
    }

    /**
     * Traces the rounding and its derivative.
     *
     * @param x the tensor
     * @param state gives a tensor of {@link #state} as a value, by name
     * @return the rounded tensor, of x's shape and type
     */
    Value apply(Value x, Function<String, Value> state);

    /**
     * What is to be measured of a tensor in every batch, by name; nothing, unless overridden.
     *
     * @param calibrating whether x is still float and the quantizer about to get its first parameters
     */
    default SequencedMap<String, Value> measures(Value x, boolean calibrating) {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
    }

    /** Takes in what was measured of a batch, in calibration, and in training after the step. Activations only. */
    default void observe(Map<String, Tensor> measured) {
    }

    /**
     * Takes up a range that was found before. Calibration does not change it then; training does where the range is trained. Nothing, for
     * families whose levels no single number tells. Activations only.
     *
     * @param largest the largest value that is to have a code, above 0
     */
    default void start(double largest) {
    }

    /** Chooses the first parameters for a weight. */
    default void fit(Tensor weight) {
    }

    /** Adapts the parameters to a weight that a step of training has changed. O(size). */
    default void follow(Tensor weight) {
    }

    /**
     * The values that codes stand for.
     *
     * @return [codes, groups]: row k holds the value of code k for each group; there is one group, or one for each output channel
     */
    Tensor levels();

    /** The code of each element, a row of {@link #levels}: int32, of the tensor's shape. */
    Tensor codes(Tensor values);

    /** The tensor as the network computes with it: to the bit what {@link #apply} gives, but for the sign of zeros. */
    default Tensor quantized(Tensor values) {
        Tensor levels = levels();
        Tensor codes = codes(values);
        int groups = levels.shape().dim(1);
        Tensor out = Tensor.zeros(values.dtype(), values.shape());
        for (int i = 0; i < out.size(); i++) {
            out.set(i, levels.get((int) codes.get(i) * groups + i % groups));
        }
        return out;
    }

    /**
     * A short form of {@link #levels}, where there is one: numbers v [bits, groups] such that the levels of a group are the sums of v'e in
     * ascending order, added in float64 from the first number on and rounded once, with e in {-1, 1}^bits for weights and {0, 1}^bits for
     * activations. A value of an activation goes to the highest level whose midpoint with the one before it does not exceed it.
     */
    default Optional<Tensor> basis() {
        return Optional.empty();
    }

    /**
     * Values that are stored by themselves rather than as a code.
     *
     * @param from magnitude from which on values are
     * @param step they are whole multiples of it, below 2^15 of them
     */
    record LargeValues(double from, double step) {
    }

    /** Which values are stored by themselves; none, unless overridden. */
    default Optional<LargeValues> large() {
        return Optional.empty();
    }

    /** The largest value there is a code for. */
    default double largest() {
        Tensor levels = levels();
        double largest = levels.get(0);
        for (int i = 1; i < levels.size(); i++) {
            largest = Math.max(largest, levels.get(i));
        }
        return largest;
    }
}
