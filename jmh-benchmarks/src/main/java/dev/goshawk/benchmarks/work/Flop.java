package dev.goshawk.benchmarks.work;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;

/** Counts what a graph computes in convolutions and matrix products, multiply-adds as two operations, padding taps included. */
final class Flop {
    private Flop() {
    }

    static double of(Graph graph) {
        double sum = 0;
        for (Value v : graph.nodes()) {
            sum += switch (v.op()) {
                case Op.Conv c -> 2.0 * c.geometry().multiplyAdds();
                case Op.MatMul m -> 2.0 * v.shape().size() * v.operands().get(0).shape().dim(m.transposeA() ? 0 : 1);
                default -> 0;
            };
        }
        return sum;
    }
}
