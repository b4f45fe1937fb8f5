package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32_CLASS;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.MANY_REGISTERS;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.tensor.ConvGeometry;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.jspecify.annotations.Nullable;

/**
 * A convolution whose sums of products fit into the 24 bits in which floats are exact. Where they are small, two fit into one float: of some rows of the output the upper
 * half and the lower go together, as x + F y with a factor F = {@value #FACTOR} for which sums up to {@value #PAIR} in magnitude can be told
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
    /** Numbers of the largest tile. */
    static final int TILE = 16 * CHANNELS;
    static final int WHOLE_BITS = Float.floatToRawIntBits(0x1.8p23f);

    private final ConvGeometry g;
    private final FloatBand band;
    private final boolean pairs;
    private final int groups;
    private final float[] filter;
    private final List<FloatSegments.Segment> segments;

    private FloatConvolution(ConvGeometry g, FloatBand band, int[] weights, List<FloatSegments.Segment> segments,
            boolean pairs) {
        this.g = g;
        this.band = band;
        this.pairs = pairs;
        this.groups = (g.outChannels() + CHANNELS - 1) / CHANNELS;
        this.segments = segments;
        this.filter = packed(weights);
    }

    /** A convolution of one group, or null where its sums would have to be moved so often that floats gain nothing. */
    static @Nullable FloatConvolution of(IntegerKernels.Convolved operand) {
        ConvGeometry g = operand.geometry();
        int[] weights = operand.filter();
        FloatBand band = new FloatBand(g, MANY_REGISTERS);
        for (int bound : g.outHeight() > 1 ? new int[] {PAIR, SINGLE} : new int[] {SINGLE}) {
            List<FloatSegments.Segment> segments = new FloatSegments(band, weights, g.outChannels(), operand.signed(),
                    operand.largest(), bound).all();
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
    public void run(WholeNumbers image, int[] sums) {
        Rows all = new Rows(0, g.outHeight());
        float[] numbers = new float[length(all)];
        fill(image, all, numbers);
        float[] tile = new float[TILE];
        int[] some = new int[g.outHeight() * g.outWidth() * width(0)];
        for (int group = 0; group < groups; group += 2) {
            sums(numbers, all, group, tile, some);
            int width = width(group);
            int from = group * CHANNELS;
            int count = Math.min(width, g.outChannels() - from);
            for (int p = 0; p < g.outHeight() * g.outWidth(); p++) {
                System.arraycopy(some, p * width, sums, p * g.outChannels() + from, count);
            }
        }
    }

    ConvGeometry geometry() {
        return g;
    }

    /** Channels of the sums that are computed together from a group on: those of one vector or of two. */
    int width(int group) {
        return vectors(group) * CHANNELS;
    }

    /** Some of the output rows. */
    record Rows(int from, int to) {
        int count() {
            return to - from;
        }
    }

    /** Rows whose sums have floats of their own: the others go with them. */
    private int kept(Rows rows) {
        return pairs ? (rows.count() + 1) / 2 : rows.count();
    }

    /** Floats that the image takes for some rows of the output. */
    int length(Rows rows) {
        return kept(rows) * band.length();
    }

    /** Lays out what some rows of the output see. */
    void fill(WholeNumbers image, Rows rows, float[] numbers) {
        int kept = kept(rows);
        for (int i = 0; i < kept; i++) {
            int y = rows.from() + i;
            band.fill(image, y, y + kept < rows.to() ? y + kept : y, FACTOR, numbers, i * band.length());
        }
    }

    /**
     * Sums of some rows of the output, of the channels from a group on.
     *
     * @param numbers as they were laid out for these rows
     * @param tile scratch of {@value #TILE} numbers
     * @param sums [the rows' pixels, {@link #width}], overwritten
     */
    void sums(float[] numbers, Rows rows, int group, float[] tile, int[] sums) {
        int kept = kept(rows);
        for (int y = 0; y < kept; y++) {
            row(numbers, y * band.length(), y, rows.from() + y + kept < rows.to() ? kept : 0, group, tile, sums);
        }
    }

    /** @param second rows to the one that goes with this one, 0 if none does */
    private void row(float[] numbers, int at, int y, int second, int group, float[] tile, int[] sums) {
        for (int x = 0; x < g.outWidth();) {
            int pixels = pixels(g.outWidth() - x, vectors(group));
            tile(numbers, at + x * band.pixel(), y * g.outWidth() + x, second * g.outWidth(), pixels, group, tile,
                    sums);
            x += pixels;
        }
    }

    private int pixels(int left, int vectors) {
        if (MANY_REGISTERS && vectors == 1 && left >= 16 && band.pixel() == FloatTiles.SIXTEEN) {
            return 16;
        }
        if (vectors == 2 && !MANY_REGISTERS) {
            if (band.pixel() != FloatTiles.SIXTEEN) {
                return left >= 4 ? 4 : 1;
            }
            // 8 are two tiles of 4, and 7 are one of 4 and one of 3.
            return left >= 6 && left != 8 && left != 7 ? 6 : left >= 4 ? 4 : left == 3 ? 3 : 1;
        }
        // 14 are two tiles of 7, not one of 8 and six pixels.
        return left >= 8 && left != 14 ? 8 : left >= 7 ? 7 : vectors == 2 && left >= 4 ? 4 : 1;
    }

    private void tile(float[] numbers, int at, int to, int second, int pixels, int group, float[] tile,
            int[] sums) {
        int vectors = vectors(group);
        int taps = group * band.taps() * CHANNELS;
        boolean both = second > 0;
        for (FloatSegments.Segment s : segments) {
            for (int v = 0; v < vectors; v++) {
                FloatVector start = FloatVector.fromArray(F32, s.start(), (group + v) * CHANNELS);
                FloatVector first = both ? start.mul(FACTOR + 1) : start;
                for (int p = 0; p < pixels; p++) {
                    F32_CLASS.cast(first).intoArray(tile, (p * vectors + v) * CHANNELS);
                }
            }
            multiply(pixels, vectors, numbers, at, taps + s.from() * vectors * CHANNELS, s.runs(), tile);
            move(tile, pixels, vectors, to, second, group, s, sums);
        }
    }

    private void multiply(int pixels, int vectors, float[] numbers, int at, int taps, int[] runs, float[] tile) {
        if (vectors == 2 && band.pixel() == FloatTiles.SIXTEEN && !MANY_REGISTERS) {
            switch (pixels) {
                case 6 -> FewRegisterTiles.six(numbers, at, runs, filter, taps, tile);
                case 4 -> FewRegisterTiles.four(numbers, at, runs, filter, taps, tile);
                case 3 -> FewRegisterTiles.three(numbers, at, runs, filter, taps, tile);
                default -> FewRegisterTiles.one(numbers, at, runs, filter, taps, tile);
            }
            return;
        }
        int tap = taps;
        for (int i = 0; i < runs.length; i += 2) {
            multiply(pixels, vectors, numbers, at + runs[i], tap, runs[i + 1], tile);
            tap += runs[i + 1] * vectors * CHANNELS;
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
    private void move(float[] tile, int pixels, int vectors, int pixel, int second, int group,
            FloatSegments.Segment segment, int[] sums) {
        int width = vectors * CHANNELS;
        boolean more = segment.from() > 0;
        for (int v = 0; v < vectors; v++) {
            IntVector bits = IntVector.fromArray(I32, segment.bits(), (group + v) * CHANNELS);
            for (int p = 0; p < pixels; p++) {
                FloatVector sum = FloatVector.fromArray(F32, tile, (p * vectors + v) * CHANNELS);
                int to = (pixel + p) * width + v * CHANNELS;
                if (second > 0) {
                    FloatVector other = sum.fma(INVERSE, WHOLE);
                    storeWhole(other, bits, more, sums, to + second * width);
                    sum = other.sub(WHOLE).fma(MINUS_FACTOR, sum);
                }
                storeWhole(WHOLE.add(sum), bits, more, sums, to);
            }
        }
    }

    /** Stores what was added to {@link #WHOLE}. */
    private static void storeWhole(FloatVector sum, IntVector bits, boolean more, int[] sums, int to) {
        IntVector whole = sum.reinterpretAsInts().sub(bits);
        I32_CLASS.cast(more ? whole.add(IntVector.fromArray(I32, sums, to)) : whole).intoArray(sums, to);
    }
}
