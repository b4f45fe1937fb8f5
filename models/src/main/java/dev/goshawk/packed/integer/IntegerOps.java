package dev.goshawk.packed.integer;

import dev.goshawk.backend.WholeNumbers;
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
                out.add(new Term(prepared.of(x, t, from, to, g, filter), 0, scales, true, bound));
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
    static Sums sumOfPixels(Sums x, Convolutions prepared) {
        double[] constant = x.constant().clone();
        for (int c = 0; c < constant.length; c++) {
            constant[c] *= x.pixels();
        }
        return new Sums(1, 1, x.terms().stream().map(t -> {
            int numbers = prepared.array(t);
            int sums = prepared.program().add(new Program.Kind(false, t.channels()), new int[] {numbers},
                    to -> arrays -> addPixels(arrays[numbers], arrays[to].toInts()));
            return new Term(new Source.Array(sums), t.from(), t.scales(), t.signed(), t.bound() * x.pixels());
        }).toList(), constant);
    }

    private static void addPixels(WholeNumbers numbers, int[] sums) {
        Arrays.fill(sums, 0);
        for (int from = 0; from < numbers.length(); from += sums.length) {
            for (int c = 0; c < sums.length; c++) {
                sums[c] += numbers.get(from + c);
            }
        }
    }

    /** All numbers of an image as a vector, channel by channel. */
    static Sums flattened(Sums x, Convolutions prepared) {
        int pixels = x.pixels();
        return new Sums(1, 1, x.terms().stream().map(t -> {
            int channels = t.channels();
            int numbers = prepared.array(t);
            int flat = prepared.program().add(prepared.program().kind(numbers), new int[] {numbers},
                    to -> arrays -> {
                        for (int i = 0; i < pixels * channels; i++) {
                            arrays[to].set(i % channels * pixels + i / channels, arrays[numbers].get(i));
                        }
                    });
            return new Term(new Source.Array(flat), t.from() * pixels, repeated(t.scales(), pixels), t.signed(),
                    t.bound());
        }).toList(), repeated(x.constant(), pixels));
    }

    /** All numbers of an image as a vector, pixel by pixel. */
    static Sums unrolled(Sums x, Convolutions prepared) {
        int pixels = x.pixels();
        return new Sums(1, 1, x.terms().stream().map(t -> {
            if (t.channels() != x.channels()) {
                throw unsupported("expected numbers of all channels before an image becomes a vector");
            }
            return new Term(new Source.Array(prepared.array(t)), 0, inTurn(t.scales(), pixels), t.signed(), t.bound());
        }).toList(), inTurn(x.constant(), pixels));
    }

    private static double[] inTurn(double[] each, int times) {
        double[] all = new double[each.length * times];
        Arrays.setAll(all, i -> each[i % each.length]);
        return all;
    }

    private static double[] repeated(double[] each, int times) {
        double[] all = new double[each.length * times];
        Arrays.setAll(all, i -> each[i / times]);
        return all;
    }

    /** Mean over windows, the padding's zeros counted. */
    static Sums avgPool(Sums x, PoolGeometry g, boolean countPadding, Convolutions prepared) {
        boolean padded = g.padTop() + g.padLeft() + g.padBottom() + g.padRight() > 0;
        if (padded && (!countPadding || x.hasConstant())) {
            throw unsupported("expected mean pooling that counts the padding");
        }
        int window = g.kernelHeight() * g.kernelWidth();
        Sums pooled = pooled(x, g,
                t -> new Term(pool(t, g, false, prepared), t.from(), t.scales(), t.signed(), t.bound() * window));
        return new Sums(pooled.height(), pooled.width(), pooled.times(1.0 / window).terms(), x.constant());
    }

    /** Maximum over windows; the padding never wins. */
    static Sums maxPool(Sums x, PoolGeometry g, Convolutions prepared) {
        boolean positive = x.terms().stream().allMatch(t -> Arrays.stream(t.scales()).allMatch(s -> s >= 0));
        if (!positive || !x.isDisjoint()) {
            throw unsupported("expected codes of activations before maximum pooling");
        }
        return pooled(x, g, t -> new Term(pool(t, g, true, prepared), t.from(), t.scales(), t.signed(), t.bound()));
    }

    private static Sums pooled(Sums x, PoolGeometry g, UnaryOperator<Term> pool) {
        return new Sums(g.outHeight(), g.outWidth(), x.terms().stream().map(pool).toList(), x.constant());
    }

    private static Source pool(Term t, PoolGeometry g, boolean maximum, Convolutions prepared) {
        int numbers = prepared.array(t);
        Program program = prepared.program();
        Program.Kind kind = new Program.Kind(maximum && program.kind(numbers).inBytes(),
                g.outHeight() * g.outWidth() * t.channels());
        return new Source.Array(program.add(kind, new int[] {numbers},
                to -> arrays -> Pooling.pool(arrays[numbers], t.channels(), g, maximum, arrays[to])));
    }

    /** Pixels start, start + stride, ... below limit; all channels. */
    static Sums slice(Sums x, List<Integer> start, List<Integer> limit, List<Integer> stride,
            Convolutions prepared) {
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
            int numbers = prepared.array(t);
            Program.Kind kind = new Program.Kind(prepared.program().kind(numbers).inBytes(),
                    height * width * channels);
            int some = prepared.program().add(kind, new int[] {numbers}, to -> arrays -> {
                for (int y = 0; y < height; y++) {
                    for (int z = 0; z < width; z++) {
                        arrays[numbers].copy((first + y * down + z * right) * channels, arrays[to],
                                (y * width + z) * channels, channels);
                    }
                }
            });
            return new Term(new Source.Array(some), t.from(), t.scales(), t.signed(), t.bound());
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
