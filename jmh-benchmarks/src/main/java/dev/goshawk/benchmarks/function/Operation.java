package dev.goshawk.benchmarks.function;

import dev.goshawk.benchmarks.work.Gemm;
import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Functions beyond convolution and matrix product, each with sizes at which it is used. Images are [batch, height, width, channels]. */
public enum Operation {
    /** Of sixteen sequences of 128 tokens, each in four heads. */
    ATTENTION_SCORES("batched matmul, 64 x [128, 64] [64, 128]", x -> Einsum.batchedMatmul(x.get(0), x.get(1)),
            Shape.of(64, 128, 64), Shape.of(64, 64, 128)),
    BATCHED_MATMUL("batched matmul, 16 x [256, 256] [256, 256]", x -> Einsum.batchedMatmul(x.get(0), x.get(1)),
            Shape.of(16, 256, 256), Shape.of(16, 256, 256)),
    SOFTMAX("softmax, [32, 128, 1024]", x -> Activations.softmax(x.get(0), -1), Shape.of(32, 128, 1024)),
    LAYER_NORM("layer normalization, [4096, 768]",
            x -> Normalizations.layerNorm(x.get(0), x.get(1), x.get(2), Operation.EPSILON),
            Shape.of(4096, 768), Shape.of(768), Shape.of(768)),
    GROUP_NORM("group normalization, 8 groups, [32, 32, 32, 64]",
            x -> Normalizations.groupNorm(x.get(0), Operation.GROUPS, x.get(1), x.get(2), Operation.EPSILON),
            Shape.of(32, 32, 32, 64), Shape.of(64), Shape.of(64)),
    GELU("GELU, [4096, 1024]", x -> Activations.gelu(x.get(0)), Shape.of(4096, 1024)),
    SILU("SiLU, [4096, 1024]", x -> Activations.silu(x.get(0)), Shape.of(4096, 1024)),
    SIN("sine, [4096, 1024]", x -> x.get(0).sin(), Shape.of(4096, 1024)),
    GATHER("8,192 rows of an embedding, [10000, 512]", x -> Indexing.gather(x.get(0), 0, Operation.rows()),
            Shape.of(10_000, 512)),
    CUMULATIVE_SUM("cumulative sum along rows, [4096, 1024]", x -> Functions.cumulativeSum(x.get(0), 1),
            Shape.of(4096, 1024)),
    DILATED_CONVOLUTION("convolution 3x3, dilation 2, [8, 56, 56, 64]",
            x -> Convolutions.conv2d(x.get(0), x.get(1), 1, 2, 2, 1), Shape.of(8, 56, 56, 64), Shape.of(3, 3, 64, 64)),
    TRANSPOSED_CONVOLUTION("transposed convolution 4x4, stride 2, [8, 28, 28, 64]",
            x -> Convolutions.transposedConv2d(x.get(0), x.get(1), 2, 1, 0),
            Shape.of(8, 28, 28, 64), Shape.of(4, 4, 64, 64));

    /** Added to variances. */
    public static final double EPSILON = 1e-5;
    /** Of the channels, in group normalization. */
    public static final int GROUPS = 8;
    private static final int ROWS = 8192;

    private final String title;
    private final Function<List<Value>, Value> function;
    private final List<Shape> shapes;

    Operation(String title, Function<List<Value>, Value> function, Shape... shapes) {
        this.title = title;
        this.function = function;
        this.shapes = List.of(shapes);
    }

    /** Name and sizes. */
    public String title() {
        return title;
    }

    /** What the table calls it: {@code batched-matmul}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** By {@link #key}. */
    public static Operation byKey(String key) {
        return valueOf(key.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
    }

    /** Its arguments, elements in [-1, 1), the same in every process. */
    public List<Tensor> arguments() {
        List<Tensor> all = new ArrayList<>();
        for (Shape s : shapes) {
            all.add(Tensor.of(s, Gemm.numbers(s.size(), all.size())));
        }
        return all;
    }

    /** The function itself; argument i is the input named i. */
    Value trace() {
        List<Value> inputs = new ArrayList<>();
        for (Shape s : shapes) {
            inputs.add(Value.input(Integer.toString(inputs.size()), DType.FLOAT32, s));
        }
        return function.apply(inputs);
    }

    /** The rows of the embedding that are gathered. */
    public static int[] rows() {
        SplittableRandom random = new SplittableRandom(1);
        return random.ints(ROWS, 0, 10_000).toArray();
    }
}
