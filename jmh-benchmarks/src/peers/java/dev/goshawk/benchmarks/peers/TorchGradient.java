package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Workload;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Loss and gradient by all parameters, or a step of training. */
final class TorchGradient implements Workload {
    private static final double MOMENTUM = 0.9;
    private static final double DECAY = 1e-4;
    private static final double RATE = 1e-3;

    private final PointerScope scope = new PointerScope();
    private final TorchNetwork network;
    private final TensorVector parameters;
    private final @Nullable SGD sgd;

    TorchGradient(Problem problem, boolean training, boolean channelsLast, boolean step) {
        network = new TorchNetwork(problem, training, step, channelsLast);
        parameters = network.parameters(network.trainable());
        sgd = step ? new SGD(parameters, options()) : null;
    }

    private static SGDOptions options() {
        SGDOptions options = new SGDOptions(RATE);
        options.momentum().put(MOMENTUM);
        options.weight_decay().put(DECAY);
        return options;
    }

    @Override
    public Map<String, Double> facts() {
        try (PointerScope _ = new PointerScope()) {
            Tensor loss = network.loss();
            TensorVector gradient = torch.grad(new TensorVector(loss), parameters);
            return Map.of("loss", loss.item_double(), "gradient norm", Torch.norm(List.of(gradient)));
        }
    }

    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            Tensor loss = network.loss();
            if (sgd == null) {
                torch.grad(new TensorVector(loss), parameters);
            } else {
                sgd.zero_grad();
                loss.backward();
                sgd.step();
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
