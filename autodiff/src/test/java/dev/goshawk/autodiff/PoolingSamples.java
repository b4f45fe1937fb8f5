package dev.goshawk.autodiff;

import static dev.goshawk.autodiff.SampleValues.distinct;
import static dev.goshawk.autodiff.SampleValues.normal;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pooling rows of the op test table. */
final class PoolingSamples {
    private PoolingSamples() {
    }

    static List<OpSample> rows() {
        List<OpSample> rows = new ArrayList<>();
        pools(rows, new PoolGeometry(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0));
        pools(rows, new PoolGeometry(2, 4, 4, 2, 2, 2, 2, 2, 0, 0, 0, 0));
        pools(rows, new PoolGeometry(1, 5, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1));
        pools(rows, new PoolGeometry(2, 5, 3, 1, 3, 2, 2, 1, 0, 1, 2, 0));
        pools(rows, new PoolGeometry(1, 5, 6, 2, 2, 3, 3, 2, 0, 0, 1, 1));
        pools(rows, new PoolGeometry(2, 3, 2, 3, 3, 2, 1, 1, 0, 0, 0, 0));
        return rows;
    }

    static List<OpSample> awkward() {
        List<OpSample> rows = new ArrayList<>();
        pools(rows, new PoolGeometry(3, 13, 11, 17, 3, 3, 2, 2, 1, 1, 1, 1));
        pools(rows, new PoolGeometry(2, 9, 7, 5, 3, 3, 2, 2, 0, 0, 1, 1));
        pools(rows, new PoolGeometry(2, 7, 7, 33, 7, 7, 1, 1, 0, 0, 0, 0));
        return rows;
    }

    static List<OpSample> special() {
        List<OpSample> rows = new ArrayList<>();
        Tensor x = SampleValues.special()[1];
        for (PoolGeometry g : List.of(new PoolGeometry(1, 14, 14, 1, 2, 3, 1, 1, 1, 1, 0, 1),
                new PoolGeometry(1, 2, 7, 14, 2, 3, 1, 1, 1, 1, 0, 1))) {
            add(rows, new Op.MaxPoolIndices(g), 0, x.reshape(g.inputShape()));
        }
        return rows;
    }

    private static void pools(List<OpSample> rows, PoolGeometry g) {
        Tensor x = distinct(41, g.inputShape().dims());
        Tensor y = normal(42, g.outputShape().dims());
        Value traced = Value.input("x", DType.FLOAT64, g.inputShape());
        Graph positions = Graph.of("indices", Value.of(new Op.MaxPoolIndices(g), traced));
        Tensor indices = Interpreter.run(positions, Map.of("x", x)).get("indices");
        for (boolean countPadding : new boolean[] {true, false}) {
            add(rows, new Op.AvgPool(g, countPadding), 2, x);
            add(rows, new Op.AvgPoolTranspose(g, countPadding), 2, y);
        }
        add(rows, new Op.MaxPoolIndices(g), 0, x);
        add(rows, new Op.PoolGather(g), 2, x, indices);
        add(rows, new Op.PoolScatter(g), 2, y, indices);
    }

    private static void add(List<OpSample> rows, Op op, int order, Tensor... operands) {
        rows.add(new OpSample(op.toString(), op, List.of(operands), order));
    }
}
