package dev.goshawk.cpu.kernel.integer;

import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.tensor.ConvGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of an image that one output row sees, padding included, as floats: [block of channels][phase][column][kernel row][channel], where
 * the phase is the column modulo the stride. Neighbouring output pixels are {@value FloatTiles#SIXTEEN} numbers apart, a constant that tiles are
 * compiled with: with 16 registers, addresses would take those that sums need. With 32 registers, or where a kernel has more rows than that, there
 * is one block of all channels and one phase, and all taps of an output pixel follow each other.
 */
final class FloatBand {
    private final ConvGeometry g;
    /** Channels of a block. */
    private final int block;
    private final int blocks;
    private final int phases;
    /** Phases that the kernel sees: the first ones. */
    private final int seen;
    /** Columns of a phase, and numbers from one to the next. */
    private final int columns;
    private final int column;
    /** By tap: its place in the band, seen from its output pixel's, and the filter's tap. */
    private final int[] places;
    private final int[] filter;

    FloatBand(ConvGeometry g, boolean manyRegisters) {
        this.g = g;
        int rows = g.kernelHeight();
        boolean whole = manyRegisters || rows > FloatTiles.SIXTEEN;
        this.block = whole ? g.inChannels() : Math.min(g.inChannels(), FloatTiles.SIXTEEN / rows);
        this.blocks = (g.inChannels() + block - 1) / block;
        this.phases = whole ? 1 : g.strideWidth();
        this.seen = Math.min(phases, g.kernelWidth());
        this.column = whole ? rows * block : FloatTiles.SIXTEEN;
        this.columns = (all() + phases - 1) / phases;
        this.places = new int[taps()];
        this.filter = new int[taps()];
        int t = 0;
        for (int b = 0; b < blocks; b++) {
            for (int phase = 0; phase < seen; phase++) {
                for (int x = phase; x < g.kernelWidth(); x += phases) {
                    for (int r = 0; r < rows; r++) {
                        for (int c = 0; c < channels(b); c++, t++) {
                            places[t] = plane(b, phase) + x / phases * column + r * channels(b) + c;
                            filter[t] = (r * g.kernelWidth() + x) * g.inChannels() + b * block + c;
                        }
                    }
                }
            }
        }
    }

    /** Columns of the image that the output row sees. */
    private int all() {
        return (g.outWidth() - 1) * g.strideWidth() + g.kernelWidth();
    }

    private int channels(int b) {
        return Math.min(block, g.inChannels() - b * block);
    }

    private int plane(int b, int phase) {
        return (b * seen + phase) * columns * column;
    }

    /** Numbers from an output pixel to the next. */
    int pixel() {
        return column * (g.strideWidth() / phases);
    }

    /** Taps of an output pixel. */
    int taps() {
        return g.kernelWidth() * g.kernelHeight() * g.inChannels();
    }

    /** The filter's tap for one of the band. */
    int tap(int band) {
        return filter[band];
    }

    /**
     * Where some taps are.
     *
     * @return the place of the first, seen from the output pixel's, and the number of those that follow each other, again and again
     */
    int[] runs(int from, int to) {
        List<Integer> runs = new ArrayList<>();
        int begin = from;
        for (int t = from + 1; t <= to; t++) {
            if (t == to || places[t] != places[t - 1] + 1) {
                runs.add(places[begin]);
                runs.add(t - begin);
                begin = t;
            }
        }
        return runs.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Length of a band. */
    int length() {
        return blocks * seen * columns * column;
    }

    /**
     * The bands of two output rows from a position on.
     *
     * @param other the second row, or the first if there is none
     * @param factor on the second row's numbers
     */
    void fill(WholeNumbers image, int row, int other, float factor, float[] band, int at) {
        int count = Math.min(g.inWidth(), all() - g.padLeft());
        for (int phase = 0; phase < seen; phase++) {
            // Padding may be wider than what a row sees.
            int first = Math.clamp((g.padLeft() - phase + phases - 1) / phases, 0, columns);
            int x = first * phases + phase - g.padLeft();
            int some = x < count ? (count - x + phases - 1) / phases : 0;
            for (int b = 0; b < blocks; b++) {
                int plane = at + plane(b, phase);
                int to = plane + first * column;
                Arrays.fill(band, plane, to, 0);
                Arrays.fill(band, to + some * column, plane + columns * column, 0);
                for (int r = 0; r < g.kernelHeight(); r++) {
                    rows(image, row, other, factor, r, b, x, some, band, to + r * channels(b));
                }
            }
        }
    }

    private boolean isInside(int y) {
        return y >= 0 && y < g.inHeight();
    }

    /** A kernel row's numbers of some columns from {@code x} on. */
    private void rows(WholeNumbers image, int row, int other, float factor, int r, int b, int x, int count,
            float[] band, int to) {
        int first = row * g.strideHeight() - g.padTop() + r;
        int second = first + (other - row) * g.strideHeight();
        if (isInside(first) && isInside(second) && other != row) {
            row(image, first, second, factor, b, x, count, band, to);
        } else if (isInside(first)) {
            row(image, first, first, 0, b, x, count, band, to);
        } else if (isInside(second)) {
            // Nothing, and this row times the factor.
            row(image, second, second, factor - 1, b, x, count, band, to);
        } else {
            for (int i = 0; i < count; i++) {
                Arrays.fill(band, to + i * column, to + i * column + channels(b), 0);
            }
        }
    }

    /** An image's row plus the factor times another. */
    private void row(WholeNumbers image, int first, int second, float factor, int b, int x, int count, float[] band,
            int to) {
        int width = g.inWidth() * g.inChannels();
        int from = x * g.inChannels() + b * block;
        int pixel = phases * g.inChannels();
        switch (image) {
            case WholeNumbers.Bytes(var values) -> BandRows.fill(values, first * width + from, second * width + from,
                    pixel, factor, channels(b), count, band, to, column);
            case WholeNumbers.Ints(var values) -> BandRows.fill(values, first * width + from, second * width + from,
                    pixel, factor, channels(b), count, band, to, column);
        }
    }
}
