package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch;

/** A network in libtorch, at the point of a {@link Problem}. */
final class TorchNetwork {
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final List<String> trainable;
    private final TorchLayers layers;
    private final MemoryFormat format;
    private final String name;
    private final Tensor images;
    private final Tensor labels;

    /**
     * @param training whether batch normalization takes the batch's statistics
     * @param keepStatistics whether it then moves its running averages
     */
    TorchNetwork(Problem problem, boolean training, boolean keepStatistics, boolean channelsLast) {
        format = channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        name = problem.network().name();
        trainable = problem.parameters().trainable();
        Weights weights = problem.parameters().toWeights(name);
        for (String p : weights.names()) {
            parameters.put(p, tensor(weights.get(p)));
        }
        layers = new TorchLayers(parameters, training, keepStatistics);
        trainable.forEach(p -> layers.parameter(p).set_requires_grad(true));
        images = laidOut(Torch.blob(problem.images()).permute(0, 3, 1, 2));
        long[] classes = new long[problem.batch()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = problem.classes()[i];
        }
        labels = torch.from_blob(new LongPointer(classes), new long[] {classes.length},
                new TensorOptions(torch.ScalarType.Long)).clone();
    }

    /** A tensor of PyTorch's layout, in this network's memory format. */
    private Tensor tensor(dev.goshawk.tensor.Tensor t) {
        return laidOut(Torch.blob(t));
    }

    /** The named weights, as tensors of this network's layout. */
    TensorVector vector(List<String> names, Weights weights) {
        TensorVector v = new TensorVector();
        names.forEach(n -> v.push_back(tensor(weights.get(n))));
        return v;
    }

    private Tensor laidOut(Tensor t) {
        return t.dim() == 4 ? t.contiguous(format).clone() : t.clone();
    }

    List<String> trainable() {
        return trainable;
    }

    TensorVector parameters(List<String> names) {
        TensorVector v = new TensorVector();
        names.forEach(n -> v.push_back(layers.parameter(n)));
        return v;
    }

    /** Mean cross-entropy. */
    Tensor loss() {
        Tensor logits = switch (name) {
            case "resnet20" -> TorchResNets.resnet20(layers, images);
            case "resnet50" -> TorchResNets.resnet50(layers, images);
            case "inception_v3" -> TorchInceptionV3.logits(layers, images);
            case "sqnxt23_w2" -> TorchSqueezeNext.logits(layers, images);
            default -> throw new IllegalArgumentException("libtorch's side has no network " + name);
        };
        return torch.cross_entropy_loss(logits, labels);
    }
}
