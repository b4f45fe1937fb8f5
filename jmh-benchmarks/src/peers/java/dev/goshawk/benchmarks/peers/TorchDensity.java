package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.work.Density;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.spectral.dense.SymmetricEigen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Stochastic Lanczos quadrature of the whole Hessian, the loop of PyHessian's density (Yao et al. 2020, arXiv 1912.07145): each new vector is
 * orthogonalized against all before it, tensor by tensor. The gradient's graph is built once for all probes.
 */
final class TorchDensity implements Workload {
    private final PointerScope scope = new PointerScope();
    private final TorchNetwork network;
    private final List<TensorVector> probes = new ArrayList<>();
    private double largest;
    private double mean;
    private double square;

    TorchDensity(Problem problem, boolean channelsLast) {
        network = new TorchNetwork(problem, false, false, channelsLast);
        SplittableRandom random = new SplittableRandom(0);
        for (int i = 0; i < Density.PROBES; i++) {
            probes.add(network.vector(network.trainable(),
                    problem.signs(network.trainable(), random).toWeights("signs")));
        }
    }

    @Override
    public Map<String, Double> facts() {
        run();
        return Density.facts(largest, mean, square);
    }

    @Override
    public void run() {
        largest = 0;
        mean = 0;
        square = 0;
        try (PointerScope _ = new PointerScope()) {
            TensorVector variables = network.parameters(network.trainable());
            TensorVector gradient = torch.grad(new TensorVector(network.loss()), variables, new TensorVector(),
                    new BoolOptional(true), true, false);
            for (TensorVector probe : probes) {
                try (PointerScope _ = new PointerScope()) {
                    quadrature(probe, gradient, variables);
                }
            }
        }
    }

    private void quadrature(TensorVector probe, TensorVector gradient, TensorVector variables) {
        double[][] t = new double[Density.STEPS][Density.STEPS];
        List<TensorVector> basis = new ArrayList<>();
        TensorVector next = new TensorVector();
        for (long i = 0; i < probe.size(); i++) {
            next.push_back(probe.get(i).clone());
        }
        for (int j = 0; j < Density.STEPS; j++) {
            if (j > 0) {
                t[j][j - 1] = Math.sqrt(Torch.product(next, next));
                t[j - 1][j] = t[j][j - 1];
                for (TensorVector q : basis) {
                    Torch.add(next, -Torch.product(next, q), q);
                }
            }
            Torch.scale(next, 1 / Math.sqrt(Torch.product(next, next)));
            basis.add(next);
            TensorVector w = torch.grad(gradient, variables, next, new BoolOptional(true), false, false);
            t[j][j] = Torch.product(w, next);
            Torch.add(w, -t[j][j], next);
            if (j > 0) {
                Torch.add(w, -t[j][j - 1], basis.get(j - 1));
            }
            next = w;
        }
        SymmetricEigen eigen = SymmetricEigen.of(t, Density.STEPS);
        for (int i = 0; i < Density.STEPS; i++) {
            double theta = eigen.value(i);
            double weight = eigen.vector(0, i) * eigen.vector(0, i) / Density.PROBES;
            largest = Math.max(largest, Math.abs(theta));
            mean += weight * theta;
            square += weight * theta * theta;
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
