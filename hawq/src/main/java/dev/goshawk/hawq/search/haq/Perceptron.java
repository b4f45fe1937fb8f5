package dev.goshawk.hawq.search.haq;

import dev.goshawk.backend.Executable;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/** A network of fully connected layers with rectifiers between them: its parameters, and its graph. */
final class Perceptron {
    private final String name;
    private final int[] sizes;
    private final SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();

    /**
     * A network whose parameters are uniform within 1 / sqrt(inputs of a layer).
     *
     * @param name before the names of its parameters
     * @param sizes of inputs, hidden layers and outputs
     */
    Perceptron(String name, long seed, int... sizes) {
        this.name = name;
        this.sizes = sizes.clone();
        SplitMix64 random = SplitMix64.of(seed, name.hashCode());
        for (int layer = 0; layer + 1 < sizes.length; layer++) {
            double bound = 1 / Math.sqrt(sizes[layer]);
            parameters.put(weight(layer), uniform(Shape.of(sizes[layer], sizes[layer + 1]), bound, random));
            parameters.put(bias(layer), uniform(Shape.of(sizes[layer + 1]), bound, random));
        }
    }

    private static Tensor uniform(Shape shape, double bound, SplitMix64 random) {
        Tensor t = Tensor.zeros(DType.FLOAT32, shape);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, random.between(-bound, bound));
        }
        return t;
    }

    private String weight(int layer) {
        return name + "/weight" + layer;
    }

    private String bias(int layer) {
        return name + "/bias" + layer;
    }

    /** By name; shared. */
    SequencedMap<String, Tensor> parameters() {
        return new LinkedHashMap<>(parameters);
    }

    /** Its parameters as inputs of a graph. */
    SequencedMap<String, Value> inputs() {
        SequencedMap<String, Value> inputs = new LinkedHashMap<>();
        parameters.forEach((key, t) -> inputs.put(key, Value.input(key, t.dtype(), t.shape())));
        return inputs;
    }

    /**
     * The network.
     *
     * @param x [rows, inputs]
     * @param inputs its parameters
     * @return [rows, outputs]
     */
    Value apply(Value x, Map<String, Value> inputs) {
        Value y = x;
        for (int layer = 0; layer + 1 < sizes.length; layer++) {
            y = y.matmul(Objects.requireNonNull(inputs.get(weight(layer))))
                    .add(Objects.requireNonNull(inputs.get(bias(layer))));
            y = layer + 2 < sizes.length ? y.relu() : y;
        }
        return y;
    }

    /** Binds those that a graph takes. */
    void bindTo(Executable executable) {
        parameters.forEach((key, t) -> {
            if (executable.inputs().contains(key)) {
                executable.bind(key, t);
            }
        });
    }

    /** Moves a share of the way to another network of the same sizes. */
    void follow(Perceptron other, double share) {
        for (int layer = 0; layer + 1 < sizes.length; layer++) {
            follow(weight(layer), other, other.weight(layer), share);
            follow(bias(layer), other, other.bias(layer), share);
        }
    }

    private void follow(String own, Perceptron other, String others, double share) {
        Tensor to = Objects.requireNonNull(parameters.get(own));
        Tensor from = Objects.requireNonNull(other.parameters.get(others));
        float[] w = to.floats();
        float[] x = from.floats();
        for (int i = 0; i < to.size(); i++) {
            w[to.offset() + i] += (float) share * (x[from.offset() + i] - w[to.offset() + i]);
        }
    }
}
