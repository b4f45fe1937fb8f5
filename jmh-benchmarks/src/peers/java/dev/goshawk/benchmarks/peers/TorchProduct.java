package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Marginal Hessian-vector products by double backward: the gradient's graph is kept, each run differentiates it once more. */
final class TorchProduct implements Workload {
    private final PointerScope scope = new PointerScope();
    private final List<TensorVector> variables = new ArrayList<>();
    private final List<TensorVector> gradients = new ArrayList<>();
    private final List<TensorVector> vectors = new ArrayList<>();
    private final double loss;
    private final double gradientNorm;

    TorchProduct(Problem problem, boolean training, boolean channelsLast, List<List<String>> groups) {
        TorchNetwork network = new TorchNetwork(problem, training, false, channelsLast);
        List<String> all = groups.stream().flatMap(List::stream).toList();
        Tensor value = network.loss();
        TensorVector gradient = torch.grad(new TensorVector(value), network.parameters(all), new TensorVector(),
                new BoolOptional(true), true, false);
        loss = value.item_double();
        gradientNorm = Torch.norm(List.of(gradient));
        Weights direction = problem.direction().toWeights("direction");
        long at = 0;
        for (List<String> group : groups) {
            TensorVector g = new TensorVector();
            for (String _ : group) {
                g.push_back(gradient.get(at++));
            }
            variables.add(network.parameters(group));
            gradients.add(g);
            vectors.add(network.vector(group, direction));
        }
    }

    @Override
    public Map<String, Double> facts() {
        try (PointerScope _ = new PointerScope()) {
            double quadratic = 0;
            List<TensorVector> products = new ArrayList<>();
            for (int i = 0; i < variables.size(); i++) {
                TensorVector product = product(i);
                products.add(product);
                quadratic += Torch.dot(product, vectors.get(i));
            }
            return Map.of("loss", loss, "gradient norm", gradientNorm, "v'Hv", quadratic, "|Hv|", Torch.norm(products));
        }
    }

    @Override
    public void run() {
        for (int i = 0; i < variables.size(); i++) {
            try (PointerScope _ = new PointerScope()) {
                product(i);
            }
        }
    }

    private TensorVector product(int i) {
        return torch.grad(gradients.get(i), variables.get(i), vectors.get(i), new BoolOptional(true), false, false);
    }

    @Override
    public void close() {
        scope.close();
    }
}
