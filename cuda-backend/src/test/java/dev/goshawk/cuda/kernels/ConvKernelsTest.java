package dev.goshawk.cuda.kernels;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every convolution kernel, on the CPU, against the reference: odd sizes, strides, padding, groups, splits of the depth. */
class ConvKernelsTest {
    private static final int STEP = 16;

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
            new ConvGeometry(2, 9, 11, 36, 132, 3, 3, 2, 3, 1, 2, 0, 1, 1),
            new ConvGeometry(1, 4, 3, 4, 4, 5, 5, 4, 4, 2, 2, 2, 2, 1));

    static Stream<String> kernels() {
        return Stream.of("conv_output", "conv_input_grad", "conv_weight_grad")
                .flatMap(m -> KernelModules.entries(m).stream());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void agreesWithTheReference(String kernel) {
        ConvRole role = Stream.of(ConvRole.values())
                .filter(r -> kernel.startsWith("gk_conv_" + r.name().toLowerCase(Locale.ROOT))).findFirst()
                .orElseThrow();
        String tile = kernel.replaceAll(".*_(\\d+x\\d+)[vs]_.*", "$1");
        boolean vector = kernel.contains(tile + "v");
        DType dtype = kernel.endsWith("f32") ? DType.FLOAT32 : DType.FLOAT64;
        for (ConvGeometry g : GEOMETRIES) {
            if (!vector || g.inChannels() / g.groups() % 4 == 0 && g.outChannels() / g.groups() % 4 == 0) {
                check(kernel, tile, role, g, dtype, 1);
                check(kernel, tile, role, g, dtype, 3);
            }
        }
    }

    private static void check(String kernel, String tile, ConvRole role, ConvGeometry g, DType dtype, int splits) {
        Shape first = role == ConvRole.INPUT_GRAD ? g.filterShape() : g.inputShape();
        Shape second = role == ConvRole.OUTPUT ? g.filterShape() : g.outputShape();
        Shape result = switch (role) {
            case OUTPUT -> g.outputShape();
            case INPUT_GRAD -> g.inputShape();
            case WEIGHT_GRAD -> g.filterShape();
        };
        double[] a = Expected.normal(1, first.size(), dtype);
        double[] b = Expected.normal(2, second.size(), dtype);
        double[] before = Expected.normal(3, result.size(), dtype);
        Op op = new Op.Conv(role, g);
        double[] expected = Expected.of(op, result, new Shape[] {first, second}, a, b);
        String what = kernel + ", " + splits + " splits, " + g;
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array out = splits == 1
                    ? run.of(dtype, before)
                    : run.fresh(dtype, splits * result.size());
            launch(run, kernel, tile, role, g, splits, run.of(dtype, a), run.of(dtype, b), out);
            if (splits == 1) {
                Expected.check(what, dtype, Expected.sum(expected, before), out.values());
                KernelRun.Array replaced = run.fresh(dtype, result.size());
                // The same launch into fresh memory must not read what was there.
                launchReplacing(run, kernel, tile, role, g, run.of(dtype, a), run.of(dtype, b), replaced);
                Expected.check(what + ", replacing", dtype, expected, replaced.values());
                return;
            }
            double[] summed = new double[result.size()];
            double[] parts = out.values();
            for (int i = 0; i < parts.length; i++) {
                summed[i % summed.length] += parts[i];
            }
            Expected.check(what, dtype, expected, summed);
        }
    }

    private static void launch(KernelRun run, String kernel, String tile, ConvRole role, ConvGeometry g, int splits,
            KernelRun.Array a, KernelRun.Array b, KernelRun.Array out) {
        launch(run, kernel, tile, role, g, splits, splits == 1 ? 1 : 0, a, b, out);
    }

    private static void launchReplacing(KernelRun run, String kernel, String tile, ConvRole role, ConvGeometry g,
            KernelRun.Array a, KernelRun.Array b, KernelRun.Array out) {
        launch(run, kernel, tile, role, g, 1, 0, a, b, out);
    }

    /** As README.md beside the kernels says it. */
    private static void launch(KernelRun run, String kernel, String tile, ConvRole role, ConvGeometry g, int splits,
            int accumulate, KernelRun.Array a, KernelRun.Array b, KernelRun.Array out) {
        int ins = g.inChannels() / g.groups();
        int outs = g.outChannels() / g.groups();
        int pixels = g.batch() * g.outHeight() * g.outWidth();
        int rows = switch (role) {
            case OUTPUT -> pixels;
            case INPUT_GRAD -> g.batch() * Math.ceilDiv(g.inHeight(), g.strideHeight())
                    * Math.ceilDiv(g.inWidth(), g.strideWidth());
            case WEIGHT_GRAD -> g.kernelHeight() * g.kernelWidth() * ins;
        };
        int columns = role == ConvRole.INPUT_GRAD ? ins : outs;
        int depth = switch (role) {
            case OUTPUT -> g.kernelHeight() * g.kernelWidth() * ins;
            case INPUT_GRAD -> Math.ceilDiv(g.kernelHeight(), g.strideHeight())
                    * Math.ceilDiv(g.kernelWidth(), g.strideWidth()) * outs;
            case WEIGHT_GRAD -> pixels;
        };
        int chunk = Math.ceilDiv(Math.ceilDiv(depth, splits), STEP) * STEP;
        int[] shape = {g.batch(), g.inHeight(), g.inWidth(), g.inChannels(), g.outHeight(), g.outWidth(),
                g.outChannels(), g.kernelHeight(), g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(),
                g.padLeft(), g.groups(), splits, chunk, accumulate};
        int[] grid = {Tiles.blocks(tile, rows, columns), g.groups() * splits,
                role == ConvRole.INPUT_GRAD ? g.strideHeight() * g.strideWidth() : 1};
        run.launch(kernel, grid, new int[] {Tiles.threads(tile), 1}, a, b, out, shape);
    }
}
