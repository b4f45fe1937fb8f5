package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;

import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.ArrayList;
import java.util.List;

/**
 * Direct convolution in float32: no matrix of patches is formed. One image at a time is copied into a padded {@link
 * DirectStage} that stays in the second-level cache, and register tiles run over it. For ungrouped convolutions whose
 * vectorized channels (the output's; the input's for INPUT_GRAD) are a multiple of 16.
 */
public final class DirectConv {
    /** Channels on both sides from which kernels of one row or one column are left to the packed matrix product. */
    private static final int DEEP = 64;

    private DirectConv() {
    }

    /** Whether {@link #of} has a kernel for this role and geometry. */
    public static boolean supports(ConvRole role, ConvGeometry g) {
        if (g.groups() != 1 || g.batch() < 1
                || g.inChannels() < 1 || g.outChannels() < 1 || g.outChannels() % BLOCK != 0) {
            return false;
        }
        boolean channels = g.inChannels() % BLOCK == 0 || g.inChannels() < BLOCK && role != ConvRole.INPUT_GRAD;
        return channels && !thinAndDeep(g) && fits(role, g);
    }

    /** A direct kernel gains from reuse across both rows and columns; without it, deep products do better packed. */
    private static boolean thinAndDeep(ConvGeometry g) {
        return Math.min(g.kernelHeight(), g.kernelWidth()) == 1 && Math.min(g.inChannels(), g.outChannels()) >= DEEP;
    }

    private static boolean fits(ConvRole role, ConvGeometry g) {
        long stage = switch (role) {
            case OUTPUT -> outputStageFloats(g);
            case INPUT_GRAD ->
                (long) g.outChannels() * (g.inHeight() + g.kernelHeight()) * (g.inWidth() + g.kernelWidth());
            case WEIGHT_GRAD ->
                (long) BLOCK * (g.inHeight() + g.kernelHeight() + g.padTop() + g.padBottom()) * g.outWidth();
        };
        return stage < Integer.MAX_VALUE / 8 && g.filterShape().size() < Integer.MAX_VALUE / 8;
    }

    private static long outputStageFloats(ConvGeometry g) {
        long rows = (long) g.inHeight() + g.padTop() + g.padBottom() + g.kernelHeight();
        long cols = (long) g.inWidth() + g.padLeft() + g.padRight() + g.kernelWidth();
        return rows * cols * Math.max(g.inChannels(), (long) BLOCK * g.kernelWidth());
    }

    /**
     * The kernel of a supported role and geometry.
     *
     * @throws IllegalArgumentException where {@link #supports} is false
     */
    public static ConvKernel of(ConvRole role, ConvGeometry g) {
        if (!supports(role, g)) {
            throw new IllegalArgumentException("direct convolution: no kernel for " + role + " at " + g);
        }
        return switch (role) {
            case OUTPUT -> output(g);
            case INPUT_GRAD -> inputGrad(g);
            case WEIGHT_GRAD -> FlatFilterGrad.supports(g) ? new FlatFilterGrad(g) : new DirectFilterGrad(g);
        };
    }

    /** Whether the tiles take three filter rows at a time. */
    private static boolean threeRows(ConvGeometry g) {
        return L == BLOCK && g.kernelHeight() == 3 && g.strideHeight() == 1 && g.strideWidth() == 1;
    }

    private static ConvKernel output(ConvGeometry g) {
        int channels = g.inChannels();
        int kw = g.kernelWidth();
        boolean windows = channels % BLOCK != 0;
        int phases = windows ? 1 : Math.min(g.strideWidth(), kw);
        int blocks = windows ? (kw * channels + BLOCK - 1) / BLOCK : channels / BLOCK;
        int rows = g.outHeight() + (g.kernelHeight() - 1) / g.strideHeight();
        int cols = g.outWidth() + (windows ? 0 : (kw - 1) / g.strideWidth());
        DirectStage stage = new DirectStage(channels, g.inHeight(), g.inWidth(), g.strideHeight(), g.strideWidth(),
                Math.min(g.strideHeight(), g.kernelHeight()), phases, g.padTop(), g.padLeft(), blocks, rows, cols);
        int lanes = g.outChannels();
        // Three rows at a time gain windows nothing, and would be one more kernel to compile.
        boolean threeRows = threeRows(g) && !windows;
        int filterRow = kw * channels * lanes;
        DirectPass.Builder pass = new DirectPass.Builder(threeRows);
        for (int block = 0; block < blocks; block++) {
            for (int r = 0; r < (threeRows ? 1 : g.kernelHeight()); r++) {
                if (windows) {
                    pass.addWindow(stage.address(block, r, 0), Math.min(BLOCK, kw * channels - block * BLOCK),
                            r * filterRow + block * BLOCK * lanes, lanes);
                    continue;
                }
                int[] tapRows = threeRows ? new int[] {0, filterRow, 2 * filterRow} : new int[] {r * filterRow};
                for (int phase = 0; phase < phases; phase++) {
                    int[] taps = new int[(kw - 1 - phase) / g.strideWidth() + 1];
                    for (int t = 0; t < taps.length; t++) {
                        taps[t] = ((phase + t * g.strideWidth()) * channels + block * BLOCK) * lanes;
                    }
                    pass.addTaps(stage.address(block, r, phase), taps, lanes, tapRows);
                }
            }
        }
        int width = g.outWidth();
        return new DirectSweep(false, g.batch(), stage, lanes, g.outHeight() * width * lanes,
                List.of(pass.build(1, 0, width * lanes, lanes, g.outHeight(), width)));
    }

    /**
     * Input row {@code stride * m + phase} is reached from output row {@code m + shift - u} by tap {@code firstTap +
     * stride * u} for every {@code u < taps}.
     */
    private record Phase(int phase, int count, int firstTap, int taps, int shift) {
        static List<Phase> of(int size, int kernel, int stride, int pad) {
            List<Phase> phases = new ArrayList<>();
            for (int p = 0; p < Math.min(stride, size); p++) {
                int first = (p + pad) % stride;
                int taps = first < kernel ? (kernel - 1 - first) / stride + 1 : 0;
                phases.add(new Phase(p, (size - 1 - p) / stride + 1, first, taps, (p + pad) / stride));
            }
            return phases;
        }

        static int lead(List<Phase> phases) {
            return phases.stream().mapToInt(p -> Math.max(0, p.taps - 1 - p.shift)).max().orElse(0);
        }

        static int extent(List<Phase> phases) {
            return phases.stream().mapToInt(p -> p.count + p.shift).max().orElse(0) + lead(phases);
        }
    }

    private static ConvKernel inputGrad(ConvGeometry g) {
        List<Phase> rowPhases = Phase.of(g.inHeight(), g.kernelHeight(), g.strideHeight(), g.padTop());
        List<Phase> colPhases = Phase.of(g.inWidth(), g.kernelWidth(), g.strideWidth(), g.padLeft());
        int top = Phase.lead(rowPhases);
        int left = Phase.lead(colPhases);
        int depth = g.outChannels();
        int lanes = g.inChannels();
        DirectStage stage = new DirectStage(depth, g.outHeight(), g.outWidth(), 1, 1, 1, 1, top, left, depth / BLOCK,
                Phase.extent(rowPhases), Phase.extent(colPhases));
        boolean threeRows = threeRows(g);
        List<DirectPass> passes = new ArrayList<>();
        for (Phase rows : rowPhases) {
            for (Phase cols : colPhases) {
                DirectPass.Builder pass = new DirectPass.Builder(threeRows);
                int filterRow = g.kernelWidth() * lanes * depth;
                for (int block = 0; block < depth / BLOCK && cols.taps > 0; block++) {
                    for (int u = rows.taps - 1; u >= (threeRows ? rows.taps - 1 : 0); u--) {
                        int r = (rows.firstTap + g.strideHeight() * u) * filterRow;
                        int[] taps = new int[cols.taps];
                        for (int t = 0; t < taps.length; t++) {
                            int s = cols.firstTap + g.strideWidth() * (taps.length - 1 - t);
                            taps[t] = s * lanes * depth + block * BLOCK;
                        }
                        int start = stage.address(block, rows.shift - u + top, 0)
                                + (cols.shift - taps.length + 1 + left) * BLOCK;
                        pass.addTaps(start, taps, 1,
                                threeRows ? new int[] {r, r - filterRow, r - 2 * filterRow} : new int[] {r});
                    }
                }
                int width = g.inWidth();
                passes.add(
                        pass.build(depth, (rows.phase * width + cols.phase) * lanes, g.strideHeight() * width * lanes,
                                g.strideWidth() * lanes, rows.count, cols.count));
            }
        }
        return new DirectSweep(true, g.batch(), stage, lanes, g.inHeight() * g.inWidth() * lanes, passes);
    }
}
