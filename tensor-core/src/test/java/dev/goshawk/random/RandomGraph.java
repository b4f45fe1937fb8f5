package dev.goshawk.random;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A graph of 5 to 40 operations made from a seed, with tensors for its inputs: the same graph in either floating type. */
public final class RandomGraph {
    private final Random random;
    private final DType dtype;
    private final List<Class<?>> ops;
    private final boolean smooth;
    private final List<Value> values = new ArrayList<>();
    private final Map<String, Tensor> bindings = new LinkedHashMap<>();

    private RandomGraph(long seed, DType dtype, boolean smooth) {
        this.random = new Random(seed);
        this.dtype = dtype;
        this.smooth = smooth;
        this.ops = OpKinds.all().stream()
                .filter(k -> !smooth || !Op.NonDifferentiable.class.isAssignableFrom(k)
                        && !Op.FirstOrderOnly.class.isAssignableFrom(k) && k != Op.FakeQuantize.class)
                .toList();
        int n = 5 + random.nextInt(36);
        fresh(Shape.of(2, 4, 5, 16));
        for (int i = 0; i < n; i++) {
            values.add(apply(ops.get(random.nextInt(ops.size()))));
        }
    }

    /**
     * The graph of a seed.
     *
     * @param smooth leaves out the ops that cannot be differentiated twice
     */
    public static RandomGraph of(long seed, DType dtype, boolean smooth) {
        return new RandomGraph(seed, dtype, smooth);
    }

    /** Every value made, operands before their users. */
    public List<Value> values() {
        return values;
    }

    /** A tensor for each input, of the graph's type. */
    public Map<String, Tensor> bindings() {
        return bindings;
    }

    private Value fresh(Shape shape) {
        String name = "x" + bindings.size();
        Tensor t = Tensor.zeros(dtype, shape);
        double size = !smooth && random.nextInt(8) == 0 ? Math.scalb(1, random.nextInt(41) - 20) : 1;
        for (int i = 0; i < t.size(); i++) {
            // Off zero, and exact in float32, so that both types compute at one point.
            double magnitude = (float) (0.3 + 1.4 * random.nextDouble());
            t.set(i, size * (random.nextBoolean() ? magnitude : -magnitude));
        }
        bindings.put(name, t);
        Value v = Value.input(name, dtype, shape);
        values.add(v);
        return v;
    }

    /** A floating value made before, the later the likelier. */
    private Value any() {
        List<Value> floating = values.stream().filter(v -> v.dtype().isFloating()).toList();
        int back = Math.min(random.nextInt(floating.size()), random.nextInt(floating.size()));
        return floating.get(floating.size() - 1 - back);
    }

    /** A value of a shape: one made before where there is one, else an input. */
    private Value of(Shape shape) {
        List<Value> fitting = values.stream().filter(v -> v.dtype().isFloating() && v.shape().equals(shape)).toList();
        return fitting.isEmpty() || random.nextInt(4) == 0
                ? fresh(shape)
                : fitting.get(random.nextInt(fitting.size()));
    }

    private Value images() {
        List<Value> images = values.stream().filter(v -> v.dtype().isFloating() && v.shape().rank() == 4
                && v.shape().dim(1) >= 2 && v.shape().dim(2) >= 2 && v.shape().size() <= 20_000).toList();
        return images.isEmpty() || random.nextInt(6) == 0
                ? fresh(Shape.of(1 + random.nextInt(3), 2 + random.nextInt(6), 2 + random.nextInt(6), channels()))
                : images.get(random.nextInt(images.size()));
    }

    private int channels() {
        return new int[] {1, 3, 8, 16, 17, 32}[random.nextInt(6)];
    }

    private <T> T one(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private List<Integer> axes(Shape s) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < s.rank(); i++) {
            if (random.nextBoolean()) {
                axes.add(i);
            }
        }
        return axes;
    }

    /** Keeps the range of an operand's values, so that a chain of products does not leave the type's. */
    private static Value tamed(Value v) {
        return v.tanh();
    }

    private Value apply(Class<?> kind) {
        Value x = any();
        return switch (kind.getSimpleName()) {
            case "Input" -> fresh(Shape.of(1 + random.nextInt(4), channels()));
            case "Constant" -> Value.constant(random.nextGaussian(), dtype, x.shape());
            case "Unary" -> unary(one(Op.Unary.Function.values()), x);
            case "Binary" -> binary(one(Op.Binary.Function.values()), x);
            case "Piecewise" -> Value.of(new Op.Piecewise(one(Op.Piecewise.Function.values())), x);
            case "Add" -> Value.of(new Op.Add(), x, of(x.shape()));
            case "Subtract" -> Value.of(new Op.Subtract(), x, of(x.shape()));
            case "Multiply" -> Value.of(new Op.Multiply(), x, tamed(of(x.shape())));
            case "AtLeast" -> Value.of(new Op.AtLeast(), x, of(x.shape()));
            case "Scale" -> Value.of(new Op.Scale(random.nextGaussian()), x);
            case "FakeQuantize" -> Value.of(new Op.FakeQuantize(-8, 7), x, x.like(0.25), x.like(1));
            case "StraightThroughMask" -> Value.of(new Op.StraightThroughMask(-8, 7), x, x.like(0.25), x.like(1));
            case "Reshape" -> Value.of(new Op.Reshape(Shape.of(x.shape().size())), x);
            case "Permute" -> {
                List<Integer> order = new ArrayList<>();
                for (int i = 0; i < x.shape().rank(); i++) {
                    order.add(random.nextInt(i + 1), i);
                }
                yield Value.of(new Op.Permute(List.copyOf(order)), x);
            }
            case "Broadcast" -> broadcast(x);
            case "Sum" -> Value.of(new Op.Sum(axes(x.shape())), x);
            case "MaxOver" -> Value.of(new Op.MaxOver(axes(x.shape())), x);
            case "Pad" -> x.shape().size() > 5_000 ? x : pad(x);
            case "Slice" -> slice(x);
            case "Concat" -> x.shape().rank() == 0 || x.shape().size() > 5_000
                    ? x
                    : Value.of(new Op.Concat(random.nextInt(x.shape().rank())), List.of(x, of(x.shape())));
            case "AvgPool" -> {
                Value i = images();
                yield Value.of(new Op.AvgPool(pool(i), random.nextBoolean()), i);
            }
            case "AvgPoolTranspose" -> {
                PoolGeometry g = pool(images());
                yield Value.of(new Op.AvgPoolTranspose(g, random.nextBoolean()), of(g.outputShape()));
            }
            case "MaxPoolIndices", "PoolGather" -> {
                Value i = images();
                yield Functions.maxPool(i, pool(i));
            }
            case "PoolScatter" -> {
                Value i = images();
                PoolGeometry g = pool(i);
                Value indices = Value.of(new Op.MaxPoolIndices(g), i);
                yield Value.of(new Op.PoolScatter(g), of(g.outputShape()), indices);
            }
            case "MatMul" -> matmul();
            case "Conv" -> conv();
            default -> throw new AssertionError("the generator of random graphs does not know " + kind.getSimpleName()
                    + ": add a case to " + RandomGraph.class.getSimpleName());
        };
    }

    private static Value unary(Op.Unary.Function f, Value x) {
        return switch (f) {
            // Within the functions' domains, by a composition of other ops.
            case LOG, SQRT, RECIPROCAL -> Value.of(new Op.Unary(f), tamed(x).square().add(0.5));
            case EXP -> Value.of(new Op.Unary(f), tamed(x));
            default -> Value.of(new Op.Unary(f), x);
        };
    }

    private Value binary(Op.Binary.Function f, Value x) {
        Value y = of(x.shape());
        return Value.of(new Op.Binary(f), x, f == Op.Binary.Function.DIVIDE ? tamed(y).square().add(0.5) : y);
    }

    private Value broadcast(Value x) {
        if (x.shape().size() > 2_000) {
            return x;
        }
        int[] dims = x.shape().dims();
        for (int i = 0; i < dims.length; i++) {
            dims[i] = dims[i] == 1 ? 1 + random.nextInt(4) : dims[i];
        }
        int[] wider = new int[dims.length + 1];
        wider[0] = 1 + random.nextInt(4);
        System.arraycopy(dims, 0, wider, 1, dims.length);
        return Value.of(new Op.Broadcast(Shape.of(x.shape().rank() < 4 && random.nextBoolean() ? wider : dims)), x);
    }

    private Value pad(Value x) {
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        List<Integer> interior = new ArrayList<>();
        for (int i = 0; i < x.shape().rank(); i++) {
            low.add(random.nextInt(2));
            high.add(random.nextInt(2));
            interior.add(random.nextInt(8) / 7);
        }
        return Value.of(new Op.Pad(low, high, interior), x);
    }

    private Value slice(Value x) {
        List<Integer> start = new ArrayList<>();
        List<Integer> limit = new ArrayList<>();
        List<Integer> stride = new ArrayList<>();
        for (int d : x.shape().dims()) {
            int from = d > 1 ? random.nextInt(2) : 0;
            start.add(from);
            limit.add(from + 1 + random.nextInt(d - from));
            stride.add(1 + random.nextInt(2));
        }
        return Value.of(new Op.Slice(start, limit, stride), x);
    }

    private PoolGeometry pool(Value x) {
        int pad = random.nextInt(2);
        return Functions.pool(x, 2, 1 + random.nextInt(2), pad);
    }

    private Value matmul() {
        int m = 1 + random.nextInt(40);
        int k = 1 + random.nextInt(40);
        int n = channels();
        boolean a = random.nextBoolean();
        boolean b = random.nextBoolean();
        return Value.of(new Op.MatMul(a, b), of(a ? Shape.of(k, m) : Shape.of(m, k)),
                tamed(of(b ? Shape.of(n, k) : Shape.of(k, n))));
    }

    private Value conv() {
        Value x = images();
        Shape s = x.shape();
        int kernel = s.dim(1) < 3 || s.dim(2) < 3 ? 1 : 1 + 2 * random.nextInt(2);
        int pad = kernel / 2;
        int stride = 1 + random.nextInt(2);
        boolean grouped = s.dim(3) % 2 == 0 && random.nextInt(4) == 0;
        ConvGeometry g = new ConvGeometry(s.dim(0), s.dim(1), s.dim(2), s.dim(3), grouped ? 16 : channels(), kernel,
                kernel, stride, stride, pad, pad, pad, pad, grouped ? 2 : 1);
        return switch (one(ConvRole.values())) {
            case OUTPUT -> Value.of(new Op.Conv(ConvRole.OUTPUT, g), x, tamed(of(g.filterShape())));
            case INPUT_GRAD ->
                Value.of(new Op.Conv(ConvRole.INPUT_GRAD, g), tamed(of(g.filterShape())), of(g.outputShape()));
            case WEIGHT_GRAD -> Value.of(new Op.Conv(ConvRole.WEIGHT_GRAD, g), x, tamed(of(g.outputShape())));
        };
    }
}
