package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.work.Groups;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Traces;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.models.Mode;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The trace of each block by Hutchinson's method, the loop of PyHessian (Yao et al. 2020, arXiv 1912.07145). The gradient's graph is built
 * once for all blocks; the random signs were drawn before.
 */
final class TorchTraces implements Workload {
    private final PointerScope scope = new PointerScope();
    private final TorchNetwork network;
    private final List<List<String>> groups;
    private final List<List<TensorVector>> signs = new ArrayList<>();
    private final Map<String, Double> traces = new LinkedHashMap<>();
    private final List<String> names;

    TorchTraces(Problem problem, boolean channelsLast) {
        network = new TorchNetwork(problem, false, false, channelsLast);
        names = problem.trace(Mode.EVALUATION).blocks().stream().map(b -> b.name()).toList();
        groups = Groups.blocks(problem.network());
        for (int b = 0; b < groups.size(); b++) {
            SplittableRandom random = new SplittableRandom(b);
            List<TensorVector> draws = new ArrayList<>();
            for (int i = 0; i < Traces.DRAWS; i++) {
                Weights z = problem.signs(groups.get(b), random).toWeights("signs");
                draws.add(network.vector(groups.get(b), z));
            }
            signs.add(draws);
        }
    }

    @Override
    public Map<String, Double> facts() {
        run();
        return Map.copyOf(traces);
    }

    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            List<String> all = groups.stream().flatMap(List::stream).toList();
            TensorVector gradient = torch.grad(new TensorVector(network.loss()), network.parameters(all),
                    new TensorVector(), new BoolOptional(true), true, false);
            long at = 0;
            for (int b = 0; b < groups.size(); b++) {
                TensorVector g = new TensorVector();
                for (String _ : groups.get(b)) {
                    g.push_back(gradient.get(at++));
                }
                TensorVector variables = network.parameters(groups.get(b));
                double sum = 0;
                for (TensorVector z : signs.get(b)) {
                    try (PointerScope _ = new PointerScope()) {
                        sum += Torch.product(z, torch.grad(g, variables, z, new BoolOptional(true), false, false));
                    }
                }
                traces.put("trace " + names.get(b), sum / Traces.DRAWS);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
