package dev.goshawk.models;

import static dev.goshawk.models.Window.window;

import dev.goshawk.graph.Value;
import java.util.List;

/**
 * SqueezeNext (Gholami et al. 2018, "SqueezeNext: hardware-aware neural network design"): each unit squeezes its
 * channels twice and splits the 3x3 convolution into 1x3 and 3x1. Named as in pytorchcv, with its biases before batch
 * normalization.
 *
 * @param name such as {@code sqnxt23_w2}
 * @param units number of units in each of the four stages
 * @param width factor on all numbers of channels
 * @param classes number of classes
 */
public record SqueezeNext(String name, List<Integer> units, double width, int classes) implements Network {
    /** Stages of the first version. */
    static final List<Integer> V1 = List.of(6, 6, 8, 1);
    /** Stages of the fifth version: fewer units on large images. */
    static final List<Integer> V5 = List.of(2, 4, 14, 1);

    public SqueezeNext {
        units = List.copyOf(units);
        if (units.size() != 4 || width <= 0) {
            throw new IllegalArgumentException(
                    "squeezenext: expected units of 4 stages and a positive width, got " + units + " and " + width);
        }
    }

    @Override
    public int inputSize() {
        return 224;
    }

    @Override
    public Value logits(Layers net, Value images) { // [N, 224, 224, 3], channels for width 1
        Layers features = net.in("features");
        Value x = convBlock(features.block("init_block").in("init_block").in("conv"), images, scaled(64),
                window(7).pad(1).stride(2)); // [N, 110, 110, 64]
        x = net.maxPoolCeil(x, window(3).stride(2)); // [N, 55, 55, 64]
        x = stage(features, "stage1", x, units.get(0), scaled(32), 1); // [N, 55, 55, 32]
        x = stage(features, "stage2", x, units.get(1), scaled(64), 2); // [N, 28, 28, 64]
        x = stage(features, "stage3", x, units.get(2), scaled(128), 2); // [N, 14, 14, 128]
        x = stage(features, "stage4", x, units.get(3), scaled(256), 2); // [N, 7, 7, 256]
        x = convBlock(features.block("final_block").in("final_block"), x, scaled(128), window(1)); // [N, 7, 7, 128]
        x = net.globalAvgPool(x); // [N, 128]
        return net.block("output").linear("output", x, classes); // [N, classes]
    }

    private static Value stage(Layers net, String name, Value x, int units, int channels, int stride) {
        for (int i = 1; i <= units; i++) {
            String unit = name + ".unit" + i;
            x = unit(net.block(unit).in(unit), x, channels, i == 1 ? stride : 1);
        }
        return x;
    }

    private static Value unit(Layers net, Value x, int channels, int stride) {
        int in = x.shape().dim(3);
        boolean resized = stride == 2 || in > channels;
        int c = in / (stride == 2 ? 1 : resized ? 4 : 2);
        Value y = convBlock(net.in("conv1"), x, c, window(1).stride(stride));
        y = convBlock(net.in("conv2"), y, c / 2, window(1));
        y = convBlock(net.in("conv3"), y, c, window(1, 3).same());
        y = convBlock(net.in("conv4"), y, c, window(3, 1).same());
        y = convBlock(net.in("conv5"), y, channels, window(1));
        Value skip = resized ? convBlock(net.in("identity_conv"), x, channels, window(1).stride(stride)) : x;
        return net.relu("activ", y.add(skip));
    }

    private static Value convBlock(Layers net, Value x, int channels, Window w) {
        return net.relu("activ", net.batchNorm("bn", net.conv("conv", x, channels, w, 1, true)));
    }

    private int scaled(int channels) {
        return (int) (channels * width);
    }
}
