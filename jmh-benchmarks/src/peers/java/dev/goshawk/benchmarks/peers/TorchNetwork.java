package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** ResNet20 or ResNet50 in libtorch, at the point of a {@link Problem}. */
final class TorchNetwork {
    private static final double EPSILON = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final List<String> trainable;
    private final boolean training;
    private final boolean keepStatistics;
    private final MemoryFormat format;
    private final String name;
    private final Tensor images;
    private final Tensor labels;

    /**
     * @param training whether batch normalization takes the batch's statistics
     * @param keepStatistics whether it then moves its running averages
     */
    TorchNetwork(Problem problem, boolean training, boolean keepStatistics, boolean channelsLast) {
        this.training = training;
        this.keepStatistics = keepStatistics;
        format = channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        name = problem.network().name();
        trainable = problem.parameters().trainable();
        Weights weights = problem.parameters().toWeights(name);
        for (String p : weights.names()) {
            parameters.put(p, tensor(weights.get(p)));
        }
        trainable.forEach(p -> parameter(p).set_requires_grad(true));
        images = laidOut(blob(problem.images()).permute(0, 3, 1, 2));
        long[] classes = new long[problem.batch()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = problem.classes()[i];
        }
        labels = torch.from_blob(new LongPointer(classes), new long[] {classes.length},
                new TensorOptions(torch.ScalarType.Long)).clone();
    }

    /** A tensor of PyTorch's layout, in this network's memory format. */
    Tensor tensor(dev.goshawk.tensor.Tensor t) {
        return laidOut(blob(t));
    }

    private Tensor laidOut(Tensor t) {
        return t.dim() == 4 ? t.contiguous(format).clone() : t.clone();
    }

    private static Tensor blob(dev.goshawk.tensor.Tensor t) {
        int[] dims = t.shape().dims();
        long[] sizes = new long[dims.length];
        for (int i = 0; i < dims.length; i++) {
            sizes[i] = dims[i];
        }
        float[] elements = java.util.Arrays.copyOfRange(t.floats(), t.offset(), t.offset() + t.size());
        return torch.from_blob(new FloatPointer(elements), sizes, new TensorOptions(torch.ScalarType.Float)).clone();
    }

    List<String> trainable() {
        return trainable;
    }

    Tensor parameter(String p) {
        Tensor t = parameters.get(p);
        if (t == null) {
            throw new IllegalArgumentException(name + ": no parameter " + p);
        }
        return t;
    }

    TensorVector parameters(List<String> names) {
        TensorVector v = new TensorVector();
        names.forEach(n -> v.push_back(parameter(n)));
        return v;
    }

    /** Mean cross-entropy. */
    Tensor loss() {
        return torch.cross_entropy_loss(name.equals("resnet50") ? resnet50() : resnet20(), labels);
    }

    private Tensor resnet20() {
        Tensor x = torch.relu(norm("bn1", conv("conv1", images, 1, 1)));
        int channels = 16;
        for (int stage = 1; stage <= 3; stage++, channels *= 2) {
            for (int i = 0; i < 3; i++) {
                int stride = stage > 1 && i == 0 ? 2 : 1;
                String in = "layer" + stage + "." + i + ".";
                Tensor y = torch.relu(norm(in + "bn1", conv(in + "conv1", x, stride, 1)));
                y = norm(in + "bn2", conv(in + "conv2", y, 1, 1));
                x = torch.relu(y.add(stride == 1 ? x : everySecond(x, channels / 4)));
            }
        }
        return linear("linear", x);
    }

    /** The shortcut of option A. */
    private static Tensor everySecond(Tensor x, long side) {
        Tensor half = x.slice(2, new LongOptional(), new LongOptional(), 2).slice(3, new LongOptional(), new LongOptional(), 2);
        return torch.constant_pad_nd(half, new long[] {0, 0, 0, 0, side, side}, new Scalar(0f));
    }

    private Tensor resnet50() {
        Tensor x = torch.relu(norm("bn1", conv("conv1", images, 2, 3)));
        x = torch.max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
        int[] units = {3, 4, 6, 3};
        for (int stage = 1; stage <= 4; stage++) {
            for (int i = 0; i < units[stage - 1]; i++) {
                int stride = stage > 1 && i == 0 ? 2 : 1;
                String in = "layer" + stage + "." + i + ".";
                Tensor y = torch.relu(norm(in + "bn1", conv(in + "conv1", x, 1, 0)));
                y = torch.relu(norm(in + "bn2", conv(in + "conv2", y, stride, 1)));
                y = norm(in + "bn3", conv(in + "conv3", y, 1, 0));
                if (i == 0) {
                    x = norm(in + "downsample.1", conv(in + "downsample.0", x, stride, 0));
                }
                x = torch.relu(y.add(x));
            }
        }
        return linear("fc", x);
    }

    private Tensor conv(String layer, Tensor x, long stride, long pad) {
        return torch.conv2d(x, parameter(layer + ".weight"), new TensorOptional(), new long[] {stride, stride},
                new long[] {pad, pad}, new long[] {1, 1}, 1);
    }

    private Tensor norm(String layer, Tensor x) {
        boolean statistics = !training || keepStatistics;
        return torch.batch_norm(x, optional(layer + ".weight"), optional(layer + ".bias"),
                statistics ? optional(layer + ".running_mean") : new TensorOptional(),
                statistics ? optional(layer + ".running_var") : new TensorOptional(), training, MOMENTUM, EPSILON, false);
    }

    private TensorOptional optional(String p) {
        return new TensorOptional(parameter(p));
    }

    private Tensor linear(String layer, Tensor x) {
        return torch.linear(x.mean(2, 3), parameter(layer + ".weight"), optional(layer + ".bias"));
    }
}
