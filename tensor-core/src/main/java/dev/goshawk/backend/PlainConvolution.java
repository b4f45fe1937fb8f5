package dev.goshawk.backend;

import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;

/** A convolution as its definition has it; zeros cost nothing. */
final class PlainConvolution implements IntegerKernels.Convolution {
    private final ConvGeometry g;
    private final int[] filter;

    /** What the image may hold is of no matter: sums have 32 bits. */
    PlainConvolution(IntegerKernels.Convolved operand) {
        this.g = operand.geometry();
        this.filter = operand.filter();
    }

    @Override
    public void run(WholeNumbers image, int[] sums) {
        int outputs = g.outChannels();
        Arrays.fill(sums, 0);
        for (int p = 0; p < g.outHeight(); p++) {
            for (int q = 0; q < g.outWidth(); q++) {
                int sum = (p * g.outWidth() + q) * outputs;
                for (int r = 0; r < g.kernelHeight(); r++) {
                    int y = p * g.strideHeight() - g.padTop() + r;
                    for (int s = 0; y >= 0 && y < g.inHeight() && s < g.kernelWidth(); s++) {
                        int x = q * g.strideWidth() - g.padLeft() + s;
                        if (x >= 0 && x < g.inWidth()) {
                            add(image, (y * g.inWidth() + x) * g.inChannels(),
                                    (r * g.kernelWidth() + s) * (g.inChannels() / g.groups()), sums, sum);
                        }
                    }
                }
            }
        }
    }

    private void add(WholeNumbers image, int pixel, int taps, int[] sums, int sum) {
        int inside = g.inChannels() / g.groups();
        int outside = g.outChannels() / g.groups();
        for (int c = 0; c < g.inChannels(); c++) {
            int factor = image.get(pixel + c);
            int group = c / inside * outside;
            int from = (taps + c % inside) * g.outChannels() + group;
            for (int o = 0; factor != 0 && o < outside; o++) {
                sums[sum + group + o] += factor * filter[from + o];
            }
        }
    }
}
