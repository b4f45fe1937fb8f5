package dev.goshawk.packed.integer;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerRescaling;
import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.tensor.ConvGeometry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Convolutions and layers of a program, by an engine's kernels. */
final class Convolutions {
    private final IntegerKernels kernels;
    private final Program program;
    /** Arrays of those that had to be one. */
    private final Map<Source, Integer> arrays = new HashMap<>();

    Convolutions(IntegerKernels kernels, Program program) {
        this.kernels = kernels;
        this.program = program;
    }

    Program program() {
        return program;
    }

    /** The array of a term's numbers. */
    int array(Term term) {
        return switch (term.numbers()) {
            case Source.Array(var array) -> array;
            case Source.Convolved c -> arrays.computeIfAbsent(c, _ -> computed(c));
        };
    }

    private int computed(Source.Convolved c) {
        ConvGeometry g = c.how().geometry();
        IntegerKernels.Convolution convolution = kernels.convolution(c.how());
        return program.add(new Program.Kind(false, g.outHeight() * g.outWidth() * g.outChannels()),
                new int[] {c.array()}, to -> arrays -> convolution.run(arrays[c.array()], arrays[to].toInts()));
    }

    /** Adds a layer; returns the array of its codes. */
    int layer(Sums sums, IntegerRescaling rescaling) {
        List<Term> terms = sums.terms();
        IntegerKernels.Layer layer = kernels.layer(rescaling, terms.stream().map(Term::operand).toList());
        int[] images = terms.stream().mapToInt(t -> t.numbers().array()).toArray();
        boolean inBytes = rescaling.highest() <= WholeNumbers.MOST_OF_A_BYTE;
        return program.add(new Program.Kind(inBytes, sums.pixels() * sums.channels()), images,
                to -> arrays -> layer.run(Program.chosen(arrays, images), arrays[to]));
    }

    /** What the channels {@code from .. to - 1} of a term contribute to a layer's sums: [outHeight, outWidth, outChannels]. */
    Source.Convolved of(Sums x, Term t, int from, int to, ConvGeometry g, IntegerWeight filter) {
        int first = t.from() + from;
        if (g.groups() > 1) {
            // Groups see their own channels: all of them, zeros for those of other terms.
            return of(moved(x, t, from, to, g.inChannels(), first), g, filter.numbers(), t);
        }
        ConvGeometry part = new ConvGeometry(1, g.inHeight(), g.inWidth(), to - from, g.outChannels(), g.kernelHeight(),
                g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(), g.padLeft(), g.padBottom(),
                g.padRight(), 1);
        int image = to - from == t.channels() ? array(t) : moved(x, t, from, to, to - from, 0);
        return of(image, part, taps(filter, g, first, t.from() + to), t);
    }

    private static Source.Convolved of(int image, ConvGeometry g, int[] filter, Term term) {
        return new Source.Convolved(image, new IntegerKernels.Convolved(g, filter, term.signed(), term.bound()));
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
        int numbers = array(t);
        Program.Kind kind = new Program.Kind(program.kind(numbers).inBytes(), x.pixels() * channels);
        return program.add(kind, new int[] {numbers}, image -> arrays -> {
            WholeNumbers moved = arrays[image];
            for (int p = 0; p < x.pixels(); p++) {
                int pixel = p * channels;
                for (int c = 0; c < at; c++) {
                    moved.set(pixel + c, 0);
                }
                arrays[numbers].copy(p * t.channels() + from, moved, pixel + at, to - from);
                for (int c = at + to - from; c < channels; c++) {
                    moved.set(pixel + c, 0);
                }
            }
        });
    }
}
