package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.MANY_REGISTERS;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.tensor.ConvGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.jspecify.annotations.Nullable;

/**
 * A convolution whose sums of products fit into the 24 bits in which floats are exact. Where they are small, two fit into one float: rows of the upper and
 * the lower half of the image go together, as x + F y with a factor F = {@value #FACTOR} for which sums up to {@value #PAIR} in magnitude can be told
 * apart afterwards. One multiply-add then does for two. Sums are taken apart, and moved to 32 bits, as seldom as the weights allow: before those of a channel,
 * times the largest number of the image, could leave their bounds.
 */
final class FloatConvolution implements IntegerKernels.Convolution {
    private static final int CHANNELS = FloatTiles.LANES;
    /** Taps between two moves from which on it pays. */
    private static final int LEAST_TAPS = 16;
    /** Largest sum that {@link #WHOLE} takes. */
    private static final int SINGLE = (1 << 22) - 1;
    private static final int FACTOR = 5792;
    /** Less than half the factor, with what the factor's inverse is rounded by; and (FACTOR + 1) PAIR is at most 2^24. */
    private static final int PAIR = 2880;
    private static final FloatVector INVERSE = FloatVector.broadcast(F32, 1f / FACTOR);
    private static final FloatVector MINUS_FACTOR = FloatVector.broadcast(F32, -FACTOR);
    /** Added to a number below 2^22 in magnitude, it leaves a whole number in the low bits. */
    private static final FloatVector WHOLE = FloatVector.broadcast(F32, 0x1.8p23f);
    private static final int WHOLE_BITS = Float.floatToRawIntBits(0x1.8p23f);

    /**
     * Taps after which sums are moved to 32 bits. They are computed with an offset in each channel, which centres what they can be.
     *
     * @param from first tap
     * @param to after the last
     * @param start the offsets of a pixel's sums, for one row or for two
     * @param bits what is subtracted from the bits of a sum and {@link #WHOLE}
     */
    private record Segment(int from, int to, float[] start, int[] bits) {
    }

    private final ConvGeometry g;
    private final Band band;
    private final boolean pairs;
    /** Output rows of the upper half, or all. */
    private final int half;
    private final int groups;
    private final float[] filter;
    private final List<Segment> segments;

    private FloatConvolution(ConvGeometry g, Band band, int[] weights, List<Segment> segments, boolean pairs) {
        this.g = g;
        this.band = band;
        this.pairs = pairs;
        this.half = pairs ? (g.outHeight() + 1) / 2 : g.outHeight();
        this.groups = (g.outChannels() + CHANNELS - 1) / CHANNELS;
        this.segments = segments;
        this.filter = packed(weights);
    }

    /**
     * A convolution, or null where its sums would have to be moved so often that floats gain nothing.
     *
     * @param signed whether the image may hold numbers below 0
     * @param largest of the image's numbers, in magnitude
     */
    static @Nullable FloatConvolution of(ConvGeometry g, int[] weights, boolean signed, long largest) {
        Band band = new Band(g);
        for (int bound : g.outHeight() > 1 ? new int[] {PAIR, SINGLE} : new int[] {SINGLE}) {
            List<Segment> segments = new Segments(band, weights, g.outChannels(), signed, largest, bound).all();
            if (!segments.isEmpty() && band.taps() >= Math.min(LEAST_TAPS, band.taps()) * segments.size()) {
                return new FloatConvolution(g, band, weights, segments, bound == PAIR);
            }
        }
        return null;
    }

    /** Whether two sums go together. */
    boolean isPaired() {
        return pairs;
    }

    /** Cuts taps into the longest segments in which no channel's sums can be further apart than twice the bound. */
    private static final class Segments {
        private final Band band;
        private final int[] weights;
        private final boolean signed;
        private final long largest;
        private final int bound;
        /** How large, and how small, the sum of each channel can be. */
        private final long[] most;
        private final long[] least;

        Segments(Band band, int[] weights, int outputs, boolean signed, long largest, int bound) {
            this.band = band;
            this.weights = weights;
            this.signed = signed;
            this.largest = largest;
            this.bound = bound;
            this.most = new long[outputs];
            this.least = new long[outputs];
        }

        /** None, if a single product can be too large. */
        List<Segment> all() {
            List<Segment> segments = new ArrayList<>();
            int from = 0;
            for (int t = 0; t < band.taps(); t++) {
                long[] highest = most.clone();
                long[] lowest = least.clone();
                if (!add(t)) {
                    if (t == from) {
                        return List.of();
                    }
                    segments.add(segment(from, t, highest, lowest));
                    Arrays.fill(most, 0);
                    Arrays.fill(least, 0);
                    from = t--;
                }
            }
            segments.add(segment(from, band.taps(), most, least));
            return segments;
        }

        /** Adds a tap; whether all channels stay within the bound. */
        private boolean add(int t) {
            int tap = band.tap(t) * most.length;
            boolean fits = true;
            for (int o = 0; o < most.length; o++) {
                long product = weights[tap + o] * largest;
                most[o] += signed ? Math.abs(product) : Math.max(0, product);
                least[o] -= signed ? Math.abs(product) : Math.max(0, -product);
                fits &= most[o] - least[o] <= 2L * bound;
            }
            return fits;
        }

        private Segment segment(int from, int to, long[] highest, long[] lowest) {
            int channels = (highest.length + CHANNELS - 1) / CHANNELS * CHANNELS;
            float[] start = new float[channels];
            int[] bits = new int[channels];
            Arrays.fill(bits, WHOLE_BITS);
            for (int o = 0; o < highest.length; o++) {
                int offset = (int) (-(highest[o] + lowest[o]) / 2);
                start[o] = offset;
                bits[o] += offset;
            }
            return new Segment(from, to, start, bits);
        }
    }

    /** [pair of groups][tap][group][channel], with zeros for channels there are not. */
    private float[] packed(int[] weights) {
        int taps = band.taps();
        float[] all = new float[groups * taps * CHANNELS];
        for (int o = 0; o < g.outChannels(); o++) {
            int group = o / CHANNELS;
            int even = group - group % 2;
            for (int t = 0; t < taps; t++) {
                all[even * taps * CHANNELS + (t * vectors(even) + group % 2) * CHANNELS
                        + o % CHANNELS] = weights[band.tap(
                                t) * g.outChannels() + o];
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
        float[] tile = new float[16 * CHANNELS];
        for (int from = 0; from < half; from += kept) {
            for (int y = from; y < from + kept; y++) {
                band.fill(image, y, hasSecond(y) ? y + half : y, FACTOR, numbers, (y - from) * band.length());
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

    /** Whether another row goes with that one. */
    private boolean hasSecond(int y) {
        return y + half < g.outHeight();
    }

    private void row(float[] numbers, int at, int y, int group, float[] tile, int[] sums) {
        for (int x = 0; x < g.outWidth();) {
            int pixels = pixels(g.outWidth() - x, vectors(group));
            tile(numbers, at + x * band.pixel(), y, x, pixels, group, tile, sums);
            x += pixels;
        }
    }

    private int pixels(int left, int vectors) {
        if (MANY_REGISTERS && vectors == 1 && left >= 16 && band.pixel() == FloatTiles.SIXTEEN) {
            return 16;
        }
        if (vectors == 2 && !MANY_REGISTERS) {
            return left >= 4 ? 4 : 1;
        }
        // 14 are two tiles of 7, not one of 8 and six pixels.
        return left >= 8 && left != 14 ? 8 : left >= 7 ? 7 : vectors == 2 && left >= 4 ? 4 : 1;
    }

    private void tile(float[] numbers, int at, int y, int x, int pixels, int group, float[] tile, int[] sums) {
        int vectors = vectors(group);
        int taps = group * band.taps() * CHANNELS;
        boolean both = hasSecond(y);
        for (Segment s : segments) {
            for (int v = 0; v < vectors; v++) {
                FloatVector start = FloatVector.fromArray(F32, s.start(), (group + v) * CHANNELS);
                FloatVector first = both ? start.mul(FACTOR + 1) : start;
                for (int p = 0; p < pixels; p++) {
                    first.intoArray(tile, (p * vectors + v) * CHANNELS);
                }
            }
            multiply(pixels, vectors, numbers, at + s.from(), taps + s.from() * vectors * CHANNELS, s.to() - s.from(),
                    tile);
            move(tile, pixels, vectors, y, x, group, s, sums);
        }
    }

    private void multiply(int pixels, int vectors, float[] numbers, int at, int taps, int steps, float[] tile) {
        int pixel = band.pixel();
        if (vectors == 2) {
            switch (pixels) {
                case 8 -> FloatTiles.eightByTwo(numbers, at, pixel, filter, taps, steps, tile);
                case 7 -> FloatTiles.sevenByTwo(numbers, at, pixel, filter, taps, steps, tile);
                case 4 -> FloatTiles.fourByTwo(numbers, at, pixel, filter, taps, steps, tile);
                default -> FloatTiles.oneByTwo(numbers, at, pixel, filter, taps, steps, tile);
            }
        } else {
            switch (pixels) {
                case 16 -> FloatTiles.sixteen(numbers, at, filter, taps, steps, tile);
                case 8 -> FloatTiles.eight(numbers, at, pixel, filter, taps, steps, tile);
                case 7 -> FloatTiles.seven(numbers, at, pixel, filter, taps, steps, tile);
                default -> FloatTiles.one(numbers, at, pixel, filter, taps, steps, tile);
            }
        }
    }

    /** Writes a tile to the sums of both rows, or adds it. */
    private void move(float[] tile, int pixels, int vectors, int y, int x, int group, Segment segment, int[] sums) {
        int channels = groups * CHANNELS;
        int lower = half * g.outWidth() * channels;
        boolean both = hasSecond(y);
        boolean more = segment.from() > 0;
        for (int v = 0; v < vectors; v++) {
            IntVector bits = IntVector.fromArray(I32, segment.bits(), (group + v) * CHANNELS);
            for (int p = 0; p < pixels; p++) {
                FloatVector sum = FloatVector.fromArray(F32, tile, (p * vectors + v) * CHANNELS);
                int to = (y * g.outWidth() + x + p) * channels + (group + v) * CHANNELS;
                if (both) {
                    FloatVector second = sum.fma(INVERSE, WHOLE);
                    store(second, bits, more, sums, to + lower);
                    sum = second.sub(WHOLE).fma(MINUS_FACTOR, sum);
                }
                store(sum.add(WHOLE), bits, more, sums, to);
            }
        }
    }

    /** Stores what was added to {@link #WHOLE}. */
    private static void store(FloatVector sum, IntVector bits, boolean more, int[] sums, int to) {
        IntVector whole = sum.reinterpretAsInts().sub(bits);
        (more ? whole.add(IntVector.fromArray(I32, sums, to)) : whole).intoArray(sums, to);
    }
}
