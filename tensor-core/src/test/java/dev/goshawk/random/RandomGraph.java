package dev.goshawk.random;

import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

/**
 * Graphs of 5 to 40 nodes made from a seed. Every op is as likely as any other, but functions of one number, which are many, four times as
 * likely. It takes earlier values that its type rule accepts. Values are computed along the way: an op whose operands lie outside its domain or near a kink, or whose result grows too large, is left out.
 */
public final class RandomGraph {
    /** What graphs are for. */
    public enum Kind {
        /** Twice and more differentiable at the point, values of moderate size. */
        SMOOTH,
        /** Every op, values of moderate size. */
        MODERATE,
        /** Every op, inputs and factors of sizes from 1e-30 to 1e30. */
        EXTREME
    }

    private static final int MOST_ELEMENTS = 9_000;
    private static final int MOST_NODES = 40;
    private static final int MOST_ATTEMPTS = 400;

    final Random random;
    final Kind kind;
    /** Images of every batch: more than a tile in one graph of four, so that plans run by images. */
    final int batch;
    private final List<Value> values = new ArrayList<>();
    private final Map<Value, double[]> elements = new IdentityHashMap<>();
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();

    private RandomGraph(long seed, Kind kind) {
        this.random = RandomRun.random(seed, kind.ordinal());
        this.kind = kind;
        this.batch = random.nextInt(4) == 0 ? 34 : 1 + random.nextInt(3);
        fresh(random.nextBoolean() ? imageShape() : Shape.of(1 + random.nextInt(8), channels()));
        List<Class<?>> kinds = new ArrayList<>(OpKinds.all());
        kinds.addAll(Collections.nCopies(3, Op.Unary.class));
        if (kind == Kind.SMOOTH) {
            kinds.removeAll(List.of(Op.StraightThrough.class, Op.StraightThroughSlope.class));
        }
        int n = 5 + random.nextInt(36);
        RandomOps ops = new RandomOps(this);
        for (int attempt = 0; nodes() < n && attempt < MOST_ATTEMPTS; attempt++) {
            int made = values.size();
            int bound = inputs.size();
            Value v = ops.apply(kinds.get(random.nextInt(kinds.size())));
            if (v == null || !accept(v)) {
                values.subList(made, values.size()).clear();
                inputs.keySet().retainAll(List.copyOf(inputs.keySet()).subList(0, bound));
            }
        }
    }

    /** The graph of a seed with its inputs. */
    public static Program of(long seed, Kind kind) {
        RandomGraph g = new RandomGraph(seed, kind);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        g.leaves().forEach(v -> outputs.put("y" + outputs.size(), v));
        return Program.of(Graph.of(outputs), g.inputs);
    }

    /** A scalar function: the floating results of a graph, each times an input of random numbers, added up. */
    public static Program function(long seed) {
        RandomGraph g = new RandomGraph(seed, Kind.SMOOTH);
        Value sum = null;
        for (Value v : g.leaves()) {
            if (v.dtype().isFloating()) {
                Value term = v.multiply(g.fresh(v.shape())).sum().scale(1.0 / v.shape().size());
                sum = sum == null ? term : sum.add(term);
            }
        }
        return Program.of(Graph.of("function", sum), g.inputs);
    }

    /** What nothing uses, and a few of the others. */
    private List<Value> leaves() {
        Map<Value, Boolean> used = new IdentityHashMap<>();
        elements.keySet().forEach(v -> v.operands().forEach(o -> used.put(o, true)));
        List<Value> chosen = new ArrayList<>();
        for (Value v : values) {
            if (!used.containsKey(v) || random.nextInt(10) == 0) {
                chosen.add(v);
            }
        }
        return chosen.isEmpty() ? List.of(values.getLast()) : chosen;
    }

    /** Takes over a value and what it is made of. */
    private boolean accept(Value v) {
        double[] x = elements(v);
        double limit = kind == Kind.EXTREME ? 1e36 : 1e3;
        if (x.length > MOST_ELEMENTS || !Arrays.stream(x).allMatch(e -> Math.abs(e) <= limit)) {
            return false;
        }
        if (!values.contains(v)) {
            values.add(v);
        }
        return nodes() <= MOST_NODES;
    }

    /** Values and what they are made of. */
    private int nodes() {
        SequencedMap<String, Value> all = new LinkedHashMap<>();
        values.forEach(v -> all.put("v" + all.size(), v));
        return Graph.of(all).nodes().size();
    }

    /** What a value is in float64. */
    double[] elements(Value v) {
        double[] known = elements.get(v);
        if (known == null) {
            double[][] in = v.operands().stream().map(this::elements).toArray(double[][]::new);
            known = ReferenceOps.evaluate(v.op(), v.shape(),
                    v.operands().stream().map(Value::shape).toArray(Shape[]::new), in);
            elements.put(v, known);
        }
        return known;
    }

    /** A new input of a shape: off zero, either sign, exact in float32. */
    Value fresh(Shape shape) {
        double[] x = new double[shape.size()];
        double scale = kind == Kind.EXTREME ? size(30) : 1;
        for (int i = 0; i < x.length; i++) {
            double magnitude = scale * (0.3 + 1.4 * random.nextDouble());
            x[i] = (float) (random.nextBoolean() ? magnitude : -magnitude);
        }
        String name = "x" + inputs.size();
        inputs.put(name, Tensor.of(shape, x));
        Value v = Value.input(name, DType.FLOAT64, shape);
        elements.put(v, x);
        values.add(v);
        return v;
    }

    /** 10 to a random power, half of the time a moderate one. */
    double size(int most) {
        return Math.pow(10, (random.nextBoolean() ? 1 : most) * (2 * random.nextDouble() - 1));
    }

    /** A floating value made before, the later the likelier. */
    Value any() {
        List<Value> floating = floating();
        int back = Math.min(random.nextInt(floating.size()), random.nextInt(floating.size()));
        return floating.get(floating.size() - 1 - back);
    }

    private List<Value> floating() {
        return values.stream().filter(v -> v.dtype().isFloating()).toList();
    }

    /** A value of a shape: one made before where there is one, else an input. */
    Value of(Shape shape) {
        List<Value> fitting = floating().stream().filter(v -> v.shape().equals(shape)).toList();
        return fitting.isEmpty() || random.nextInt(4) == 0 ? fresh(shape) : one(fitting);
    }

    /** A matrix made before, or an input. */
    Value matrix() {
        List<Value> fitting = floating().stream().filter(v -> v.shape().rank() == 2 && v.shape().size() > 0).toList();
        return fitting.isEmpty() || random.nextInt(4) == 0
                ? fresh(Shape.of(1 + random.nextInt(40), channels()))
                : one(fitting);
    }

    /** A batch of images, at least 2 by 2. */
    Value images() {
        List<Value> images = floating().stream().filter(v -> v.shape().rank() == 4 && v.shape().dim(0) == batch
                && v.shape().dim(1) >= 2 && v.shape().dim(2) >= 2 && v.shape().dim(3) >= 1).toList();
        return images.isEmpty() || random.nextInt(6) == 0 ? fresh(imageShape()) : one(images);
    }

    private Shape imageShape() {
        int side = batch > 8 ? 3 : 6;
        return Shape.of(batch, 2 + random.nextInt(side), 2 + random.nextInt(side), channels());
    }

    int channels() {
        return one(List.of(1, 3, 5, 8, 16, 17, 32));
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** A permutation of the axes. */
    List<Integer> order(int rank) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        return List.copyOf(order);
    }
}
