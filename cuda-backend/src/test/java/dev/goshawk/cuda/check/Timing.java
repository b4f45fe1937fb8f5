package dev.goshawk.cuda.check;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;

/** Seconds of one run among many that are queued one behind another, nothing copied back. */
final class Timing {
    private static final int ROUNDS = 7;
    private static final double ROUND_SECONDS = 0.3;
    private static final int MOST = 2000;

    /** A graph of one element on the same queue: its result arrives when everything before it has run. */
    private final Executable last;

    Timing(Backend gpu) {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(1));
        last = gpu.compile(Graph.of("y", x.add(1)));
        last.bind("x", Tensor.zeros(DType.FLOAT32, Shape.of(1)));
    }

    /** The median of some rounds, after runs that compile and record. */
    double seconds(Executable e) {
        for (int i = 0; i < 3; i++) {
            round(e, 1);
        }
        double once = round(e, 3);
        int runs = (int) Math.clamp(ROUND_SECONDS / once, 1, MOST);
        double[] times = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            times[i] = round(e, runs);
        }
        Arrays.sort(times);
        return times[ROUNDS / 2];
    }

    private double round(Executable e, int runs) {
        long start = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            e.run();
        }
        last.run();
        last.output("y").item();
        return (System.nanoTime() - start) / 1e9 / runs;
    }
}
