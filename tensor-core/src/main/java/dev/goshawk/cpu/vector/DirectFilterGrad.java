package dev.goshawk.cpu.vector;

import static dev.goshawk.cpu.vector.DirectTile.BLOCK;

import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;

/**
 * Filter gradients. A task is a fixed group of images and one block of 16 (tap column, input channel) pairs; it keeps a tile of the
 * gradient in registers over all pixels of an image and leaves a partial sum for its group. The partial sums are added in the order of
 * the groups, which depend on the geometry alone.
 */
final class DirectFilterGrad implements ConvKernel {
    private static final int PAIR = 2 * BLOCK;
    private static final int MOST_GROUPS = 8;
    private static final int MOST_PARTIAL_FLOATS = 1 << 20;

    private final int batch;
    private final int kernelHeight;
    private final int window;
    private final int lanes;
    private final int pixels;
    private final int outWidth;
    private final DirectStage stage;
    private final int blocks;
    private final int partialFloats;
    private final int groups;
    private final int padTop;
    private final boolean threeRows;
    private final int liveRows;
    private final int gradFloats;
    private final long workerFloats;

    DirectFilterGrad(ConvGeometry g) {
        batch = g.batch();
        kernelHeight = g.kernelHeight();
        window = g.kernelWidth() * g.inChannels();
        lanes = g.outChannels();
        outWidth = g.outWidth();
        pixels = g.outHeight() * outWidth;
        stage = new DirectStage(g.inChannels(), g.inHeight(), g.inWidth(), g.strideHeight(), g.strideWidth(), 1, g.padTop(),
                g.padLeft(), 1, g.outHeight() + (kernelHeight - 1) / g.strideHeight(), outWidth);
        blocks = (window + BLOCK - 1) / BLOCK;
        partialFloats = kernelHeight * blocks * BLOCK * lanes;
        groups = Math.max(1, Math.min(Math.min(batch, MOST_GROUPS), MOST_PARTIAL_FLOATS / partialFloats));
        padTop = g.padTop();
        threeRows = kernelHeight == 3 && g.strideHeight() == 1 && lanes == BLOCK;
        liveRows = Math.min(g.inHeight(), stage.rows() - Math.min(padTop, stage.rows()));
        gradFloats = threeRows ? (liveRows + 2) * outWidth * BLOCK : 0;
        workerFloats = PAIR + gradFloats + stage.floats();
    }

    @Override
    public int scratchFloats(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("direct convolution: at least 1 thread expected, got " + threads);
        }
        return Math.toIntExact((long) groups * partialFloats + threads * workerFloats);
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate, float[] scratch,
            int scratchOff, Workers workers) {
        int areas = scratchOff + groups * partialFloats;
        workers.run(groups * blocks, (task, worker) -> {
            int group = task / blocks;
            int block = task % blocks;
            int area = areas + worker * (int) workerFloats;
            int partial = scratchOff + group * partialFloats + block * BLOCK * lanes;
            int begin = (int) ((long) batch * group / groups);
            int end = (int) ((long) batch * (group + 1) / groups);
            Arrays.fill(scratch, area, area + PAIR + gradFloats, 0f);
            stage.clear(scratch, area + PAIR + gradFloats);
            for (int image = begin; image < end; image++) {
                stage.load(a, aOff + image * stage.sourceFloats(), block, scratch, area + PAIR + gradFloats);
                int gradOff = bOff + image * pixels * lanes;
                if (threeRows) {
                    threeRows(b, gradOff, scratch, area, partial, image == begin);
                } else {
                    image(b, gradOff, scratch, area, partial, image == begin);
                }
            }
        });
        workers.run(kernelHeight, (row, worker) -> sum(row, scratch, scratchOff, out, outOff, accumulate));
    }

    private void image(float[] grad, int gradOff, float[] scratch, int area, int partial, boolean first) {
        int stageOff = area + PAIR + gradFloats;
        int initStride = first ? 0 : lanes;
        for (int r = 0; r < kernelHeight; r++) {
            int x = stageOff + stage.address(0, r, 0);
            for (int lane = 0; lane < lanes; lane += PAIR) {
                int to = partial + r * blocks * BLOCK * lanes + lane;
                int init = first ? area : to;
                if (lanes - lane >= PAIR) {
                    DirectFilterTile.rows8x32(scratch, x, grad, gradOff + lane, lanes, pixels, scratch, init, initStride, scratch,
                            to, lanes);
                    DirectFilterTile.rows8x32(scratch, x + 8, grad, gradOff + lane, lanes, pixels, scratch, init + 8 * initStride,
                            initStride, scratch, to + 8 * lanes, lanes);
                } else {
                    DirectFilterTile.rows16x16(scratch, x, grad, gradOff + lane, lanes, pixels, scratch, init, initStride, scratch,
                            to, lanes);
                }
            }
        }
    }

    /**
     * Runs over the rows of the input that are not padding; each meets the three rows of the output gradient that its taps reach,
     * taken from a copy with zero rows where they lie outside.
     */
    private void threeRows(float[] grad, int gradOff, float[] scratch, int area, int partial, boolean first) {
        int row = outWidth * BLOCK;
        int copy = area + PAIR;
        int skip = padTop - 2;
        int begin = Math.max(0, skip);
        int end = Math.min(pixels / outWidth, liveRows + 2 + skip);
        System.arraycopy(grad, gradOff + begin * row, scratch, copy + (begin - skip) * row, Math.max(0, end - begin) * row);
        int x = area + PAIR + gradFloats + stage.address(0, padTop, 0);
        int tap = blocks * BLOCK * lanes;
        int initTap = first ? 0 : tap;
        int initStride = first ? 0 : lanes;
        int init = first ? area : partial;
        for (int j = 0; j < BLOCK; j += 8) {
            DirectFilterTile.threeTapRows8x16(scratch, x + j, scratch, copy, row, liveRows * outWidth, scratch,
                    init + j * initStride, initTap, initStride, scratch, partial + j * lanes, tap, lanes);
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
