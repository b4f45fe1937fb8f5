package dev.goshawk.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums and maxima over axes, on the CPU, against the reference. */
class ReduceKernelsTest {
    /** outer, middle, inner, parts. */
    private static final int[][] SIZES = {{1, 1, 1, 1}, {1, 4099, 1, 1}, {1, 4099, 1, 3}, {1, 67, 35, 1},
            {1, 1000, 16, 4},
            {35, 67, 1, 1}, {3, 10, 5, 1}, {2, 517, 33, 3}, {2, 5, 3, 7}, {1, 0, 3, 1}};

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void reducesTheMiddle(DType dtype) {
        for (int[] s : SIZES) {
            middle(dtype, s[0], s[1], s[2], s[3], false);
            middle(dtype, s[0], s[1], s[2], s[3], true);
        }
    }

    private static void middle(DType dtype, int outer, int middle, int inner, int parts, boolean maximum) {
        Shape in = Shape.of(outer, middle, inner);
        Shape out = Shape.of(outer, inner);
        double[] x = Expected.normal(1, in.size(), dtype);
        double[] before = Expected.normal(2, out.size(), dtype);
        double[] expected = Expected.of(maximum ? new Op.MaxOver(List.of(1)) : new Op.Sum(List.of(1)), out,
                new Shape[] {in}, x);
        String kernel = (maximum ? "gk_max_" : "gk_sum_") + suffix(dtype);
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array from = run.of(dtype, x);
            if (parts > 1) {
                KernelRun.Array partial = run.fresh(dtype, outer * parts * inner);
                launch(run, kernel, from, partial, outer, middle, inner, parts, 0);
                launch(run, kernel, from = partial, partial = run.fresh(dtype, out.size()), outer, parts, inner, 1, 0);
                Expected.check(kernel + " of " + in, dtype, expected, partial.values());
                return;
            }
            KernelRun.Array replaced = run.fresh(dtype, out.size());
            launch(run, kernel, from, replaced, outer, middle, inner, 1, 0);
            Expected.check(kernel + " of " + in, dtype, expected, replaced.values());
            if (!maximum) {
                KernelRun.Array added = run.of(dtype, before);
                launch(run, kernel, from, added, outer, middle, inner, 1, 1);
                Expected.check(kernel + " of " + in + ", added", dtype, Expected.sum(expected, before),
                        added.values());
            }
        }
    }

    private static void launch(KernelRun run, String kernel, KernelRun.Array x, KernelRun.Array y, int outer,
            int middle,
            int inner, int parts, int accumulate) {
        int across = inner >= 32 ? 32 : Integer.highestOneBit(2 * inner - 1);
        run.launch(kernel, new int[] {Math.ceilDiv(inner, across), parts, outer}, new int[] {across, 256 / across}, x,
                y,
                outer, middle, inner, parts, accumulate);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void reducesAnyAxes(DType dtype) {
        strided(dtype, Shape.of(5, 7, 9), List.of(0, 2));
        strided(dtype, Shape.of(5, 7, 9, 2), List.of(1, 3));
        strided(dtype, Shape.of(3, 4), List.of());
        strided(dtype, Shape.of(3, 131), List.of(0, 1));
        strided(dtype, Shape.of(2, 3, 1, 2, 2, 3, 2, 2), List.of(0, 3, 5, 7));
        strided(dtype, Shape.of(3, 0, 2), List.of(1));
    }

    private static void strided(DType dtype, Shape in, List<Integer> axes) {
        List<Integer> kept = IntStream.range(0, in.rank()).filter(a -> !axes.contains(a)).boxed().toList();
        Shape out = Shape.of(kept.stream().mapToInt(in::dim).toArray());
        double[] x = Expected.normal(3, in.size(), dtype);
        int terms = axes.stream().mapToInt(in::dim).reduce(1, (a, b) -> a * b);
        for (boolean maximum : new boolean[] {false, true}) {
            String kernel = (maximum ? "gk_max_strided_" : "gk_sum_strided_") + suffix(dtype);
            double[] expected = Expected.of(maximum ? new Op.MaxOver(axes) : new Op.Sum(axes), out, new Shape[] {in},
                    x);
            try (KernelRun run = new KernelRun()) {
                KernelRun.Array y = run.fresh(dtype, out.size());
                run.launch(kernel, new int[] {out.size(), 1, 1}, new int[] {128, 1}, run.of(dtype, x), y, out.size(),
                        terms, axes(in, kept), axes(in, axes));
                Expected.check(kernel + " of " + in + " over " + axes, dtype, expected, y.values());
            }
        }
    }

    private static int[] axes(Shape in, List<Integer> chosen) {
        int[] packed = new int[17];
        packed[0] = chosen.size();
        for (int i = 0; i < chosen.size(); i++) {
            packed[1 + i] = in.dim(chosen.get(i));
            packed[9 + i] = in.strides()[chosen.get(i)];
        }
        return packed;
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void maximumOfNaNIsNaN(DType dtype) {
        double[] x = new double[700];
        for (int place : new int[] {0, 1, 255, 256, 699}) {
            double[] with = x.clone();
            with[place] = Double.NaN;
            try (KernelRun run = new KernelRun()) {
                KernelRun.Array y = run.fresh(dtype, 1);
                launch(run, "gk_max_" + suffix(dtype), run.of(dtype, with), y, 1, 700, 1, 1, 0);
                assertArrayEquals(new double[] {Double.NaN}, y.values());
            }
        }
    }

    static String suffix(DType dtype) {
        return dtype == DType.FLOAT32 ? "f32" : "f64";
    }
}
