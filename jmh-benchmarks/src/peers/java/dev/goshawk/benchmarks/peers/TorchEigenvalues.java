package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.work.Eigenvalues;
import dev.goshawk.benchmarks.work.Groups;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.models.Mode;
import dev.goshawk.models.TracedNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The top eigenvalue of each block by power iteration, the loop of PyHessian (Yao et al. 2020, arXiv 1912.07145), ended by the
 * residual. The gradient's graph is built once for all blocks.
 */
final class TorchEigenvalues implements Workload {
    private static final int MOST_PRODUCTS = 1000;

    private final PointerScope scope = new PointerScope();
    private final TorchNetwork network;
    private final List<String> names;
    private final List<List<String>> groups;
    private final double[] eigenvalues;
    private int products;

    TorchEigenvalues(Problem problem, boolean channelsLast) {
        network = new TorchNetwork(problem, false, false, channelsLast);
        TracedNetwork traced = problem.trace(Mode.EVALUATION);
        names = traced.blocks().stream().map(b -> b.name()).toList();
        groups = Groups.blocks(problem.network());
        eigenvalues = new double[groups.size()];
    }

    @Override
    public Map<String, Double> facts() {
        run();
        Map<String, Double> facts = new LinkedHashMap<>();
        for (int i = 0; i < eigenvalues.length; i++) {
            facts.put("lambda " + names.get(i), eigenvalues[i]);
        }
        facts.put("note products", (double) products);
        return facts;
    }

    @Override
    public void run() {
        products = 0;
        try (PointerScope _ = new PointerScope()) {
            List<String> all = groups.stream().flatMap(List::stream).toList();
            TensorVector gradient = torch.grad(new TensorVector(network.loss()), network.parameters(all), new TensorVector(),
                    new BoolOptional(true), true, false);
            long at = 0;
            for (int i = 0; i < eigenvalues.length; i++) {
                TensorVector g = new TensorVector();
                for (String _ : groups.get(i)) {
                    g.push_back(gradient.get(at++));
                }
                try (PointerScope _ = new PointerScope()) {
                    eigenvalues[i] = top(names.get(i), g, network.parameters(groups.get(i)));
                }
            }
        }
    }

    private double top(String name, TensorVector gradient, TensorVector variables) {
        TensorVector v = new TensorVector();
        for (long i = 0; i < variables.size(); i++) {
            v.push_back(torch.randn_like(variables.get(i).detach()));
        }
        Torch.scale(v, 1 / Math.sqrt(Torch.product(v, v)));
        for (int i = 0; i < MOST_PRODUCTS; i++) {
            try (PointerScope _ = new PointerScope()) {
                products++;
                TensorVector hv = torch.grad(gradient, variables, v, new BoolOptional(true), false, false);
                double lambda = Torch.product(v, hv);
                double square = Torch.product(hv, hv);
                // For a unit v, |Hv - lambda v|^2 = |Hv|^2 - lambda^2.
                double residual = Math.sqrt(Math.max(0, square - lambda * lambda));
                if (residual <= Eigenvalues.TOLERANCE * Math.abs(lambda)) {
                    return lambda;
                }
                Torch.scale(hv, 1 / Math.sqrt(square));
                for (long k = 0; k < v.size(); k++) {
                    v.get(k).copy_(hv.get(k));
                }
            }
        }
        throw new IllegalStateException(name + ": power iteration has not converged in " + MOST_PRODUCTS + " products");
    }

    @Override
    public void close() {
        scope.close();
    }
}
