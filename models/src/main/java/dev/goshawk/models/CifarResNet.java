package dev.goshawk.models;

import static dev.goshawk.models.Window.window;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import java.util.regex.Pattern;

/**
 * The residual networks for CIFAR-10 (He et al. 2015, "Deep residual learning for image recognition", section 4.2):
 * three groups of n blocks of two 3x3 convolutions, depth 6 n + 2. Where the shape changes, shortcuts have no parameters (option A), or
 * are 1x1 convolutions with batch normalization (option B). The latter's parameters are named as in torchvision; checkpoints that call
 * the shortcut {@code shortcut} and the head {@code linear} load too.
 *
 * @param depth 20, 32, 44, 56, 110, ...
 * @param classes number of classes
 * @param projections whether shortcuts are those of option B
 */
public record CifarResNet(int depth, int classes, boolean projections) implements Network {
    private static final Pattern HEAD = Pattern.compile("(^|\\.)linear\\.");

    public CifarResNet {
        if (depth < 8 || (depth - 2) % 6 != 0) {
            throw new IllegalArgumentException("resnet: expected a depth of 6n + 2, got " + depth);
        }
    }

    /** With shortcuts of option A. */
    public CifarResNet(int depth, int classes) {
        this(depth, classes, false);
    }

    @Override
    public String name() {
        return "resnet" + depth + (projections ? "b" : "");
    }

    @Override
    public int inputSize() {
        return 32;
    }

    @Override
    public Value logits(Layers net, Value images) { // [N, 32, 32, 3]
        Layers stem = net.block("conv1");
        Value x = stem.conv("conv1", images, 16, window(3).same());
        x = stem.relu("relu", stem.batchNorm("bn1", x)); // [N, 32, 32, 16]
        x = group(net, "layer1", x, 16, 1); // [N, 32, 32, 16]
        x = group(net, "layer2", x, 32, 2); // [N, 16, 16, 32]
        x = group(net, "layer3", x, 64, 2); // [N, 8, 8, 64]
        x = net.globalAvgPool(x); // [N, 64]
        String head = projections ? "fc" : "linear";
        return net.block(head).linear(head, x, classes); // [N, classes]
    }

    private Value group(Layers net, String name, Value x, int channels, int stride) {
        for (int i = 0; i < (depth - 2) / 6; i++) {
            String block = name + "." + i;
            x = residual(net.block(block).in(block), x, channels, i == 0 ? stride : 1);
        }
        return x;
    }

    @Override
    public String nameOf(String checkpointName) {
        return projections
                ? HEAD.matcher(checkpointName).replaceFirst("$1fc.").replace(".shortcut.", ".downsample.")
                : checkpointName;
    }

    private Value residual(Layers net, Value x, int channels, int stride) {
        Value y = net.conv("conv1", x, channels, window(3).same().stride(stride));
        y = net.relu("relu1", net.batchNorm("bn1", y));
        y = net.conv("conv2", y, channels, window(3).same());
        y = net.batchNorm("bn2", y);
        return net.relu("relu2", y.add(projections
                ? ResNet.projection(net, x, channels, stride)
                : shortcut(x, channels, stride)));
    }

    /** Option A: every stride-th pixel, and zeros for the channels that are new, half of them on either side. */
    static Value shortcut(Value x, int channels, int stride) {
        Shape s = x.shape();
        if (s.dim(3) == channels) {
            return x;
        }
        int side = (channels - s.dim(3)) / 2;
        return x.slice(new int[4], s.dims(), new int[] {1, stride, stride, 1})
                .pad(new int[] {0, 0, 0, side}, new int[] {0, 0, 0, side});
    }
}
