package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Matrix products and convolutions keep to the bounds of docs/accuracy.md, element by element, on operands made to be hard: a sum of n
 * products is within (n + 2) u of the sum of the products' magnitudes, u being 2^-24 or 2^-53. Winograd's products, where they are
 * allowed, are within 4 (n / 3 + 10) u of a sum of larger terms: the largest operand of up to five rows in place of each one.
 */
class ProductBoundsTest {
    /** Operands by name: numbers by their index. */
    private enum Operands {
        /** Everything of one sign: errors add up. */
        ALIKE,
        /** Large terms that cancel and small ones that are the result. */
        CANCELLING,
        /** Magnitudes over 24 binary orders. */
        WIDE,
        /** One row in a few is huge: what Winograd's sums of rows suffer from. */
        ROWS;

        IntFunction<Double> numbers(int row, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            return switch (this) {
                case ALIKE -> i -> 0.1 + 1e-3 * random.nextDouble();
                case CANCELLING ->
                    i -> i % 3 == 2 ? random.nextDouble(-1, 1) : (i % 2 == 0 ? 1 : -1) * (1e6 + random.nextDouble());
                case WIDE -> i -> random.nextDouble(-1, 1) * Math.scalb(1.0, random.nextInt(-12, 12));
                case ROWS -> i -> random.nextDouble(-1, 1) * (i / row % 5 == 1 ? 1e5 : 1);
            };
        }
    }

    private static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    private static double unit(DType dtype) {
        return dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
    }

    private static Tensor tensor(Shape shape, DType dtype, IntFunction<Double> numbers) {
        Tensor t = Tensor.zeros(dtype, shape);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, numbers.apply(i));
        }
        return t;
    }

    private static double[] run(Backend backend, Op op, Tensor a, Tensor b) {
        Executable e = backend.compile(Graph.of("y", Value.of(op, Value.input("a", a.dtype(), a.shape()),
                Value.input("b", b.dtype(), b.shape()))));
        e.bind("a", a);
        e.bind("b", b);
        e.run();
        return e.output("y").toDoubles();
    }

    @ParameterizedTest
    @EnumSource
    void matrixProducts(Operands operands) {
        int[][] sizes = {{7, 5, 3}, {33, 17, 300}, {64, 64, 64}, {5, 130, 1000}, {1, 1, 5000}, {130, 66, 520}};
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (int[] s : sizes) {
                Tensor a = tensor(Shape.of(s[0], s[2]), dtype, operands.numbers(s[2], 1));
                Tensor b = tensor(Shape.of(s[2], s[1]), dtype, operands.numbers(s[1], 2));
                double[] left = a.toDoubles();
                double[] down = b.toDoubles();
                for (Backend backend : backends()) {
                    double[] c = run(backend, new Op.MatMul(false, false), a, b);
                    for (int i = 0; i < s[0]; i++) {
                        for (int j = 0; j < s[1]; j++) {
                            DoubleDouble right = new DoubleDouble();
                            double magnitude = 0;
                            for (int k = 0; k < s[2]; k++) {
                                right.add(left[i * s[2] + k], down[k * s[1] + j]);
                                magnitude += Math.abs(left[i * s[2] + k] * down[k * s[1] + j]);
                            }
                            double error = right.errorOf(c[i * s[1] + j]);
                            double bound = (s[2] + 2) * unit(dtype) * magnitude;
                            assertTrue(error <= bound, () -> operands + " " + Arrays.toString(s) + " " + dtype + ", "
                                    + backend.name() + ": error " + error + ", bound " + bound);
                        }
                    }
                }
            }
        }
    }

    /** By the direct kernels, the packed ones and Winograd's, as the shapes have it. */
    private static final List<ConvGeometry> SHAPES = List.of(
            square(2, 8, 16, 16, 3, 1, 1, 1), square(1, 9, 32, 32, 3, 1, 1, 1), square(2, 7, 64, 64, 3, 1, 1, 1),
            square(1, 12, 16, 32, 3, 2, 1, 1), square(2, 9, 3, 16, 3, 1, 1, 1), square(1, 8, 24, 40, 3, 1, 1, 1),
            square(1, 8, 32, 32, 1, 1, 0, 1), square(1, 8, 16, 16, 3, 1, 1, 16), square(2, 9, 12, 20, 5, 2, 2, 2));

    private static ConvGeometry square(int batch, int side, int in, int out, int kernel, int stride, int pad,
            int groups) {
        return new ConvGeometry(batch, side, side, in, out, kernel, kernel, stride, stride, pad, pad, pad, pad, groups);
    }

    @ParameterizedTest
    @EnumSource
    void convolutions(Operands operands) {
        for (ConvGeometry g : SHAPES) {
            for (ConvRole role : ConvRole.values()) {
                for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                    check(operands, g, role, dtype);
                }
            }
        }
    }

    /** With Winograd's products allowed or not, which is asked for when a graph is compiled. */
    private static double[] run(Backend backend, Op op, Tensor a, Tensor b, boolean winograd) {
        String before = System.getProperty("goshawk.winograd");
        System.setProperty("goshawk.winograd", Boolean.toString(winograd));
        try {
            return run(backend, op, a, b);
        } finally {
            if (before == null) {
                System.clearProperty("goshawk.winograd");
            } else {
                System.setProperty("goshawk.winograd", before);
            }
        }
    }

    private static void check(Operands operands, ConvGeometry g, ConvRole role, DType dtype) {
        Tensor x = tensor(g.inputShape(), dtype, operands.numbers(g.inWidth() * g.inChannels(), 3));
        Tensor w = tensor(g.filterShape(), dtype, operands.numbers(g.kernelWidth() * g.outChannels(), 4));
        Tensor y = tensor(g.outputShape(), dtype, operands.numbers(g.outWidth() * g.outChannels(), 5));
        Sums sums = new Sums(g, role, x.toDoubles(), w.toDoubles(), y.toDoubles());
        Tensor a = role == ConvRole.INPUT_GRAD ? w : x;
        Tensor b = role == ConvRole.OUTPUT ? w : y;
        boolean tiled = dtype == DType.FLOAT32 && g.kernelHeight() == 3 && g.strideHeight() == 1 && g.groups() == 1;
        check(operands, g, role, dtype, sums, "reference",
                run(Backends.select("reference", Workers.SINGLE), new Op.Conv(role, g), a, b), false);
        for (boolean winograd : tiled ? new boolean[] {false, true} : new boolean[] {false}) {
            check(operands, g, role, dtype, sums, "vector",
                    run(Backends.select("vector", Workers.SINGLE), new Op.Conv(role, g), a, b, winograd), winograd);
        }
    }

    private static void check(Operands operands, ConvGeometry g, ConvRole role, DType dtype, Sums sums, String backend,
            double[] got, boolean rows) {
        for (int i = 0; i < got.length; i++) {
            double error = sums.right[i].errorOf(got[i]);
            double bound = unit(dtype) * (rows
                    ? 4 * (sums.terms[i] / 3.0 + 10) * sums.larger[i]
                    : (sums.terms[i] + 2) * sums.magnitude[i]);
            int at = i;
            assertTrue(error <= bound, () -> operands + " " + role + " " + g + " " + dtype + ", " + backend
                    + (rows ? " (Winograd)" : "") + " element " + at + ": error " + error + ", bound " + bound);
        }
    }

    /** What goes into each element: the sum itself, of how many products, of which magnitude. */
    private static final class Sums {
        private final DoubleDouble[] right;
        private final int[] terms;
        private final double[] magnitude;
        /** With the largest of the neighboring rows for each operand that Winograd's method adds rows of. */
        private final double[] larger;

        Sums(ConvGeometry g, ConvRole role, double[] x, double[] w, double[] y) {
            int size = switch (role) {
                case OUTPUT -> y.length;
                case INPUT_GRAD -> x.length;
                case WEIGHT_GRAD -> w.length;
            };
            right = new DoubleDouble[size];
            Arrays.setAll(right, i -> new DoubleDouble());
            terms = new int[size];
            magnitude = new double[size];
            larger = new double[size];
            double[] wideX = highest(x, g.inWidth() * g.inChannels(), g.inHeight());
            double[] wideY = highest(y, g.outWidth() * g.outChannels(), g.outHeight());
            int in = g.inChannels() / g.groups();
            int perGroup = g.outChannels() / g.groups();
            for (int n = 0; n < g.batch(); n++) {
                // Rows outside of the image are zeros to the sum, but neighbors of rows that are not.
                for (int p = -2; p < g.outHeight() + 2; p++) {
                    for (int q = 0; q < g.outWidth(); q++) {
                        for (int r = 0; r < g.kernelHeight(); r++) {
                            for (int s = 0; s < g.kernelWidth(); s++) {
                                int h = p * g.strideHeight() - g.padTop() + r;
                                int v = q * g.strideWidth() - g.padLeft() + s;
                                if (v < 0 || v >= g.inWidth()) {
                                    continue;
                                }
                                if (role != ConvRole.INPUT_GRAD && (p < 0 || p >= g.outHeight())
                                        || role == ConvRole.INPUT_GRAD && (h < 0 || h >= g.inHeight())) {
                                    continue;
                                }
                                boolean inside = h >= 0 && h < g.inHeight() && p >= 0 && p < g.outHeight();
                                int out = Math.clamp(p, 0, g.outHeight() - 1);
                                int row = Math.clamp(h, 0, g.inHeight() - 1);
                                for (int c = 0; c < g.outChannels(); c++) {
                                    for (int i = 0; i < in; i++) {
                                        int at = ((n * g.inHeight() + row) * g.inWidth() + v) * g.inChannels()
                                                + c / perGroup * in + i;
                                        int filter = ((r * g.kernelWidth() + s) * in + i) * g.outChannels() + c;
                                        int to = ((n * g.outHeight() + out) * g.outWidth() + q) * g.outChannels() + c;
                                        add(role, at, filter, to, inside, x, w, y, wideX, wideY);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }

        private void add(ConvRole role, int at, int filter, int to, boolean inside, double[] x, double[] w, double[] y,
                double[] wideX, double[] wideY) {
            double a = role == ConvRole.INPUT_GRAD ? w[filter] : x[at];
            double b = role == ConvRole.OUTPUT ? w[filter] : y[to];
            int element = switch (role) {
                case OUTPUT -> to;
                case INPUT_GRAD -> at;
                case WEIGHT_GRAD -> filter;
            };
            larger[element] += switch (role) {
                case OUTPUT -> wideX[at] * Math.abs(b);
                case INPUT_GRAD -> wideY[to] * Math.abs(a);
                case WEIGHT_GRAD -> wideX[at] * wideY[to];
            };
            if (inside) {
                right[element].add(a, b);
                terms[element]++;
                magnitude[element] += Math.abs(a * b);
            }
        }

        /** The largest magnitude at the same place of up to four rows above and below. */
        private static double[] highest(double[] t, int row, int rows) {
            double[] most = new double[t.length];
            for (int i = 0; i < most.length; i++) {
                int own = i / row % rows;
                for (int d = -4; d <= 4; d++) {
                    if (own + d >= 0 && own + d < rows) {
                        most[i] = Math.max(most[i], Math.abs(t[i + d * row]));
                    }
                }
            }
            return most;
        }
    }
}
