package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;

/**
 * Filter gradients. A task is a fixed group of images and, where groups are few, a share of the filter rows; it keeps a
 * tile of the gradient in registers over all pixels of an image and leaves a partial sum for its group. The partial
 * sums are added in the order of the groups, which depend on the geometry alone.
 */
final class DirectFilterGrad implements ConvKernel {
    private static final int PAIR = 2 * BLOCK;
    private static final int MOST_GROUPS = 16;
    private static final int LEAST_TASKS = 16;
    /**
     * Output columns from which a tile runs row by row over one copy of the image, not over a copy for each tap column.
     */
    private static final int LEAST_ROW = 16;
    private static final int MOST_PARTIAL_FLOATS = 1 << 20;

    private final int batch;
    private final int kernelHeight;
    private final int window;
    private final int lanes;
    private final int channels;
    private final int strideWidth;
    private final boolean windows;
    private final int pixels;
    private final int outWidth;
    private final DirectStage stage;
    private final int blocks;
    private final int partialFloats;
    private final int groups;
    private final int splits;
    private final long workerFloats;

    DirectFilterGrad(ConvGeometry g) {
        batch = g.batch();
        kernelHeight = g.kernelHeight();
        window = g.kernelWidth() * g.inChannels();
        lanes = g.outChannels();
        outWidth = g.outWidth();
        pixels = g.outHeight() * outWidth;
        channels = g.inChannels();
        strideWidth = g.strideWidth();
        windows = channels % BLOCK != 0 || outWidth < LEAST_ROW;
        stage = new DirectStage(channels, g.inHeight(), g.inWidth(), g.strideHeight(), strideWidth,
                Math.min(g.strideHeight(), kernelHeight), windows ? 1 : Math.min(strideWidth, g.kernelWidth()),
                g.padTop(),
                g.padLeft(), windows ? 1 : channels / BLOCK, g.outHeight() + (kernelHeight - 1) / g.strideHeight(),
                outWidth + (windows ? 0 : (g.kernelWidth() - 1) / strideWidth));
        blocks = (window + BLOCK - 1) / BLOCK;
        partialFloats = kernelHeight * blocks * BLOCK * lanes;
        groups = Math.max(1, Math.min(Math.min(batch, MOST_GROUPS), MOST_PARTIAL_FLOATS / partialFloats));
        splits = Math.min(blocks, (LEAST_TASKS + groups - 1) / groups);
        workerFloats = PAIR + stage.floats();
    }

    @Override
    public int scratchFloats(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("direct convolution: at least 1 thread expected, got " + threads);
        }
        return Math.toIntExact((long) groups * partialFloats + threads * workerFloats);
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate,
            float[] scratch,
            int scratchOff, Workers workers) {
        int areas = scratchOff + groups * partialFloats;
        workers.run(groups * splits, (task, worker) -> {
            int group = task / splits;
            int split = task % splits;
            int area = areas + worker * (int) workerFloats;
            int partial = scratchOff + group * partialFloats;
            int begin = (int) ((long) batch * group / groups);
            int end = (int) ((long) batch * (group + 1) / groups);
            Arrays.fill(scratch, area, area + PAIR, 0f);
            stage.clear(scratch, area + PAIR);
            for (int image = begin; image < end; image++) {
                image(a, aOff + image * stage.sourceFloats(), b, bOff + image * pixels * lanes, scratch, area, partial,
                        blocks * split / splits, blocks * (split + 1) / splits, image == begin);
            }
        });
        workers.run(kernelHeight, (row, worker) -> sum(row, scratch, scratchOff, out, outOff, accumulate));
    }

    private void image(float[] source, int sourceOff, float[] grad, int gradOff, float[] scratch, int area, int partial,
            int firstBlock, int endBlock, boolean first) {
        int stageOff = area + PAIR;
        if (!windows) {
            stage.load(source, sourceOff, 0, scratch, stageOff);
        }
        for (int block = firstBlock; block < endBlock; block++) {
            if (windows) {
                stage.load(source, sourceOff, block, scratch, stageOff);
            }
            int to = partial + block * BLOCK * lanes;
            for (int r = 0; r < kernelHeight; r++) {
                rows(grad, gradOff, scratch, area, stageOff + address(block, r), to + r * blocks * BLOCK * lanes,
                        first);
            }
        }
    }

    /**
     * Where the stage holds the input that the taps of a block in filter row 0 meet at output row {@code row}, column
     * 0.
     */
    private int address(int block, int row) {
        if (windows) {
            return stage.address(0, row, 0);
        }
        int tap = block * BLOCK / channels;
        return stage.address(block % (channels / BLOCK), row, tap % strideWidth) + tap / strideWidth * BLOCK;
    }

    private void rows(float[] grad, int gradOff, float[] scratch, int area, int x, int partial, boolean first) {
        int rows = windows ? 1 : pixels / outWidth;
        int cols = pixels / rows;
        int xRow = stage.cols() * BLOCK;
        if (L < BLOCK) {
            if (first) {
                Arrays.fill(scratch, partial, partial + BLOCK * lanes, 0f);
            }
            for (int lane = 0; lane < lanes; lane += FilterTile.WIDTH) {
                FilterTile.add(scratch, x, xRow, grad, gradOff + lane, lanes, rows, cols, scratch, partial + lane,
                        lanes);
            }
            return;
        }
        int initStride = first ? 0 : lanes;
        for (int lane = 0; lane < lanes; lane += PAIR) {
            int to = partial + lane;
            int init = first ? area : to;
            int g = gradOff + lane;
            if (lanes - lane >= PAIR) {
                DirectFilterTile.rows8x2(scratch, x, xRow, grad, g, lanes, rows, cols, scratch, init, initStride,
                        scratch, to,
                        lanes);
                DirectFilterTile.rows8x2(scratch, x + 8, xRow, grad, g, lanes, rows, cols, scratch,
                        init + 8 * initStride,
                        initStride, scratch, to + 8 * lanes, lanes);
            } else {
                DirectFilterTile.rows16x1(scratch, x, xRow, grad, g, lanes, rows, cols, scratch, init, initStride,
                        scratch, to,
                        lanes);
            }
        }
    }

    private void sum(int row, float[] scratch, int scratchOff, float[] out, int outOff, boolean accumulate) {
        int count = window * lanes;
        int to = outOff + row * count;
        int from = scratchOff + row * blocks * BLOCK * lanes;
        for (int i = 0; i < count; i++) {
            float total = scratch[from + i];
            for (int group = 1; group < groups; group++) {
                total += scratch[from + group * partialFloats + i];
            }
            out[to + i] = accumulate ? out[to + i] + total : total;
        }
    }
}
