package dev.goshawk.benchmarks.function;

import dev.goshawk.benchmarks.work.Gemm;
import dev.goshawk.benchmarks.work.Sums;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;

/** A transformer block, attention and perceptron with normalization before each, and the mean square of what leaves it. */
public final class TransformerBlock {
    /** Sequences. */
    public static final int BATCH = 8;
    /** Tokens of each. */
    public static final int TOKENS = 128;
    /** Numbers of a token. */
    public static final int WIDTH = 256;
    /** Heads, which share the width. */
    public static final int HEADS = 4;
    private static final int HIDDEN = 4 * WIDTH;
    private static final String TOKENS_INPUT = "tokens";

    private TransformerBlock() {
    }

    /** What the derivatives are by; matrices are [in, out]. */
    public static SequencedMap<String, Shape> weights() {
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        for (String norm : List.of("norm1", "norm2")) {
            shapes.put(norm + ".gamma", Shape.of(WIDTH));
            shapes.put(norm + ".beta", Shape.of(WIDTH));
        }
        for (String matrix : List.of("query", "key", "value", "out")) {
            shapes.put(matrix, Shape.of(WIDTH, WIDTH));
        }
        shapes.put("up", Shape.of(WIDTH, HIDDEN));
        shapes.put("down", Shape.of(HIDDEN, WIDTH));
        return shapes;
    }

    /** The tokens, [batch, tokens, width]: elements in [-1, 1), the same in every process. */
    public static Tensor tokens() {
        Shape shape = Shape.of(BATCH, TOKENS, WIDTH);
        return Tensor.of(shape, Gemm.numbers(shape.size(), 0));
    }

    /**
     * Weights, or a direction to multiply the Hessian with: elements of a size that keeps the variance of what they are applied to.
     *
     * @param seed of the numbers
     */
    public static SequencedMap<String, Tensor> numbers(long seed) {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        weights().forEach((name, shape) -> {
            float[] x = Gemm.numbers(shape.size(), seed + all.size());
            double scale = shape.rank() == 1 ? 1 : Math.sqrt(3.0 / shape.dim(0));
            for (int i = 0; i < x.length; i++) {
                x[i] *= (float) scale;
            }
            all.put(name, Tensor.of(shape, x));
        });
        return all;
    }

    private static Value loss(Map<String, Value> w) {
        Value x = Value.input(TOKENS_INPUT, DType.FLOAT32, Shape.of(BATCH, TOKENS, WIDTH));
        Value n = norm(x, "norm1", w);
        Value scores = Einsum.einsum("bqhd,bkhd->bhqk", heads(n, "query", w), heads(n, "key", w))
                .scale(1 / Math.sqrt((double) WIDTH / HEADS));
        Value mixed = Einsum.einsum("bhqk,bkhd->bqhd", Activations.softmax(scores, -1), heads(n, "value", w));
        Value y = x.add(product(mixed.reshape(BATCH, TOKENS, WIDTH), "out", w));
        Value hidden = Activations.gelu(product(norm(y, "norm2", w), "up", w));
        return y.add(product(hidden, "down", w)).square().mean();
    }

    private static Value norm(Value x, String name, Map<String, Value> w) {
        return Normalizations.layerNorm(x, of(w, name + ".gamma"), of(w, name + ".beta"), Operation.EPSILON);
    }

    private static Value heads(Value x, String name, Map<String, Value> w) {
        return product(x, name, w).reshape(BATCH, TOKENS, HEADS, WIDTH / HEADS);
    }

    private static Value product(Value x, String name, Map<String, Value> w) {
        return Einsum.einsum("bti,io->bto", x, of(w, name));
    }

    private static Value of(Map<String, Value> w, String name) {
        return Objects.requireNonNull(w.get(name), name);
    }

    private static SequencedMap<String, Value> inputs() {
        SequencedMap<String, Value> inputs = new LinkedHashMap<>();
        weights().forEach((name, shape) -> inputs.put(name, Value.input(name, DType.FLOAT32, shape)));
        return inputs;
    }

    /** Loss and gradient by all weights. */
    public static Workload gradient(Backend backend) {
        SequencedMap<String, Value> w = inputs();
        Value loss = loss(w);
        List<Value> gradient = ReverseMode.gradient(loss, List.copyOf(w.values()));
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("loss", loss);
        for (String name : w.keySet()) {
            outputs.put("gradient/" + name, gradient.get(outputs.size() - 1));
        }
        Executable executable = backend.compile(Graph.of(outputs));
        executable.bind(TOKENS_INPUT, tokens());
        numbers(1).forEach(executable::bind);
        return new Workload() {
            @Override
            public Map<String, Double> facts() {
                run();
                return Map.of("loss", executable.output("loss").item(), "gradient norm",
                        Sums.norm(w.keySet().stream().map(n -> executable.output("gradient/" + n)).toList()));
            }

            @Override
            public void run() {
                executable.run();
            }
        };
    }

    /** The product of the Hessian by all weights with one vector, at a point already linearized. */
    public static Workload product(Backend backend) {
        SequencedMap<String, Value> w = inputs();
        HessianVectorProduct product = HessianVectorProduct.of(loss(w), List.copyOf(w.values()), backend);
        product.bind(TOKENS_INPUT, tokens());
        numbers(1).forEach(product::bind);
        Map<String, Tensor> direction = new TreeMap<>(numbers(100));
        product.linearize();
        direction.forEach((name, v) -> {
            for (int i = 0; i < v.size(); i++) {
                product.direction(name).set(i, v.get(i));
            }
        });
        return new Workload() {
            @Override
            public Map<String, Double> facts() {
                run();
                double quadratic = 0;
                List<Tensor> parts = new ArrayList<>();
                for (Map.Entry<String, Tensor> v : direction.entrySet()) {
                    Tensor part = product.product(v.getKey());
                    quadratic += Sums.dot(v.getValue(), part);
                    parts.add(part);
                }
                return Map.of("loss", product.value(), "v'Hv", quadratic, "|Hv|", Sums.norm(parts));
            }

            @Override
            public void run() {
                product.apply();
            }
        };
    }
}
