package dev.goshawk.hawq.cli.doctor;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * Every op, every function that an op has and every value of its flags, on operands of odd sizes: whole vectors and what is left beside
 * them.
 */
final class OpTable {
    private static final int ELEMENTS = 1031;
    private static final double[] SPECIAL = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0,
            1,
            -1, 2.5, 100, -100, 1e30, -1e30, 16777217.5, -3e9};

    private final Backend oracle;
    private final List<Row> rows = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(17);

    /**
     * An op and a point.
     *
     * @param at float64, or int32 for positions
     * @param differentiated whether its gradient is looked at too
     */
    record Row(Op op, List<Tensor> at, boolean differentiated) {
        /** The op on inputs {@code x0, x1, ...}, the floating ones of a type. */
        Value trace(DType dtype, List<Value> inputs) {
            return switch (op) {
                case Op.Input _ -> inputs.getFirst();
                case Op.Constant(var value, var _, var shape) -> Value.constant(value, dtype, shape);
                default -> Value.of(op, inputs);
            };
        }

        /** For a person, such as {@code divide of [1031], [1031]}. */
        String name() {
            return op.label() + (at.isEmpty()
                    ? ""
                    : " of " + String.join(", ", at.stream().map(t -> t.shape().toString()).toList()));
        }
    }

    private OpTable(Backend oracle) {
        this.oracle = oracle;
    }

    /**
     * All rows.
     *
     * @param oracle finds the positions that pooling's rows are given
     */
    static List<Row> rows(Backend oracle) {
        OpTable table = new OpTable(oracle);
        table.leaves();
        table.elementwise();
        table.special();
        table.movement();
        table.pooling();
        table.products();
        return List.copyOf(table.rows);
    }

    private void leaves() {
        add(new Op.Input("x0", DType.FLOAT64, Shape.of(3, 7)), normal(3, 7));
        rows.add(new Row(new Op.Constant(-1.25, DType.FLOAT64, Shape.of(ELEMENTS)), List.of(), true));
    }

    private void elementwise() {
        Tensor x = clearOfZero();
        Tensor y = clearOfZero();
        Tensor positive = filled(Math::abs, x);
        for (Op.Unary.Function f : Op.Unary.Function.values()) {
            boolean rooted = f == Op.Unary.Function.LOG || f == Op.Unary.Function.LOG1P || f == Op.Unary.Function.SQRT;
            add(new Op.Unary(f), rooted ? positive : x);
        }
        for (Op.Binary.Function f : Op.Binary.Function.values()) {
            add(new Op.Binary(f), x, y);
        }
        for (Op.Piecewise.Function f : Op.Piecewise.Function.values()) {
            add(new Op.Piecewise(f), x);
        }
        for (Op op : List.of(new Op.Add(), new Op.Subtract(), new Op.Multiply(), new Op.AtLeast(),
                new Op.StraightThrough())) {
            add(op, x, y);
        }
        for (int lowered = 0; lowered < 2; lowered++) {
            for (int logged = 0; logged < 2; logged++) {
                add(new Op.Power(lowered, logged), positive, y);
            }
        }
        add(new Op.Where(), y, x, filled(v -> -2 * v, y));
        add(new Op.Scale(-2.5), x);
        rows.add(new Row(new Op.StraightThroughSlope(), List.of(x), false));
    }

    /** NaN, infinities, both zeros and numbers far out, each with each. */
    private void special() {
        int n = SPECIAL.length;
        Tensor first = Tensor.zeros(DType.FLOAT64, Shape.of(n * n));
        Tensor second = Tensor.zeros(DType.FLOAT64, Shape.of(n * n));
        for (int i = 0; i < n * n; i++) {
            first.set(i, SPECIAL[i / n]);
            second.set(i, SPECIAL[i % n]);
        }
        for (Row row : List.copyOf(rows)) {
            if (row.op() instanceof Op.Elementwise || row.op() instanceof Op.Piecewise) {
                rows.add(new Row(row.op(), List.of(first, second, first).subList(0, row.at().size()), false));
            }
        }
    }

    private void movement() {
        add(new Op.Reshape(Shape.of(7, 11, 5)), normal(5, 77));
        add(new Op.Permute(List.of(0, 3, 1, 2)), normal(3, 17, 5, 9));
        add(new Op.Permute(List.of(1, 0)), normal(65, 33));
        add(new Op.Broadcast(Shape.of(3, 5, 9, 7)), normal(1, 5, 1, 7));
        for (List<Integer> axes : List.of(List.of(0), List.of(1), List.of(0, 1))) {
            add(new Op.Sum(axes), normal(67, 35));
            add(new Op.MaxOver(axes), normal(67, 35));
        }
        add(new Op.CumulativeSum(1, false), normal(67, 35));
        add(new Op.CumulativeSum(0, true), normal(67, 35));
        add(new Op.Pad(List.of(0, 1, 3), List.of(1, 0, 2), List.of(0, 2, 0)), normal(3, 9, 17));
        add(new Op.Slice(List.of(1, 3), List.of(9, 32), List.of(2, 3)), normal(9, 33));
        add(new Op.Concat(1), normal(13, 5), normal(13, 17), normal(13, 1));
    }

    private void pooling() {
        for (PoolGeometry g : List.of(new PoolGeometry(3, 13, 11, 17, 3, 3, 2, 2, 1, 1, 1, 1),
                new PoolGeometry(2, 9, 7, 5, 3, 3, 2, 2, 0, 0, 1, 1))) {
            Tensor x = normal(g.inputShape().dims());
            Tensor y = normal(g.outputShape().dims());
            Executable positions = oracle.compile(Graph.of("indices",
                    Value.of(new Op.MaxPoolIndices(g), List.of(Value.input("x", DType.FLOAT64, x.shape())))));
            positions.bind("x", x);
            positions.run();
            Tensor indices = positions.output("indices").copy();
            for (boolean padding : new boolean[] {true, false}) {
                add(new Op.AvgPool(g, padding), x);
                add(new Op.AvgPoolTranspose(g, padding), y);
            }
            add(new Op.MaxPoolIndices(g), x);
            add(new Op.PoolGather(g), x, indices);
            add(new Op.PoolScatter(g), y, indices);
        }
    }

    private void products() {
        for (boolean a : new boolean[] {false, true}) {
            for (boolean b : new boolean[] {false, true}) {
                add(new Op.MatMul(a, b), a ? normal(65, 37) : normal(37, 65), b ? normal(19, 65) : normal(65, 19));
            }
        }
        for (ConvGeometry g : List.of(new ConvGeometry(3, 9, 9, 3, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(2, 9, 7, 17, 19, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(3, 11, 9, 16, 33, 3, 3, 2, 2, 1, 1, 1, 1, 1),
                new ConvGeometry(2, 8, 8, 16, 32, 1, 1, 1, 1, 0, 0, 0, 0, 1),
                new ConvGeometry(2, 7, 7, 18, 18, 3, 3, 1, 1, 1, 1, 1, 1, 18),
                new ConvGeometry(2, 7, 8, 24, 36, 3, 3, 2, 1, 1, 0, 0, 1, 3))) {
            Tensor x = normal(g.inputShape().dims());
            Tensor w = normal(g.filterShape().dims());
            Tensor y = normal(g.outputShape().dims());
            add(new Op.Conv(ConvRole.OUTPUT, g), x, w);
            add(new Op.Conv(ConvRole.INPUT_GRAD, g), w, y);
            add(new Op.Conv(ConvRole.WEIGHT_GRAD, g), x, y);
        }
    }

    private void add(Op op, Tensor... at) {
        rows.add(new Row(op, List.of(at), true));
    }

    /** Either sign, sizes in [0.3, 1.7): no two functions' kinks are near. */
    private Tensor clearOfZero() {
        return filled(_ -> (0.3 + 1.4 * random.nextDouble()) * (random.nextBoolean() ? 1 : -1),
                Tensor.zeros(DType.FLOAT64, Shape.of(ELEMENTS)));
    }

    private Tensor normal(int... dims) {
        return filled(_ -> random.nextGaussian(), Tensor.zeros(DType.FLOAT64, Shape.of(dims)));
    }

    private static Tensor filled(DoubleUnaryOperator f, Tensor from) {
        Tensor t = from.copy();
        for (int i = 0; i < t.size(); i++) {
            t.set(i, f.applyAsDouble(t.get(i)));
        }
        return t;
    }
}
