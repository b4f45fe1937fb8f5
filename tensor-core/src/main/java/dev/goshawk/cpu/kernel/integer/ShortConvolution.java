package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.MANY_REGISTERS;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.tensor.ConvGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/**
 * A convolution in 16 bits. Rows of the upper and the lower half of the image go together, a number of one in the low bits of 32 and of the other in
 * the high bits. Sums are moved to 32 bits as seldom as the weights allow: before the magnitudes of a channel's weights, times the largest number of
 * the image, could leave 16 bits.
 */
final class ShortConvolution implements IntegerKernels.Convolution {
    private static final int CHANNELS = I32.length();
    /** Taps between two moves from which on 16 bits pay. */
    private static final int LEAST_TAPS = 24;

    /** Taps {@code from .. to - 1}, after which sums are moved to 32 bits. */
    private record Segment(int from, int to) {
    }

    private final ConvGeometry g;
    private final Band band;
    /** Output rows of the upper half. */
    private final int half;
    private final int groups;
    private final short[] filter;
    private final List<Segment> segments;

    private ShortConvolution(ConvGeometry g, Band band, int[] weights, List<Segment> segments) {
        this.g = g;
        this.band = band;
        this.half = (g.outHeight() + 1) / 2;
        this.groups = (g.outChannels() + CHANNELS - 1) / CHANNELS;
        this.segments = segments;
        this.filter = packed(weights);
    }

    /**
     * A convolution, or null where its sums would have to be moved so often that 16 bits gain nothing.
     *
     * @param largest of the image's numbers, in magnitude
     */
    static @Nullable ShortConvolution of(ConvGeometry g, int[] weights, long largest) {
        Band band = new Band(g);
        List<Segment> segments = largest > Short.MAX_VALUE
                ? List.of()
                : segments(band, weights, g.outChannels(), Short.MAX_VALUE / Math.max(1, largest));
        return segments.isEmpty() || band.taps() < LEAST_TAPS * segments.size()
                ? null
                : new ShortConvolution(g, band, weights, segments);
    }

    /** The longest segments in which no channel's weights are more than the limit together; none if a weight is more by itself. */
    private static List<Segment> segments(Band band, int[] weights, int outputs, long limit) {
        List<Segment> segments = new ArrayList<>();
        long[] sums = new long[outputs];
        int from = 0;
        for (int t = 0; t < band.taps(); t++) {
            int tap = band.tap(t) * outputs;
            boolean fits = true;
            for (int o = 0; o < outputs; o++) {
                int weight = Math.abs(weights[tap + o]);
                if (weight > limit) {
                    return List.of();
                }
                sums[o] += weight;
                fits &= sums[o] <= limit;
            }
            if (!fits) {
                segments.add(new Segment(from, t));
                from = t;
                Arrays.setAll(sums, o -> Math.abs(weights[tap + o]));
            }
        }
        segments.add(new Segment(from, band.taps()));
        return segments;
    }

    /** [pair of groups][tap][group][channel][2], with zeros for channels there are not. */
    private short[] packed(int[] weights) {
        int taps = band.taps();
        short[] all = new short[groups * taps * ShortTiles.LANES];
        for (int o = 0; o < g.outChannels(); o++) {
            int group = o / CHANNELS;
            int even = group - group % 2;
            for (int t = 0; t < taps; t++) {
                int at = even * taps * ShortTiles.LANES
                        + (t * vectors(even) + group % 2) * ShortTiles.LANES + 2 * (o % CHANNELS);
                all[at] = (short) weights[band.tap(t) * g.outChannels() + o];
                all[at + 1] = all[at];
            }
        }
        return all;
    }

    /** Vectors that are computed together from a group on. */
    private int vectors(int group) {
        return Math.min(2, groups - group);
    }

    @Override
    public void run(int[] image, int[] sums) {
        int channels = groups * CHANNELS;
        int[] all = channels == g.outChannels() ? sums : new int[g.outHeight() * g.outWidth() * channels];
        // Many weights stay in the cache while all rows pass by, few while the row does.
        int kept = groups > 2 ? half : 1;
        float[] numbers = band.numbers(kept);
        short[] tile = new short[16 * ShortTiles.LANES];
        for (int from = 0; from < half; from += kept) {
            for (int y = from; y < from + kept; y++) {
                band.fill(image, y, y + half, numbers, (y - from) * band.length());
            }
            for (int group = 0; group < groups; group += 2) {
                for (int y = from; y < from + kept; y++) {
                    row(numbers, (y - from) * band.length(), y, group, tile, all);
                }
            }
        }
        for (int p = 0; all != sums && p < g.outHeight() * g.outWidth(); p++) {
            System.arraycopy(all, p * channels, sums, p * g.outChannels(), g.outChannels());
        }
    }

    private void row(float[] numbers, int at, int y, int group, short[] tile, int[] sums) {
        for (int x = 0; x < g.outWidth();) {
            int pixels = pixels(g.outWidth() - x, vectors(group));
            tile(numbers, at + x * band.pixel(), y, x, pixels, group, tile, sums);
            x += pixels;
        }
    }

    private int pixels(int left, int vectors) {
        if (MANY_REGISTERS && vectors == 1 && left >= 16 && band.pixel() == ShortTiles.SIXTEEN) {
            return 16;
        }
        if (vectors == 2 && !MANY_REGISTERS) {
            return left >= 4 ? 4 : 1;
        }
        // 14 are two tiles of 7, not one of 8 and six pixels.
        return left >= 8 && left != 14 ? 8 : left >= 7 ? 7 : vectors == 2 && left >= 4 ? 4 : 1;
    }

    private void tile(float[] numbers, int at, int y, int x, int pixels, int group, short[] tile, int[] sums) {
        int vectors = vectors(group);
        int taps = group * band.taps() * ShortTiles.LANES;
        for (Segment s : segments) {
            Arrays.fill(tile, 0, pixels * vectors * ShortTiles.LANES, (short) 0);
            multiply(pixels, vectors, numbers, at + s.from(), taps + s.from() * vectors * ShortTiles.LANES,
                    s.to() - s.from(), tile);
            move(tile, pixels, vectors, y, x, group, s.from() > 0, sums);
        }
    }

    private void multiply(int pixels, int vectors, float[] numbers, int at, int taps, int steps, short[] tile) {
        int pixel = band.pixel();
        if (vectors == 2) {
            switch (pixels) {
                case 8 -> ShortTiles.eightByTwo(numbers, at, pixel, filter, taps, steps, tile);
                case 7 -> ShortTiles.sevenByTwo(numbers, at, pixel, filter, taps, steps, tile);
                case 4 -> ShortTiles.fourByTwo(numbers, at, pixel, filter, taps, steps, tile);
                default -> ShortTiles.oneByTwo(numbers, at, pixel, filter, taps, steps, tile);
            }
        } else {
            switch (pixels) {
                case 16 -> ShortTiles.sixteen(numbers, at, filter, taps, steps, tile);
                case 8 -> ShortTiles.eight(numbers, at, pixel, filter, taps, steps, tile);
                case 7 -> ShortTiles.seven(numbers, at, pixel, filter, taps, steps, tile);
                default -> ShortTiles.one(numbers, at, pixel, filter, taps, steps, tile);
            }
        }
    }

    /** Writes a tile to the sums of both rows, or adds it. */
    private void move(short[] tile, int pixels, int vectors, int y, int x, int group, boolean more, int[] sums) {
        int channels = groups * CHANNELS;
        int lower = half * g.outWidth() * channels;
        boolean both = y + half < g.outHeight();
        for (int p = 0; p < pixels; p++) {
            for (int v = 0; v < vectors; v++) {
                IntVector pair = ShortVector.fromArray(ShortTiles.S16, tile, (p * vectors + v) * ShortTiles.LANES)
                        .reinterpretAsInts();
                int to = (y * g.outWidth() + x + p) * channels + (group + v) * CHANNELS;
                store(pair.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE), more,
                        sums, to);
                if (both) {
                    store(pair.lanewise(VectorOperators.ASHR, Short.SIZE), more, sums, to + lower);
                }
            }
        }
    }

    private static void store(IntVector sum, boolean more, int[] sums, int to) {
        (more ? sum.add(IntVector.fromArray(I32, sums, to)) : sum).intoArray(sums, to);
    }
}
