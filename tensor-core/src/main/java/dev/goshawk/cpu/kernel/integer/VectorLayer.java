package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerRescaling;
import dev.goshawk.backend.WholeNumbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A layer whose sums are never all there: those of some rows and of two vectors of channels are computed, and rounded to codes while they are in the cache.
 */
final class VectorLayer implements IntegerKernels.Layer {
    /** Sums of a term that are there at a time, about: with the rows they come from, they stay in the second-level cache. */
    private static final int SUMS = 1 << 14;
    private static final int LANES = I32.length();
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /**
     * A term.
     *
     * @param convolution that can be computed row by row, or null
     * @param whole that cannot, or null
     * @param from its first channel
     */
    private record Term(@Nullable FloatConvolution convolution, IntegerKernels.@Nullable Convolution whole, int from,
            int channels) {
    }

    /** Memory of a thread, for one layer after another. */
    private static final class Scratch {
        private final List<float[]> images = new ArrayList<>();
        private final List<int[]> sums = new ArrayList<>();
        private final float[] tile = new float[FloatConvolution.TILE];

        float[] image(int term, int length) {
            while (images.size() <= term) {
                images.add(new float[0]);
            }
            if (images.get(term).length < length) {
                images.set(term, new float[length]);
            }
            return images.get(term);
        }

        int[] sums(int term, int length) {
            while (sums.size() <= term) {
                sums.add(new int[0]);
            }
            if (sums.get(term).length < length) {
                sums.set(term, new int[length]);
            }
            return sums.get(term);
        }
    }

    private final int channels;
    /** Of the vectors that they fill. */
    private final int padded;
    /** Pixels of a row; 1 where only images are added up, whose rows do not matter. */
    private final int width;
    private final List<Term> terms = new ArrayList<>();
    private final VectorRescaling rescaling;

    VectorLayer(IntegerKernels kernels, IntegerRescaling r, List<IntegerKernels.Operand> operands) {
        this.channels = r.channels();
        this.padded = (channels + LANES - 1) / LANES * LANES;
        this.rescaling = new VectorRescaling(r, padded);
        for (int t = 0; t < operands.size(); t++) {
            int covered = r.factors()[t].length;
            terms.add(switch (operands.get(t)) {
                case IntegerKernels.Image _ -> new Term(null, null, r.from()[t], covered);
                case IntegerKernels.Convolved c -> {
                    IntegerKernels.Convolution convolution = kernels.convolution(c);
                    yield convolution instanceof FloatConvolution floats && covered == channels
                            ? new Term(floats, null, 0, covered)
                            : new Term(null, convolution, r.from()[t], covered);
                }
            });
        }
        this.width = terms.stream().map(Term::convolution).filter(Objects::nonNull)
                .mapToInt(c -> c.geometry().outWidth()).findFirst().orElse(1);
    }

    @Override
    public void run(WholeNumbers[] images, WholeNumbers codes) {
        int pixels = codes.length() / channels;
        WholeNumbers[] numbers = images.clone();
        for (int t = 0; t < numbers.length; t++) {
            if (terms.get(t).whole() instanceof IntegerKernels.Convolution whole) {
                int[] sums = new int[pixels * terms.get(t).channels()];
                whole.run(images[t], sums);
                numbers[t] = new WholeNumbers.Ints(sums);
            }
        }
        int height = pixels / width;
        int most = Math.max(2, SUMS / (width * 2 * LANES));
        int blocks = (height + most - 1) / most;
        // Of even size, so that all rows but the last have one to go with.
        int rows = ((height + blocks - 1) / blocks + 1) / 2 * 2;
        for (int from = 0; from < height; from += rows) {
            rows(numbers, new FloatConvolution.Rows(from, Math.min(height, from + rows)), codes);
        }
    }

    private void rows(WholeNumbers[] numbers, FloatConvolution.Rows rows, WholeNumbers codes) {
        Scratch scratch = SCRATCH.get();
        for (int t = 0; t < numbers.length; t++) {
            if (terms.get(t).convolution() instanceof FloatConvolution convolution) {
                convolution.fill(numbers[t], rows, scratch.image(t, convolution.length(rows)));
            }
        }
        int first = rows.from() * width;
        int pixels = rows.count() * width;
        int[][] sums = new int[numbers.length][];
        for (int group = 0; group * LANES < padded; group += 2) {
            int channel = group * LANES;
            int together = Math.min(2 * LANES, padded - channel);
            for (int t = 0; t < numbers.length; t++) {
                sums[t] = scratch.sums(t, pixels * together);
                Term term = terms.get(t);
                if (term.convolution() instanceof FloatConvolution convolution) {
                    convolution.sums(scratch.image(t, 0), rows, group, scratch.tile, sums[t]);
                } else {
                    spread(numbers[t], first, pixels, term, channel, together, sums[t]);
                }
            }
            rescaling.codes(sums, pixels, channel, together, sums[0]);
            Packing.pack(sums[0], pixels, together, codes, first * channels + channel, channels,
                    Math.min(together, channels - channel));
        }
    }

    /** The numbers of an image in some channels, 0 where it has none. */
    private static void spread(WholeNumbers image, int first, int pixels, Term term, int channel, int width,
            int[] sums) {
        int from = Math.max(channel, term.from());
        int count = Math.min(channel + width, term.from() + term.channels()) - from;
        if (count < width) {
            Arrays.fill(sums, 0, pixels * width, 0);
        }
        if (count > 0) {
            Packing.unpack(image, first * term.channels() + from - term.from(), term.channels(), count, pixels,
                    sums, from - channel, width);
        }
    }
}
