package dev.goshawk.models;

import static dev.goshawk.models.Window.window;

import dev.goshawk.graph.Value;

/**
 * The residual networks for ImageNet (He et al. 2015, "Deep residual learning for image recognition", table 1) with
 * projection shortcuts where the shape changes, named as in torchvision. A bottleneck halves the image in its 3x3
 * convolution ("v1.5").
 *
 * @param depth 18 or 34 (basic blocks), 50 or 101 (bottlenecks)
 * @param classes number of classes
 */
public record ResNet(int depth, int classes) implements Network {

    public ResNet {
        units(depth);
    }

    private static int[] units(int depth) {
        return switch (depth) {
            case 18 -> new int[] {2, 2, 2, 2};
            case 34, 50 -> new int[] {3, 4, 6, 3};
            case 101 -> new int[] {3, 4, 23, 3};
            default -> throw new IllegalArgumentException("resnet: expected depth 18, 34, 50 or 101, got " + depth);
        };
    }

    @Override
    public String name() {
        return "resnet" + depth;
    }

    @Override
    public int inputSize() {
        return 224;
    }

    @Override
    public Value logits(Layers net, Value images) { // [N, 224, 224, 3]
        int[] units = units(depth);
        Layers stem = net.block("conv1");
        Value x = stem.conv("conv1", images, 64, window(7).same().stride(2));
        x = stem.relu("relu", stem.batchNorm("bn1", x)); // [N, 112, 112, 64]
        x = net.maxPool(x, window(3).same().stride(2)); // [N, 56, 56, 64]
        x = stage(net, "layer1", x, units[0], 64, 1); // [N, 56, 56, 64 or 256]
        x = stage(net, "layer2", x, units[1], 128, 2); // [N, 28, 28, 128 or 512]
        x = stage(net, "layer3", x, units[2], 256, 2); // [N, 14, 14, 256 or 1024]
        x = stage(net, "layer4", x, units[3], 512, 2); // [N, 7, 7, 512 or 2048]
        x = net.globalAvgPool(x); // [N, 512 or 2048]
        return net.block("fc").linear("fc", x, classes); // [N, classes]
    }

    private Value stage(Layers net, String name, Value x, int units, int channels, int stride) {
        for (int i = 0; i < units; i++) {
            String unit = name + "." + i;
            Layers in = net.block(unit).in(unit);
            int s = i == 0 ? stride : 1;
            x = depth < 50 ? basic(in, x, channels, s) : bottleneck(in, x, channels, s);
        }
        return x;
    }

    private static Value basic(Layers net, Value x, int channels, int stride) {
        Value y = net.conv("conv1", x, channels, window(3).same().stride(stride));
        y = net.relu("relu1", net.batchNorm("bn1", y));
        y = net.conv("conv2", y, channels, window(3).same());
        y = net.batchNorm("bn2", y);
        return net.relu("relu2", y.add(projection(net, x, channels, stride)));
    }

    private static Value bottleneck(Layers net, Value x, int channels, int stride) {
        Value y = net.conv("conv1", x, channels, window(1));
        y = net.relu("relu1", net.batchNorm("bn1", y));
        y = net.conv("conv2", y, channels, window(3).same().stride(stride));
        y = net.relu("relu2", net.batchNorm("bn2", y));
        y = net.conv("conv3", y, 4 * channels, window(1));
        y = net.batchNorm("bn3", y);
        return net.relu("relu3", y.add(projection(net, x, 4 * channels, stride)));
    }

    /** The input, or where the shape changes its 1x1 convolution with batch normalization (option B). */
    static Value projection(Layers net, Value x, int channels, int stride) {
        if (stride == 1 && x.shape().dim(3) == channels) {
            return x;
        }
        Value y = net.conv("downsample.0", x, channels, window(1).stride(stride));
        return net.batchNorm("downsample.1", y);
    }
}
