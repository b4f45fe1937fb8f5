package dev.goshawk.packed.integer;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;

/** Adds convolutions to a program. */
record Convolutions(IntegerKernels kernels, Program program) {
    /** What the channels {@code from .. to - 1} of a term contribute to a layer's sums: [outHeight, outWidth, outChannels]. */
    int add(Sums x, Term t, int from, int to, ConvGeometry g, IntegerWeight filter) {
        int first = t.from() + from;
        if (g.groups() > 1) {
            // Groups see their own channels: all of them, zeros for those of other terms.
            return add(moved(x, t, from, to, g.inChannels(), first), g, filter.numbers(), t);
        }
        ConvGeometry part = new ConvGeometry(1, g.inHeight(), g.inWidth(), to - from, g.outChannels(), g.kernelHeight(),
                g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(), g.padLeft(), g.padBottom(),
                g.padRight(), 1);
        int image = to - from == t.channels() ? t.numbers() : moved(x, t, from, to, to - from, 0);
        return add(image, part, taps(filter, g, first, t.from() + to), t);
    }

    private int add(int image, ConvGeometry g, int[] filter, Term term) {
        IntegerKernels.Convolution convolution = kernels.convolution(g, filter, term.signed(), term.bound());
        return program.add(g.outHeight() * g.outWidth() * g.outChannels(), new int[] {image},
                to -> arrays -> convolution.run(arrays[image], arrays[to]));
    }

    /** The taps of some input channels. */
    private static int[] taps(IntegerWeight filter, ConvGeometry g, int from, int to) {
        int row = (to - from) * g.outChannels();
        int[] taps = new int[g.kernelHeight() * g.kernelWidth() * row];
        for (int i = 0; i < g.kernelHeight() * g.kernelWidth(); i++) {
            System.arraycopy(filter.numbers(), (i * g.inChannels() + from) * g.outChannels(), taps, i * row, row);
        }
        return taps;
    }

    /** Some channels of a term, from a channel of another image on, whose other channels are 0. */
    private int moved(Sums x, Term t, int from, int to, int channels, int at) {
        return program.add(x.pixels() * channels, new int[] {t.numbers()}, image -> arrays -> {
            Arrays.fill(arrays[image], 0);
            for (int p = 0; p < x.pixels(); p++) {
                System.arraycopy(arrays[t.numbers()], p * t.channels() + from, arrays[image], p * channels + at,
                        to - from);
            }
        });
    }
}
