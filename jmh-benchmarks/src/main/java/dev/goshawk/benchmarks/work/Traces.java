package dev.goshawk.benchmarks.work;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.curvature.BlockHessians;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.models.Block;
import dev.goshawk.spectral.estimate.HutchinsonTrace;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hutchinson's estimate of the trace of each HAWQ block, from nothing to the last: tracing and compiling included. */
public final class Traces implements Workload {
    /** Draws for each block. */
    public static final int DRAWS = 10;

    private final LossProblem problem;
    private final Map<String, Double> traces = new LinkedHashMap<>();

    /** By the problem's images. */
    public Traces(Problem p, Backend backend) {
        problem = new LossProblem(p.network(), p.parameters(), p.images(), p.labels(), backend);
    }

    @Override
    public Map<String, Double> facts() {
        run();
        return Map.copyOf(traces);
    }

    @Override
    public void run() {
        BlockHessians hessians = BlockHessians.of(problem, problem.samples());
        long seed = 0;
        for (Block b : HessianOperator.blocks(problem)) {
            traces.put("trace " + b.name(),
                    new HutchinsonTrace().estimate(hessians.block(b), seed++, DRAWS).value());
        }
    }
}
