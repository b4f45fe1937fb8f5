package dev.goshawk.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.BackendAgreement;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every convolution kernel, on the CPU, against the reference: odd sizes, strides, padding, groups, splits of the depth. */
class ConvKernelsTest {
    private static final int STEP = 16;
    private static final int SPLITS = 3;

    /** Sizes that fill no tile, or just one; the last ones only have channels that the vector kernels take. */
    private static final List<ConvGeometry> GEOMETRIES = List.of(
            new ConvGeometry(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1),
            new ConvGeometry(2, 9, 7, 17, 19, 3, 3, 1, 1, 1, 1, 1, 1, 1),
            new ConvGeometry(3, 11, 9, 5, 33, 3, 3, 2, 2, 1, 1, 1, 1, 1),
            new ConvGeometry(1, 23, 21, 3, 10, 7, 7, 2, 2, 3, 3, 3, 3, 1),
            new ConvGeometry(2, 4, 5, 2, 2, 1, 1, 2, 3, 0, 0, 0, 0, 1),
            new ConvGeometry(1, 2, 2, 1, 2, 3, 3, 3, 3, 2, 1, 3, 2, 1),
            new ConvGeometry(1, 5, 4, 2, 3, 3, 2, 2, 1, 0, 1, 2, 0, 1),
            new ConvGeometry(2, 7, 7, 6, 6, 3, 3, 1, 1, 1, 1, 1, 1, 6),
            new ConvGeometry(2, 5, 6, 6, 9, 3, 3, 2, 1, 1, 0, 0, 1, 3),
            new ConvGeometry(2, 5, 6, 8, 24, 3, 3, 2, 1, 1, 0, 0, 1, 2),
            new ConvGeometry(2, 6, 9, 12, 20, 1, 7, 1, 1, 0, 3, 0, 3, 1),
            new ConvGeometry(3, 8, 8, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
            new ConvGeometry(2, 8, 8, 16, 32, 1, 1, 2, 2, 0, 0, 0, 0, 1),
            new ConvGeometry(1, 9, 11, 12, 132, 3, 3, 2, 3, 1, 2, 0, 1, 1),
            new ConvGeometry(1, 4, 3, 4, 4, 5, 5, 4, 4, 2, 2, 2, 2, 1));

    /** What a kernel's name says. */
    private record Variant(String kernel, ConvRole role, String tile, boolean vector, DType dtype, int threads,
            double tolerance) {
        private static final Pattern NAME = Pattern.compile("gk_conv_(\\w+)_(\\d+x\\d+)([vs])_(\\w+)");

        static Variant of(String kernel) {
            Matcher m = NAME.matcher(kernel);
            assertTrue(m.matches(), kernel);
            ConvRole role = ConvRole.valueOf(m.group(1).toUpperCase(Locale.ROOT));
            DType dtype = m.group(4).equals("f64") ? DType.FLOAT64 : DType.FLOAT32;
            boolean tensor = !m.group(4).equals("f64") && !m.group(4).equals("f32");
            double tolerance = switch (m.group(4)) {
                // Half a unit of the 11th bit in each operand; and some units of the 22nd, where one pass less would show.
                case "tf32" -> 2e-3;
                case "f32x3" -> 2e-6;
                default -> BackendAgreement.tolerance(dtype);
            };
            String tile = m.group(2);
            return new Variant(kernel, role, tile, m.group(3).equals("v"), dtype,
                    tensor ? Tiles.tensorThreads(tile) : Tiles.threads(tile), tolerance);
        }

        boolean takes(ConvGeometry g) {
            return !vector || g.inChannels() / g.groups() % 4 == 0 && g.outChannels() / g.groups() % 4 == 0;
        }

        Shape first(ConvGeometry g) {
            return role == ConvRole.INPUT_GRAD ? g.filterShape() : g.inputShape();
        }

        Shape second(ConvGeometry g) {
            return role == ConvRole.OUTPUT ? g.filterShape() : g.outputShape();
        }

        Shape result(ConvGeometry g) {
            return switch (role) {
                case OUTPUT -> g.outputShape();
                case INPUT_GRAD -> g.inputShape();
                case WEIGHT_GRAD -> g.filterShape();
            };
        }
    }

    static Stream<String> kernels() {
        return KernelModules.names().stream().filter(m -> m.startsWith("conv"))
                .flatMap(m -> KernelModules.entries(m).stream());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void agreesWithTheReference(String kernel) {
        Variant v = Variant.of(kernel);
        for (ConvGeometry g : GEOMETRIES) {
            if (v.takes(g)) {
                check(v, g);
            }
        }
    }

    private static void check(Variant v, ConvGeometry g) {
        Shape result = v.result(g);
        double[] a = Expected.normal(1, v.first(g).size(), v.dtype());
        double[] b = Expected.normal(2, v.second(g).size(), v.dtype());
        double[] before = Expected.normal(3, result.size(), v.dtype());
        double[] expected = Expected.of(new Op.Conv(v.role(), g), result, new Shape[] {v.first(g), v.second(g)}, a, b);
        String what = v.kernel() + ", " + g;
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array first = run.of(v.dtype(), a);
            KernelRun.Array second = run.of(v.dtype(), b);
            KernelRun.Array added = run.of(v.dtype(), before);
            launch(run, v, g, 1, 1, first, second, added);
            Expected.check(what + ", added", v.tolerance(), Expected.sum(expected, before), added.values());
            KernelRun.Array parts = run.fresh(v.dtype(), SPLITS * result.size());
            launch(run, v, g, SPLITS, 0, first, second, parts);
            double[] summed = new double[result.size()];
            double[] values = parts.values();
            for (int i = 0; i < values.length; i++) {
                summed[i % summed.length] += values[i];
            }
            Expected.check(what + ", in parts", v.tolerance(), expected, summed);
        }
    }

    /** As README.md beside the kernels says it. */
    private static void launch(KernelRun run, Variant v, ConvGeometry g, int splits, int accumulate, KernelRun.Array a,
            KernelRun.Array b, KernelRun.Array out) {
        int ins = g.inChannels() / g.groups();
        int outs = g.outChannels() / g.groups();
        int pixels = g.batch() * g.outHeight() * g.outWidth();
        int rows = switch (v.role()) {
            case OUTPUT -> pixels;
            case INPUT_GRAD -> g.batch() * Math.ceilDiv(g.inHeight(), g.strideHeight())
                    * Math.ceilDiv(g.inWidth(), g.strideWidth());
            case WEIGHT_GRAD -> g.kernelHeight() * g.kernelWidth() * ins;
        };
        int columns = v.role() == ConvRole.INPUT_GRAD ? ins : outs;
        int depth = switch (v.role()) {
            case OUTPUT -> g.kernelHeight() * g.kernelWidth() * ins;
            case INPUT_GRAD -> Math.ceilDiv(g.kernelHeight(), g.strideHeight())
                    * Math.ceilDiv(g.kernelWidth(), g.strideWidth()) * outs;
            case WEIGHT_GRAD -> pixels;
        };
        int chunk = Math.ceilDiv(Math.ceilDiv(depth, splits), STEP) * STEP;
        int[] shape = {g.batch(), g.inHeight(), g.inWidth(), g.inChannels(), g.outHeight(), g.outWidth(),
                g.outChannels(), g.kernelHeight(), g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(),
                g.padLeft(), g.groups(), splits, chunk, accumulate};
        int[] grid = {Tiles.blocks(v.tile(), rows, columns), g.groups() * splits,
                v.role() == ConvRole.INPUT_GRAD ? g.strideHeight() * g.strideWidth() : 1};
        run.launch(v.kernel(), grid, new int[] {v.threads(), 1}, a, b, out, shape);
    }
}
