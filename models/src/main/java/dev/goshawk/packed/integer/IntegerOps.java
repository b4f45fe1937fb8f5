package dev.goshawk.packed.integer;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.PoolGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** What networks do with whole numbers: exact, so that the order of additions does not matter. */
final class IntegerOps {
    private IntegerOps() {
    }

    /** What integers cannot compute. */
    static final class UnsupportedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;
        private static final String OF = "integer arithmetic: ";

        private final String what;

        private UnsupportedException(String place, String what) {
            super(OF + place + what);
            this.what = what;
        }

        /** The same, and where in the network. */
        UnsupportedException in(String place) {
            return new UnsupportedException(place + ": ", what);
        }
    }

    static UnsupportedException unsupported(String what) {
        return new UnsupportedException("", what);
    }

    /**
     * Convolution. Channels whose numbers are not worth the same are added up apart.
     *
     * @param filter [kernelHeight, kernelWidth, channels / groups, outChannels]
     */
    static Sums conv(Sums x, ConvGeometry g, IntegerWeight filter, Convolutions prepared) {
        if (x.hasConstant()) {
            throw unsupported("expected activations without an offset before a convolution");
        }
        List<Term> out = new ArrayList<>();
        for (Term t : x.terms()) {
            int from = 0;
            while (from < t.channels()) {
                int to = from + 1;
                while (to < t.channels() && t.scales()[to] == t.scales()[from]) {
                    to++;
                }
                long bound = Term.checked(Math.multiplyExact(t.bound(), filter.largestSum()));
                double[] scales = filter.scales().clone();
                for (int o = 0; o < scales.length; o++) {
                    scales[o] *= t.scales()[from];
                }
                out.add(new Term(prepared.add(x, t, from, to, g, filter), 0, scales, true, bound));
                from = to;
            }
        }
        return new Sums(g.outHeight(), g.outWidth(), out, new double[g.outChannels()]);
    }

    /** Matrix product of a vector. */
    static Sums product(Sums x, int outputs, IntegerWeight matrix, Convolutions prepared) {
        return conv(x, new ConvGeometry(1, 1, 1, x.channels(), outputs, 1, 1, 1, 1, 0, 0, 0, 0, 1), matrix, prepared);
    }

    /** Sum over all pixels. */
    static Sums sumOfPixels(Sums x, Program program) {
        double[] constant = x.constant().clone();
        for (int c = 0; c < constant.length; c++) {
            constant[c] *= x.pixels();
        }
        return new Sums(1, 1, x.terms().stream().map(t -> {
            int sums = program.add(t.channels(), new int[] {t.numbers()},
                    to -> arrays -> addPixels(arrays[t.numbers()], arrays[to]));
            return new Term(sums, t.from(), t.scales(), t.signed(), t.bound() * x.pixels());
        }).toList(), constant);
    }

    private static void addPixels(int[] numbers, int[] sums) {
        Arrays.fill(sums, 0);
        for (int from = 0; from < numbers.length; from += sums.length) {
            for (int c = 0; c < sums.length; c++) {
                sums[c] += numbers[from + c];
            }
        }
    }

    /** All numbers of an image as a vector, channel by channel. */
    static Sums flattened(Sums x, Program program) {
        int pixels = x.pixels();
        return new Sums(1, 1, x.terms().stream().map(t -> {
            int channels = t.channels();
            int flat = program.add(pixels * channels, new int[] {t.numbers()}, to -> arrays -> {
                for (int i = 0; i < pixels * channels; i++) {
                    arrays[to][i % channels * pixels + i / channels] = arrays[t.numbers()][i];
                }
            });
            return new Term(flat, t.from() * pixels, repeated(t.scales(), pixels), t.signed(), t.bound());
        }).toList(), repeated(x.constant(), pixels));
    }

    private static double[] repeated(double[] each, int times) {
        double[] all = new double[each.length * times];
        Arrays.setAll(all, i -> each[i / times]);
        return all;
    }

    /** Mean over windows, the padding's zeros counted. */
    static Sums avgPool(Sums x, PoolGeometry g, boolean countPadding, Program program) {
        boolean padded = g.padTop() + g.padLeft() + g.padBottom() + g.padRight() > 0;
        if (padded && (!countPadding || x.hasConstant())) {
            throw unsupported("expected mean pooling that counts the padding");
        }
        int window = g.kernelHeight() * g.kernelWidth();
        Sums pooled = pooled(x, g,
                t -> new Term(pool(t, g, false, program), t.from(), t.scales(), t.signed(), t.bound() * window));
        return new Sums(pooled.height(), pooled.width(), pooled.times(1.0 / window).terms(), x.constant());
    }

    /** Maximum over windows; the padding never wins. */
    static Sums maxPool(Sums x, PoolGeometry g, Program program) {
        boolean positive = x.terms().stream().allMatch(t -> Arrays.stream(t.scales()).allMatch(s -> s >= 0));
        if (!positive || !x.isDisjoint()) {
            throw unsupported("expected codes of activations before maximum pooling");
        }
        return pooled(x, g, t -> new Term(pool(t, g, true, program), t.from(), t.scales(), t.signed(), t.bound()));
    }

    private static Sums pooled(Sums x, PoolGeometry g, UnaryOperator<Term> pool) {
        return new Sums(g.outHeight(), g.outWidth(), x.terms().stream().map(pool).toList(), x.constant());
    }

    private static int pool(Term t, PoolGeometry g, boolean maximum, Program program) {
        return program.add(g.outHeight() * g.outWidth() * t.channels(), new int[] {t.numbers()},
                to -> arrays -> pool(arrays[t.numbers()], t.channels(), g, maximum, arrays[to]));
    }

    private static void pool(int[] numbers, int channels, PoolGeometry g, boolean maximum, int[] out) {
        Arrays.fill(out, maximum ? Integer.MIN_VALUE : 0);
        for (int p = 0; p < g.outHeight(); p++) {
            for (int q = 0; q < g.outWidth(); q++) {
                int top = Math.max(0, p * g.strideHeight() - g.padTop());
                int left = Math.max(0, q * g.strideWidth() - g.padLeft());
                int bottom = Math.min(g.inHeight(), p * g.strideHeight() - g.padTop() + g.kernelHeight());
                int right = Math.min(g.inWidth(), q * g.strideWidth() - g.padLeft() + g.kernelWidth());
                int to = (p * g.outWidth() + q) * channels;
                for (int y = top; y < bottom; y++) {
                    for (int x = left; x < right; x++) {
                        pool(numbers, (y * g.inWidth() + x) * channels, maximum, out, to, channels);
                    }
                }
            }
        }
    }

    private static void pool(int[] numbers, int from, boolean maximum, int[] out, int to, int channels) {
        if (maximum) {
            for (int c = 0; c < channels; c++) {
                out[to + c] = Math.max(out[to + c], numbers[from + c]);
            }
        } else {
            for (int c = 0; c < channels; c++) {
                out[to + c] += numbers[from + c];
            }
        }
    }

    /** Pixels start, start + stride, ... below limit; all channels. */
    static Sums slice(Sums x, List<Integer> start, List<Integer> limit, List<Integer> stride, Program program) {
        if (start.get(3) != 0 || limit.get(3) != x.channels() || stride.get(3) != 1) {
            throw unsupported("expected slices of all channels");
        }
        int height = extent(start.get(1), limit.get(1), stride.get(1));
        int width = extent(start.get(2), limit.get(2), stride.get(2));
        int first = start.get(1) * x.width() + start.get(2);
        int down = stride.get(1) * x.width();
        int right = stride.get(2);
        return new Sums(height, width, x.terms().stream().map(t -> {
            int channels = t.channels();
            int some = program.add(height * width * channels, new int[] {t.numbers()}, to -> arrays -> {
                for (int y = 0; y < height; y++) {
                    for (int z = 0; z < width; z++) {
                        System.arraycopy(arrays[t.numbers()], (first + y * down + z * right) * channels, arrays[to],
                                (y * width + z) * channels, channels);
                    }
                }
            });
            return new Term(some, t.from(), t.scales(), t.signed(), t.bound());
        }).toList(), x.constant());
    }

    private static int extent(int start, int limit, int stride) {
        return (limit - start + stride - 1) / stride;
    }

    /** Channels of zeros before and after. */
    static Sums padChannels(Sums x, List<Integer> low, List<Integer> high, List<Integer> interior) {
        for (int axis = 0; axis < 4; axis++) {
            if (axis < 3 && (low.get(axis) != 0 || high.get(axis) != 0) || interior.get(axis) != 0) {
                throw unsupported("expected padding of channels alone");
            }
        }
        double[] constant = new double[x.channels() + low.get(3) + high.get(3)];
        System.arraycopy(x.constant(), 0, constant, low.get(3), x.channels());
        return new Sums(x.height(), x.width(), x.terms().stream().map(t -> t.shifted(low.get(3))).toList(), constant);
    }
}
