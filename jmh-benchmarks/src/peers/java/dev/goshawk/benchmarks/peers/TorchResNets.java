package dev.goshawk.benchmarks.peers;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Residual networks in libtorch. */
final class TorchResNets {
    private TorchResNets() {
    }

    /** CIFAR-10's, with shortcuts of option A. */
    static Tensor resnet20(TorchLayers net, Tensor images) {
        Tensor x = torch.relu_(net.norm("bn1", net.conv("conv1", images, 1, 1)));
        int channels = 16;
        for (int stage = 1; stage <= 3; stage++, channels *= 2) {
            for (int i = 0; i < 3; i++) {
                int stride = stage > 1 && i == 0 ? 2 : 1;
                String in = "layer" + stage + "." + i + ".";
                Tensor y = torch.relu_(net.norm(in + "bn1", net.conv(in + "conv1", x, stride, 1)));
                y = net.norm(in + "bn2", net.conv(in + "conv2", y, 1, 1));
                x = torch.relu_(y.add_(stride == 1 ? x : everySecond(x, channels / 4)));
            }
        }
        return net.classifier("linear", x);
    }

    /** The shortcut of option A. */
    private static Tensor everySecond(Tensor x, long side) {
        return torch.constant_pad_nd(TorchLayers.every(2, x), new long[] {0, 0, 0, 0, side, side}, new Scalar(0f));
    }

    static Tensor resnet50(TorchLayers net, Tensor images) {
        Tensor x = torch.relu_(net.norm("bn1", net.conv("conv1", images, 2, 3)));
        x = TorchLayers.maxPool(x, 1, false);
        int[] units = {3, 4, 6, 3};
        for (int stage = 1; stage <= 4; stage++) {
            for (int i = 0; i < units[stage - 1]; i++) {
                int stride = stage > 1 && i == 0 ? 2 : 1;
                String in = "layer" + stage + "." + i + ".";
                Tensor y = torch.relu_(net.norm(in + "bn1", net.conv(in + "conv1", x, 1, 0)));
                y = torch.relu_(net.norm(in + "bn2", net.conv(in + "conv2", y, stride, 1)));
                y = net.norm(in + "bn3", net.conv(in + "conv3", y, 1, 0));
                if (i == 0) {
                    x = net.norm(in + "downsample.1", net.conv(in + "downsample.0", x, stride, 0));
                }
                x = torch.relu_(y.add_(x));
            }
        }
        return net.classifier("fc", x);
    }
}
