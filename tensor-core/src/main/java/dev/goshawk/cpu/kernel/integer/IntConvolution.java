package dev.goshawk.cpu.kernel.integer;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;

/** A convolution in 32 bits. */
final class IntConvolution implements IntegerKernels.Convolution {
    private static final int PIXELS = 8;

    private final ConvGeometry g;
    private final Band band;
    private final int groups;
    private final int[] filter;

    IntConvolution(ConvGeometry g, int[] weights) {
        this.g = g;
        this.band = new Band(g);
        this.groups = (g.outChannels() + IntTiles.LANES - 1) / IntTiles.LANES;
        this.filter = packed(weights);
    }

    /** [group][tap][channel], with zeros for channels there are not. */
    private int[] packed(int[] weights) {
        int taps = band.taps();
        int[] all = new int[groups * taps * IntTiles.LANES];
        for (int t = 0; t < taps; t++) {
            for (int o = 0; o < g.outChannels(); o++) {
                all[(o / IntTiles.LANES * taps + t) * IntTiles.LANES + o % IntTiles.LANES] = weights[band.tap(t)
                        * g.outChannels() + o];
            }
        }
        return all;
    }

    @Override
    public void run(WholeNumbers numbers, int[] sums) {
        int[] image = numbers.toInts();
        float[] row = new float[band.length()];
        int[] tile = new int[PIXELS * IntTiles.LANES];
        for (int y = 0; y < g.outHeight(); y++) {
            band.fill(image, y, row);
            for (int group = 0; group < groups; group++) {
                for (int x = 0; x < g.outWidth();) {
                    int pixels = g.outWidth() - x >= PIXELS ? PIXELS : 1;
                    tile(row, x, pixels, group, tile);
                    store(tile, pixels, (y * g.outWidth() + x) * g.outChannels(), group * IntTiles.LANES, sums);
                    x += pixels;
                }
            }
        }
    }

    private void tile(float[] row, int x, int pixels, int group, int[] tile) {
        int at = x * band.pixel();
        int taps = group * band.taps() * IntTiles.LANES;
        Arrays.fill(tile, 0);
        if (pixels == PIXELS) {
            IntTiles.eight(row, at, band.pixel(), filter, taps, band.taps(), tile);
        } else {
            IntTiles.one(row, at, band.pixel(), filter, taps, band.taps(), tile);
        }
    }

    private void store(int[] tile, int pixels, int to, int channel, int[] sums) {
        int count = Math.min(IntTiles.LANES, g.outChannels() - channel);
        for (int p = 0; p < pixels; p++) {
            System.arraycopy(tile, p * IntTiles.LANES, sums, to + p * g.outChannels() + channel, count);
        }
    }
}
