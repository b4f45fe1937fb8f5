package dev.goshawk.benchmarks.peers;

import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** libtorch's layers on parameters found by name: what the peer's networks are written in. */
final class TorchLayers {
    private static final double MOMENTUM = 0.1;
    /** PyTorch's default. */
    private static final double EPSILON = 1e-5;
    private static final long[] ONE = {1, 1};

    private final Map<String, Tensor> parameters;
    private final boolean training;
    private final boolean keepStatistics;

    /**
     * @param training whether batch normalization takes the batch's statistics
     * @param keepStatistics whether it then moves its running averages
     */
    TorchLayers(Map<String, Tensor> parameters, boolean training, boolean keepStatistics) {
        this.parameters = parameters;
        this.training = training;
        this.keepStatistics = keepStatistics;
    }

    Tensor parameter(String p) {
        Tensor t = parameters.get(p);
        if (t == null) {
            throw new IllegalArgumentException("libtorch's side has no parameter " + p);
        }
        return t;
    }

    /** Convolution, with the bias if there is one. */
    Tensor conv(String layer, Tensor x, long stride, long padHeight, long padWidth) {
        Tensor weight = parameter(layer + ".weight");
        TensorOptional bias = parameters.containsKey(layer + ".bias") ? optional(layer + ".bias") : new TensorOptional();
        return torch.conv2d(x, weight, bias, new long[] {stride, stride}, new long[] {padHeight, padWidth}, ONE, 1);
    }

    Tensor conv(String layer, Tensor x, long stride, long pad) {
        return conv(layer, x, stride, pad, pad);
    }

    /** Every so many pixels in both directions. */
    static Tensor every(long stride, Tensor x) {
        return x.slice(2, new LongOptional(), new LongOptional(), stride).slice(3, new LongOptional(), new LongOptional(),
                stride);
    }

    Tensor norm(String layer, Tensor x) {
        return norm(layer, x, EPSILON);
    }

    Tensor norm(String layer, Tensor x, double epsilon) {
        boolean statistics = !training || keepStatistics;
        return torch.batch_norm(x, optional(layer + ".weight"), optional(layer + ".bias"),
                statistics ? optional(layer + ".running_mean") : new TensorOptional(),
                statistics ? optional(layer + ".running_var") : new TensorOptional(), training, MOMENTUM, epsilon, false);
    }

    /** Maximum over windows of 3x3 at stride 2. */
    static Tensor maxPool(Tensor x, long pad, boolean ceil) {
        return torch.max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, new long[] {pad, pad}, ONE, ceil);
    }

    /** Mean over windows of 3x3, the border's zeros included. */
    static Tensor avgPool(Tensor x) {
        return torch.avg_pool2d(x, new long[] {3, 3}, ONE, ONE, false, true, new LongOptional());
    }

    /** Fully connected on the mean over the image. */
    Tensor classifier(String layer, Tensor x) {
        return torch.linear(x.mean(2, 3), parameter(layer + ".weight"), optional(layer + ".bias"));
    }

    private TensorOptional optional(String p) {
        return new TensorOptional(parameter(p));
    }
}
