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

    static IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException("integer arithmetic: " + what);
    }

    /**
     * Convolution. Channels whose numbers are not worth the same are added up apart.
     *
     * @param filter [kernelHeight, kernelWidth, channels / groups, outChannels]
     */
    static Sums conv(Sums x, ConvGeometry g, IntegerWeight filter) {
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
                long bound = Math.multiplyExact(t.bound(), filter.largestSum());
                if (bound > Integer.MAX_VALUE) {
                    throw unsupported("expected sums below 2^31, a layer may reach " + bound);
                }
                int[] sums = new int[g.outHeight() * g.outWidth() * g.outChannels()];
                accumulate(t, from, to, g, filter.numbers(), sums);
                double[] scales = filter.scales().clone();
                for (int o = 0; o < scales.length; o++) {
                    scales[o] *= t.scales()[from];
                }
                out.add(new Term(sums, 0, scales, bound));
                from = to;
            }
        }
        return new Sums(g.outHeight(), g.outWidth(), out, new double[g.outChannels()]);
    }

    /** Adds what the channels {@code from .. to - 1} of a term contribute. */
    private static void accumulate(Term t, int from, int to, ConvGeometry g, int[] filter, int[] sums) {
        int inside = g.inChannels() / g.groups();
        int outside = g.outChannels() / g.groups();
        for (int p = 0; p < g.outHeight(); p++) {
            for (int q = 0; q < g.outWidth(); q++) {
                int sum = (p * g.outWidth() + q) * g.outChannels();
                for (int r = 0; r < g.kernelHeight(); r++) {
                    int y = p * g.strideHeight() - g.padTop() + r;
                    for (int s = 0; y >= 0 && y < g.inHeight() && s < g.kernelWidth(); s++) {
                        int x = q * g.strideWidth() - g.padLeft() + s;
                        if (x < 0 || x >= g.inWidth()) {
                            continue;
                        }
                        int pixel = (y * g.inWidth() + x) * t.channels();
                        int taps = (r * g.kernelWidth() + s) * inside;
                        for (int i = from; i < to; i++) {
                            int value = t.numbers()[pixel + i];
                            if (value != 0) {
                                int channel = t.from() + i;
                                int group = channel / inside * outside;
                                addScaled(value, filter, (taps + channel % inside) * g.outChannels() + group, sums,
                                        sum + group, outside);
                            }
                        }
                    }
                }
            }
        }
    }

    private static void addScaled(int factor, int[] from, int fromAt, int[] to, int toAt, int count) {
        for (int o = 0; o < count; o++) {
            to[toAt + o] += factor * from[fromAt + o];
        }
    }

    /** Matrix product of a vector. */
    static Sums product(Sums x, int outputs, IntegerWeight matrix) {
        return conv(x, new ConvGeometry(1, 1, 1, x.channels(), outputs, 1, 1, 1, 1, 0, 0, 0, 0, 1), matrix);
    }

    /** Sum over all pixels. */
    static Sums sumOfPixels(Sums x) {
        double[] constant = x.constant().clone();
        for (int c = 0; c < constant.length; c++) {
            constant[c] *= x.pixels();
        }
        return new Sums(1, 1, x.terms().stream().map(t -> {
            int[] sums = new int[t.channels()];
            for (int i = 0; i < t.numbers().length; i++) {
                sums[i % t.channels()] += t.numbers()[i];
            }
            return new Term(sums, t.from(), t.scales(), t.bound() * x.pixels());
        }).toList(), constant);
    }

    /** Mean over windows, the padding's zeros counted. */
    static Sums avgPool(Sums x, PoolGeometry g, boolean countPadding) {
        boolean padded = g.padTop() + g.padLeft() + g.padBottom() + g.padRight() > 0;
        if (padded && (!countPadding || x.hasConstant())) {
            throw unsupported("expected mean pooling that counts the padding");
        }
        int window = g.kernelHeight() * g.kernelWidth();
        Sums pooled = pooled(x, g, t -> new Term(pool(t, g, false), t.from(), t.scales(), t.bound() * window));
        return new Sums(pooled.height(), pooled.width(), pooled.times(1.0 / window).terms(), x.constant());
    }

    /** Maximum over windows; the padding never wins. */
    static Sums maxPool(Sums x, PoolGeometry g) {
        boolean positive = x.terms().stream().allMatch(t -> Arrays.stream(t.scales()).allMatch(s -> s >= 0));
        if (!positive || !x.isDisjoint()) {
            throw unsupported("expected codes of activations before maximum pooling");
        }
        return pooled(x, g, t -> new Term(pool(t, g, true), t.from(), t.scales(), t.bound()));
    }

    private static Sums pooled(Sums x, PoolGeometry g, UnaryOperator<Term> pool) {
        return new Sums(g.outHeight(), g.outWidth(), x.terms().stream().map(pool).toList(), x.constant());
    }

    private static int[] pool(Term t, PoolGeometry g, boolean maximum) {
        int channels = t.channels();
        int[] out = new int[g.outHeight() * g.outWidth() * channels];
        for (int p = 0; p < g.outHeight(); p++) {
            for (int q = 0; q < g.outWidth(); q++) {
                int top = Math.max(0, p * g.strideHeight() - g.padTop());
                int left = Math.max(0, q * g.strideWidth() - g.padLeft());
                int bottom = Math.min(g.inHeight(), p * g.strideHeight() - g.padTop() + g.kernelHeight());
                int right = Math.min(g.inWidth(), q * g.strideWidth() - g.padLeft() + g.kernelWidth());
                for (int c = 0; c < channels; c++) {
                    int result = maximum ? Integer.MIN_VALUE : 0;
                    for (int y = top; y < bottom; y++) {
                        for (int x = left; x < right; x++) {
                            int value = t.numbers()[(y * g.inWidth() + x) * channels + c];
                            result = maximum ? Math.max(result, value) : result + value;
                        }
                    }
                    out[(p * g.outWidth() + q) * channels + c] = result;
                }
            }
        }
        return out;
    }

    /** Pixels start, start + stride, ... below limit; all channels. */
    static Sums slice(Sums x, List<Integer> start, List<Integer> limit, List<Integer> stride) {
        if (start.get(3) != 0 || limit.get(3) != x.channels() || stride.get(3) != 1) {
            throw unsupported("expected slices of all channels");
        }
        int height = extent(start.get(1), limit.get(1), stride.get(1));
        int width = extent(start.get(2), limit.get(2), stride.get(2));
        return new Sums(height, width, x.terms().stream().map(t -> {
            int[] out = new int[height * width * t.channels()];
            for (int y = 0; y < height; y++) {
                for (int z = 0; z < width; z++) {
                    int pixel = (start.get(1) + y * stride.get(1)) * x.width() + start.get(2) + z * stride.get(2);
                    System.arraycopy(t.numbers(), pixel * t.channels(), out, (y * width + z) * t.channels(),
                            t.channels());
                }
            }
            return new Term(out, t.from(), t.scales(), t.bound());
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
