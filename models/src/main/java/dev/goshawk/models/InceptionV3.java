package dev.goshawk.models;

import static dev.goshawk.models.Window.window;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Inception-V3 (Szegedy et al. 2015, "Rethinking the Inception architecture for computer vision"), named as in
 * torchvision, without the auxiliary classifier and without dropout.
 *
 * @param classes number of classes
 * @param transformInput whether images normalized by ImageNet's means and deviations are first brought to the mean 0.5
 *        and deviation 0.5 that the public weights were trained with; not needed where images are normalized that way
 */
public record InceptionV3(int classes, boolean transformInput) implements Network {
    private static final double EPSILON = 1e-3;
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] DEVIATION = {0.229, 0.224, 0.225};

    @Override
    public String name() {
        return "inception_v3";
    }

    @Override
    public int inputSize() {
        return 299;
    }

    @Override
    public boolean ignores(String checkpointName) {
        return checkpointName.startsWith("AuxLogits.");
    }

    @Override
    public Value logits(Layers net, Value images) { // [N, 299, 299, 3]
        Value x = transformInput ? transformed(images) : images;
        x = stem(net, "Conv2d_1a_3x3", x, 32, window(3).stride(2)); // [N, 149, 149, 32]
        x = stem(net, "Conv2d_2a_3x3", x, 32, window(3)); // [N, 147, 147, 32]
        x = stem(net, "Conv2d_2b_3x3", x, 64, window(3).same()); // [N, 147, 147, 64]
        x = net.maxPool(x, window(3).stride(2)); // [N, 73, 73, 64]
        x = stem(net, "Conv2d_3b_1x1", x, 80, window(1)); // [N, 73, 73, 80]
        x = stem(net, "Conv2d_4a_3x3", x, 192, window(3)); // [N, 71, 71, 192]
        x = net.maxPool(x, window(3).stride(2)); // [N, 35, 35, 192]
        x = mixed5(mixed(net, "Mixed_5b"), x, 32); // [N, 35, 35, 256]
        x = mixed5(mixed(net, "Mixed_5c"), x, 64); // [N, 35, 35, 288]
        x = mixed5(mixed(net, "Mixed_5d"), x, 64); // [N, 35, 35, 288]
        x = reduction6(mixed(net, "Mixed_6a"), x); // [N, 17, 17, 768]
        x = mixed6(mixed(net, "Mixed_6b"), x, 128); // [N, 17, 17, 768]
        x = mixed6(mixed(net, "Mixed_6c"), x, 160); // [N, 17, 17, 768]
        x = mixed6(mixed(net, "Mixed_6d"), x, 160); // [N, 17, 17, 768]
        x = mixed6(mixed(net, "Mixed_6e"), x, 192); // [N, 17, 17, 768]
        x = reduction7(mixed(net, "Mixed_7a"), x); // [N, 8, 8, 1280]
        x = mixed7(mixed(net, "Mixed_7b"), x); // [N, 8, 8, 2048]
        x = mixed7(mixed(net, "Mixed_7c"), x); // [N, 8, 8, 2048]
        x = net.globalAvgPool(x); // [N, 2048]
        return net.block("fc").linear("fc", x, classes); // [N, classes]
    }

    /** The paper's figure 5: 5x5 convolutions become two of 3x3. */
    private static Value mixed5(Layers net, Value x, int poolChannels) {
        Value a = conv(net, "branch1x1", x, 64, window(1));
        Value b = conv(net, "branch5x5_1", x, 48, window(1));
        b = conv(net, "branch5x5_2", b, 64, window(5).same());
        Value c = conv(net, "branch3x3dbl_1", x, 64, window(1));
        c = conv(net, "branch3x3dbl_2", c, 96, window(3).same());
        c = conv(net, "branch3x3dbl_3", c, 96, window(3).same());
        Value d = conv(net, "branch_pool", net.avgPool(x, window(3).same()), poolChannels, window(1));
        return Functions.concat(-1, List.of(a, b, c, d));
    }

    /** The paper's figure 10, between 35x35 and 17x17. */
    private static Value reduction6(Layers net, Value x) {
        Value a = conv(net, "branch3x3", x, 384, window(3).stride(2));
        Value b = conv(net, "branch3x3dbl_1", x, 64, window(1));
        b = conv(net, "branch3x3dbl_2", b, 96, window(3).same());
        b = conv(net, "branch3x3dbl_3", b, 96, window(3).stride(2));
        return Functions.concat(-1, List.of(a, b, net.maxPool(x, window(3).stride(2))));
    }

    /** The paper's figure 6: 7x7 convolutions become 1x7 and 7x1. */
    private static Value mixed6(Layers net, Value x, int c7) {
        Value a = conv(net, "branch1x1", x, 192, window(1));
        Value b = conv(net, "branch7x7_1", x, c7, window(1));
        b = conv(net, "branch7x7_2", b, c7, window(1, 7).same());
        b = conv(net, "branch7x7_3", b, 192, window(7, 1).same());
        Value c = conv(net, "branch7x7dbl_1", x, c7, window(1));
        c = conv(net, "branch7x7dbl_2", c, c7, window(7, 1).same());
        c = conv(net, "branch7x7dbl_3", c, c7, window(1, 7).same());
        c = conv(net, "branch7x7dbl_4", c, c7, window(7, 1).same());
        c = conv(net, "branch7x7dbl_5", c, 192, window(1, 7).same());
        Value d = conv(net, "branch_pool", net.avgPool(x, window(3).same()), 192, window(1));
        return Functions.concat(-1, List.of(a, b, c, d));
    }

    /** Between 17x17 and 8x8. */
    private static Value reduction7(Layers net, Value x) {
        Value a = conv(net, "branch3x3_1", x, 192, window(1));
        a = conv(net, "branch3x3_2", a, 320, window(3).stride(2));
        Value b = conv(net, "branch7x7x3_1", x, 192, window(1));
        b = conv(net, "branch7x7x3_2", b, 192, window(1, 7).same());
        b = conv(net, "branch7x7x3_3", b, 192, window(7, 1).same());
        b = conv(net, "branch7x7x3_4", b, 192, window(3).stride(2));
        return Functions.concat(-1, List.of(a, b, net.maxPool(x, window(3).stride(2))));
    }

    /** The paper's figure 7: the last convolutions of a branch stand side by side. */
    private static Value mixed7(Layers net, Value x) {
        Value a = conv(net, "branch1x1", x, 320, window(1));
        Value b = conv(net, "branch3x3_1", x, 384, window(1));
        Value b1 = conv(net, "branch3x3_2a", b, 384, window(1, 3).same());
        Value b2 = conv(net, "branch3x3_2b", b, 384, window(3, 1).same());
        Value c = conv(net, "branch3x3dbl_1", x, 448, window(1));
        c = conv(net, "branch3x3dbl_2", c, 384, window(3).same());
        Value c1 = conv(net, "branch3x3dbl_3a", c, 384, window(1, 3).same());
        Value c2 = conv(net, "branch3x3dbl_3b", c, 384, window(3, 1).same());
        Value d = conv(net, "branch_pool", net.avgPool(x, window(3).same()), 192, window(1));
        return Functions.concat(-1, List.of(a, b1, b2, c1, c2, d));
    }

    private static Layers mixed(Layers net, String name) {
        return net.block(name).in(name);
    }

    private static Value stem(Layers net, String name, Value x, int channels, Window w) {
        return conv(net.block(name), name, x, channels, w);
    }

    private static Value conv(Layers net, String name, Value x, int channels, Window w) {
        Layers in = net.in(name);
        return in.relu("relu", in.batchNorm("bn", in.conv("conv", x, channels, w), EPSILON));
    }

    /** (pixel - 0.5) / 0.5 from (pixel - mean) / deviation, by channel. */
    static Value transformed(Value images) {
        Value scale = channels(images, i -> DEVIATION[i] / 0.5);
        Value shift = channels(images, i -> (MEAN[i] - 0.5) / 0.5);
        return images.multiply(scale).add(shift);
    }

    private static Value channels(Value images, IntToDoubleFunction f) {
        return Functions.concat(0, IntStream.range(0, 3)
                .mapToObj(i -> Value.constant(f.applyAsDouble(i), images.dtype(), Shape.of(1))).toList());
    }
}
