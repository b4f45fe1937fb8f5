package dev.goshawk.benchmarks.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** SqueezeNext 2.0-SqNxt-23 in libtorch, as pytorchcv has it. */
final class TorchSqueezeNext {
    private static final int[] UNITS = {6, 6, 8, 1};

    private TorchSqueezeNext() {
    }

    static Tensor logits(TorchLayers net, Tensor images) {
        Tensor x = block(net, "features.init_block.conv", images, 2, 1, 1);
        x = TorchLayers.maxPool(x, 0, true);
        for (int stage = 1; stage <= UNITS.length; stage++) {
            for (int i = 1; i <= UNITS[stage - 1]; i++) {
                x = unit(net, "features.stage" + stage + ".unit" + i, x, stage > 1 && i == 1 ? 2 : 1, i == 1);
            }
        }
        x = block(net, "features.final_block", x, 1, 0, 0);
        return net.classifier("output", x);
    }

    private static Tensor unit(TorchLayers net, String in, Tensor x, long stride, boolean resized) {
        Tensor y = block(net, in + ".conv1", x, stride, 0, 0);
        y = block(net, in + ".conv2", y, 1, 0, 0);
        y = block(net, in + ".conv3", y, 1, 0, 1);
        y = block(net, in + ".conv4", y, 1, 1, 0);
        y = block(net, in + ".conv5", y, 1, 0, 0);
        return torch.relu_(y.add(resized ? block(net, in + ".identity_conv", x, stride, 0, 0) : x));
    }

    private static Tensor block(TorchLayers net, String in, Tensor x, long stride, long padHeight, long padWidth) {
        return torch.relu_(net.norm(in + ".bn", net.conv(in + ".conv", x, stride, padHeight, padWidth)));
    }
}
