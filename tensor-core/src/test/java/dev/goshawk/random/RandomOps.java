package dev.goshawk.random;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/** One op of each kind on values of a graph under construction. */
final class RandomOps {
    /** Distance that values keep from a kink or jump, unless they lie on it. */
    private static final double CLEARANCE = 1e-3;

    private final RandomGraph graph;

    RandomOps(RandomGraph graph) {
        this.graph = graph;
    }

    /** An op of the kind; null where the values at hand do not suit it. */
    @Nullable Value apply(Class<?> kind) {
        Value x = graph.any();
        return switch (kind.getSimpleName()) {
            case "Input" -> graph.fresh(Shape.of(1 + next(4), graph.channels()));
            case "Constant" -> Value.constant((float) (graph.random.nextGaussian() * size()), DType.FLOAT64, x.shape());
            case "Unary" -> unary(graph.one(List.of(Op.Unary.Function.values())), x);
            case "Binary" -> binary(graph.one(List.of(Op.Binary.Function.values())), x);
            case "Piecewise" -> piecewise(graph.one(List.of(Op.Piecewise.Function.values())), x);
            case "Add" -> Value.of(new Op.Add(), x, graph.of(x.shape()));
            case "Subtract" -> Value.of(new Op.Subtract(), x, graph.of(x.shape()));
            case "Multiply" -> Value.of(new Op.Multiply(), x, graph.of(x.shape()));
            case "Power" -> power(x, next(3), next(3));
            case "Where" -> {
                Value mask = piecewise(Op.Piecewise.Function.STEP, x);
                yield mask == null
                        ? null
                        : Value.of(new Op.Where(), flag() ? x : mask, graph.of(x.shape()), graph.of(x.shape()));
            }
            case "AtLeast" -> {
                Value y = graph.of(x.shape());
                yield apart(x, y) ? Value.of(new Op.AtLeast(), x, y) : null;
            }
            case "Scale" -> Value.of(new Op.Scale(graph.random.nextGaussian() * size()), x);
            case "StraightThrough" -> flag() ? quantized(x) : Functions.straightThrough(x, graph.of(x.shape()));
            case "StraightThroughSlope" -> Value.of(new Op.StraightThroughSlope(), x);
            case "Reshape" -> Value.of(new Op.Reshape(reshaped(x.shape())), x);
            case "Permute" -> Value.of(new Op.Permute(graph.order(x.shape().rank())), x);
            case "Broadcast" -> broadcast(x);
            case "Sum" -> Value.of(new Op.Sum(axes(x.shape())), x);
            case "MaxOver" -> Value.of(new Op.MaxOver(axes(x.shape())), x);
            case "Pad" -> pad(x);
            case "CumulativeSum" -> x.shape().rank() == 0
                    ? null
                    : Value.of(new Op.CumulativeSum(next(x.shape().rank()), flag()), x);
            case "Slice" -> slice(x);
            case "Concat" -> concat(x);
            default -> images(kind.getSimpleName());
        };
    }

    private @Nullable Value images(String kind) {
        return switch (kind) {
            case "AvgPool" -> {
                Value i = graph.images();
                yield Value.of(new Op.AvgPool(pool(i.shape()), flag()), i);
            }
            case "AvgPoolTranspose" -> {
                PoolGeometry g = pool(graph.images().shape());
                yield Value.of(new Op.AvgPoolTranspose(g, flag()), graph.of(g.outputShape()));
            }
            case "MaxPoolIndices" -> indices(graph.images());
            case "PoolGather" -> {
                Value i = graph.images();
                Value at = indices(i);
                yield at == null
                        ? null
                        : Value.of(new Op.PoolGather(((Op.MaxPoolIndices) at.op()).geometry()),
                                flag() ? i : graph.of(i.shape()), at);
            }
            case "PoolScatter" -> {
                Value at = indices(graph.images());
                yield at == null
                        ? null
                        : Value.of(new Op.PoolScatter(((Op.MaxPoolIndices) at.op()).geometry()), graph.of(at.shape()),
                                at);
            }
            case "MatMul" -> matmul();
            case "Conv" -> conv(graph.one(List.of(ConvRole.values())));
            default -> throw new AssertionError(
                    "random graphs have no op " + kind + ": add a case to " + RandomOps.class.getSimpleName());
        };
    }

    private int next(int bound) {
        return graph.random.nextInt(bound);
    }

    private boolean flag() {
        return graph.random.nextBoolean();
    }

    private double size() {
        return graph.kind == RandomGraph.Kind.EXTREME ? graph.size(20) : 1;
    }

    private boolean all(Value x, DoublePredicate p) {
        return Arrays.stream(graph.elements(x)).allMatch(p);
    }

    /** Whether every element keeps its distance from 0 or is 0. */
    private boolean clear(double[] x) {
        return graph.kind == RandomGraph.Kind.EXTREME
                || Arrays.stream(x).allMatch(e -> e == 0 || Math.abs(e) >= CLEARANCE);
    }

    private boolean apart(Value x, Value y) {
        double[] a = graph.elements(x);
        double[] b = graph.elements(y);
        double[] difference = new double[a.length];
        Arrays.setAll(difference, i -> a[i] - b[i]);
        return clear(difference);
    }

    private @Nullable Value unary(Op.Unary.Function f, Value x) {
        Value in = switch (f) {
            case LOG, SQRT -> all(x, e -> e > 0.05) ? x : x.square().add(0.5);
            case RECIPROCAL -> all(x, e -> Math.abs(e) > 0.05) ? x : x.square().add(0.5);
            case LOG1P -> all(x, e -> e > -0.9) ? x : x.square();
            case EXP, EXPM1 -> all(x, e -> e < 6) ? x : x.tanh();
            case RELU, ABS -> clear(graph.elements(x)) ? x : null;
            default -> x;
        };
        return in == null ? null : Value.of(new Op.Unary(f), in);
    }

    private @Nullable Value binary(Op.Binary.Function f, Value x) {
        Value y = graph.of(x.shape());
        if (f == Op.Binary.Function.DIVIDE) {
            return Value.of(new Op.Binary(f), x, all(y, e -> Math.abs(e) > 0.05) ? y : y.square().add(0.5));
        }
        return apart(x, y) ? Value.of(new Op.Binary(f), x, y) : null;
    }

    /** Of a base above 0, or by the base alone a whole power of any. */
    private Value power(Value x, int byX, int byY) {
        if (byY == 0 && flag()) {
            Value base = all(x, e -> Math.abs(e) < 8) ? x : x.tanh();
            return Value.of(new Op.Power(byX, byY), base, base.like(byX + next(5)));
        }
        Value y = graph.of(x.shape());
        Value base = all(x, e -> e > 0.05 && e < 8) ? x : x.tanh().square().add(0.5);
        return Value.of(new Op.Power(byX, byY), base, all(y, e -> Math.abs(e) < 3) ? y : y.tanh());
    }

    private @Nullable Value piecewise(Op.Piecewise.Function f, Value x) {
        double[] jumps = Arrays.stream(graph.elements(x)).map(e -> switch (f) {
            case STEP, SIGN -> e;
            case ROUND -> e - Math.floor(e) - 0.5;
            case FLOOR -> e - Math.rint(e);
        }).toArray();
        return clear(jumps) ? Value.of(new Op.Piecewise(f), x) : null;
    }

    private @Nullable Value quantized(Value x) {
        double step = graph.kind == RandomGraph.Kind.EXTREME ? (float) (0.25 * size()) : 0.25;
        double[] ties = Arrays.stream(graph.elements(x)).map(e -> e / step - Math.floor(e / step) - 0.5).toArray();
        return clear(ties) ? Functions.fakeQuantize(x, x.like(step), x.like(next(3)), -8, 7) : null;
    }

    private Shape reshaped(Shape s) {
        int[] d = s.dims();
        if (d.length < 2 || flag()) {
            return Shape.of(s.size());
        }
        int i = next(d.length - 1);
        int[] joined = new int[d.length - 1];
        System.arraycopy(d, 0, joined, 0, i);
        joined[i] = d[i] * d[i + 1];
        System.arraycopy(d, i + 2, joined, i + 1, d.length - i - 2);
        return Shape.of(joined);
    }

    private List<Integer> axes(Shape s) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < s.rank(); i++) {
            if (flag()) {
                axes.add(i);
            }
        }
        return axes;
    }

    private Value broadcast(Value x) {
        int[] dims = x.shape().dims();
        for (int i = 0; i < dims.length; i++) {
            dims[i] = dims[i] == 1 ? 1 + next(4) : dims[i];
        }
        if (x.shape().rank() == 4 || x.shape().rank() > 0 && next(4) == 0) {
            return Value.of(new Op.Broadcast(Shape.of(dims)), x);
        }
        int[] wider = new int[dims.length + 1];
        wider[0] = 1 + next(4);
        System.arraycopy(dims, 0, wider, 1, dims.length);
        return Value.of(new Op.Broadcast(Shape.of(wider)), x);
    }

    private Value pad(Value x) {
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        List<Integer> interior = new ArrayList<>();
        for (int i = 0; i < x.shape().rank(); i++) {
            low.add(next(2));
            high.add(next(2));
            interior.add(next(8) / 7);
        }
        return Value.of(new Op.Pad(low, high, interior), x);
    }

    private Value slice(Value x) {
        List<Integer> start = new ArrayList<>();
        List<Integer> limit = new ArrayList<>();
        List<Integer> stride = new ArrayList<>();
        for (int d : x.shape().dims()) {
            boolean whole = flag();
            int from = !whole && d > 1 ? next(2) : 0;
            start.add(from);
            limit.add(whole || d == 0 ? d : from + 1 + next(d - from));
            stride.add(whole ? 1 : 1 + next(2));
        }
        return Value.of(new Op.Slice(start, limit, stride), x);
    }

    private @Nullable Value concat(Value x) {
        int rank = x.shape().rank();
        if (rank == 0) {
            return null;
        }
        List<Value> parts = new ArrayList<>(List.of(x));
        for (int n = next(3); n > 0; n--) {
            parts.add(graph.of(x.shape()));
        }
        return Value.of(new Op.Concat(next(rank)), parts);
    }

    private PoolGeometry pool(Shape s) {
        int kernel = 2 + (s.dim(1) > 2 && s.dim(2) > 2 ? next(2) : 0);
        int stride = 1 + next(2);
        int pad = next(2);
        return new PoolGeometry(s.dim(0), s.dim(1), s.dim(2), s.dim(3), kernel, kernel, stride, stride, pad, pad,
                flag() ? pad : 0, pad);
    }

    /** Positions of maxima that stand out. */
    private @Nullable Value indices(Value i) {
        Value at = Value.of(new Op.MaxPoolIndices(pool(i.shape())), i);
        if (graph.kind == RandomGraph.Kind.EXTREME) {
            return at;
        }
        double[] sorted = Arrays.stream(graph.elements(i)).distinct().sorted().toArray();
        for (int k = 1; k < sorted.length; k++) {
            if (sorted[k] - sorted[k - 1] < 1e-7) {
                return null;
            }
        }
        return at;
    }

    private Value matmul() {
        Value x = graph.matrix();
        boolean a = flag();
        boolean b = flag();
        int k = x.shape().dim(a ? 0 : 1);
        int n = flag() ? graph.channels() : 1 + next(40);
        Value y = graph.of(b ? Shape.of(n, k) : Shape.of(k, n));
        return Value.of(new Op.MatMul(a, b), x, y);
    }

    private Value conv(ConvRole role) {
        Value x = graph.images();
        Shape s = x.shape();
        int height = s.dim(1) < 3 || next(4) == 0 ? 1 : 3;
        int width = s.dim(2) < 3 || next(4) == 0 ? 1 : 3;
        int pad = next(3) == 0 ? 0 : 1;
        int stride = 1 + next(3) / 2;
        int channels = s.dim(3);
        int groups = next(3) > 0 ? 1 : flag() ? channels : channels % 2 == 0 ? 2 : 1;
        int out = groups == 1 ? graph.channels() : groups * (1 + next(Math.max(1, 16 / groups)));
        ConvGeometry g = new ConvGeometry(s.dim(0), s.dim(1), s.dim(2), channels, out, height, width, stride, stride,
                pad * (height / 2), pad * (width / 2), flag() ? pad * (height / 2) : 0, pad * (width / 2), groups);
        return switch (role) {
            case OUTPUT -> Value.of(new Op.Conv(role, g), x, graph.of(g.filterShape()));
            case INPUT_GRAD -> Value.of(new Op.Conv(role, g), graph.of(g.filterShape()), graph.of(g.outputShape()));
            case WEIGHT_GRAD -> Value.of(new Op.Conv(role, g), x, graph.of(g.outputShape()));
        };
    }
}
