package dev.goshawk.benchmarks.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Inception-V3 in libtorch, as torchvision has it. */
final class TorchInceptionV3 {
    private static final double EPSILON = 1e-3;

    private TorchInceptionV3() {
    }

    static Tensor logits(TorchLayers net, Tensor images) {
        Tensor x = conv(net, "Conv2d_1a_3x3", images, 2, 0, 0);
        x = conv(net, "Conv2d_2a_3x3", x);
        x = conv(net, "Conv2d_2b_3x3", x, 1, 1, 1);
        x = TorchLayers.maxPool(x, 0, false);
        x = conv(net, "Conv2d_3b_1x1", x);
        x = conv(net, "Conv2d_4a_3x3", x);
        x = TorchLayers.maxPool(x, 0, false);
        x = mixed5(net, "Mixed_5b.", x);
        x = mixed5(net, "Mixed_5c.", x);
        x = mixed5(net, "Mixed_5d.", x);
        x = reduction6(net, "Mixed_6a.", x);
        x = mixed6(net, "Mixed_6b.", x);
        x = mixed6(net, "Mixed_6c.", x);
        x = mixed6(net, "Mixed_6d.", x);
        x = mixed6(net, "Mixed_6e.", x);
        x = reduction7(net, "Mixed_7a.", x);
        x = mixed7(net, "Mixed_7b.", x);
        x = mixed7(net, "Mixed_7c.", x);
        return net.classifier("fc", x);
    }

    private static Tensor mixed5(TorchLayers net, String in, Tensor x) {
        Tensor a = conv(net, in + "branch1x1", x);
        Tensor b = conv(net, in + "branch5x5_2", conv(net, in + "branch5x5_1", x), 1, 2, 2);
        Tensor c = conv(net, in + "branch3x3dbl_2", conv(net, in + "branch3x3dbl_1", x), 1, 1, 1);
        c = conv(net, in + "branch3x3dbl_3", c, 1, 1, 1);
        return beside(a, b, c, conv(net, in + "branch_pool", TorchLayers.avgPool(x)));
    }

    private static Tensor reduction6(TorchLayers net, String in, Tensor x) {
        Tensor a = conv(net, in + "branch3x3", x, 2, 0, 0);
        Tensor b = conv(net, in + "branch3x3dbl_2", conv(net, in + "branch3x3dbl_1", x), 1, 1, 1);
        b = conv(net, in + "branch3x3dbl_3", b, 2, 0, 0);
        return beside(a, b, TorchLayers.maxPool(x, 0, false));
    }

    private static Tensor mixed6(TorchLayers net, String in, Tensor x) {
        Tensor a = conv(net, in + "branch1x1", x);
        Tensor b = conv(net, in + "branch7x7_2", conv(net, in + "branch7x7_1", x), 1, 0, 3);
        b = conv(net, in + "branch7x7_3", b, 1, 3, 0);
        Tensor c = conv(net, in + "branch7x7dbl_2", conv(net, in + "branch7x7dbl_1", x), 1, 3, 0);
        c = conv(net, in + "branch7x7dbl_3", c, 1, 0, 3);
        c = conv(net, in + "branch7x7dbl_4", c, 1, 3, 0);
        c = conv(net, in + "branch7x7dbl_5", c, 1, 0, 3);
        return beside(a, b, c, conv(net, in + "branch_pool", TorchLayers.avgPool(x)));
    }

    private static Tensor reduction7(TorchLayers net, String in, Tensor x) {
        Tensor a = conv(net, in + "branch3x3_2", conv(net, in + "branch3x3_1", x), 2, 0, 0);
        Tensor b = conv(net, in + "branch7x7x3_2", conv(net, in + "branch7x7x3_1", x), 1, 0, 3);
        b = conv(net, in + "branch7x7x3_3", b, 1, 3, 0);
        b = conv(net, in + "branch7x7x3_4", b, 2, 0, 0);
        return beside(a, b, TorchLayers.maxPool(x, 0, false));
    }

    private static Tensor mixed7(TorchLayers net, String in, Tensor x) {
        Tensor a = conv(net, in + "branch1x1", x);
        Tensor b = conv(net, in + "branch3x3_1", x);
        Tensor c = conv(net, in + "branch3x3dbl_2", conv(net, in + "branch3x3dbl_1", x), 1, 1, 1);
        return beside(a, conv(net, in + "branch3x3_2a", b, 1, 0, 1), conv(net, in + "branch3x3_2b", b, 1, 1, 0),
                conv(net, in + "branch3x3dbl_3a", c, 1, 0, 1), conv(net, in + "branch3x3dbl_3b", c, 1, 1, 0),
                conv(net, in + "branch_pool", TorchLayers.avgPool(x)));
    }

    private static Tensor beside(Tensor... branches) {
        return torch.cat(new TensorVector(branches), 1);
    }

    private static Tensor conv(TorchLayers net, String in, Tensor x) {
        return conv(net, in, x, 1, 0, 0);
    }

    private static Tensor conv(TorchLayers net, String in, Tensor x, long stride, long padHeight, long padWidth) {
        return torch.relu_(net.norm(in + ".bn", net.conv(in + ".conv", x, stride, padHeight, padWidth), EPSILON));
    }
}
