package dev.goshawk.cpu.kernel.conv.winograd;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.conv.direct.DirectRowTile;
import dev.goshawk.cpu.kernel.conv.direct.DirectStage;
import dev.goshawk.cpu.kernel.simd.FloatTranspose;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;

/**
 * Convolution outputs and input gradients by {@link WinogradRows}: four products a channel and tap column give two output rows, where the
 * sum itself takes six. Four input rows are transformed at a time, into a buffer of the first-level cache, and register tiles run over
 * them. An input gradient is the output of the filter turned about, of the output's gradient.
 */
final class WinogradConv implements ConvKernel {
    /** Output channels of a tile two vectors wide. */
    private static final int GROUP = 2 * L;
    private static final int MOST_TASKS = 64;
    private static final int BUFFER = DirectRowTile.PIXELS_OF_PAIR * GROUP;

    private final boolean inputGrad;
    private final int batch;
    private final int kernelWidth;
    private final int srcRows;
    private final int srcCols;
    private final int depth;
    private final int padTop;
    private final int padLeft;
    private final int outRows;
    private final int outCols;
    private final int lanes;
    private final int filterFloats;
    private final int stageCols;
    private final int stageRow;
    private final int stageBlock;

    WinogradConv(ConvRole role, ConvGeometry g) {
        inputGrad = role == ConvRole.INPUT_GRAD;
        batch = g.batch();
        kernelWidth = g.kernelWidth();
        srcRows = inputGrad ? g.outHeight() : g.inHeight();
        srcCols = inputGrad ? g.outWidth() : g.inWidth();
        depth = inputGrad ? g.outChannels() : g.inChannels();
        padTop = inputGrad ? 2 - g.padTop() : g.padTop();
        padLeft = inputGrad ? kernelWidth - 1 - g.padLeft() : g.padLeft();
        outRows = inputGrad ? g.inHeight() : g.outHeight();
        outCols = inputGrad ? g.inWidth() : g.outWidth();
        lanes = inputGrad ? g.inChannels() : g.outChannels();
        filterFloats = g.filterShape().size();
        stageCols = Math.max(outCols + kernelWidth - 1 + DirectRowTile.PIXELS, padLeft + srcCols);
        stageRow = stageCols * BLOCK;
        stageBlock = WinogradRows.ROWS * stageRow;
    }

    private int packedFloats() {
        return filterFloats / 3 * WinogradRows.ROWS;
    }

    /** Room for a tile that hangs over the image, two rows of it. */
    private static int tailFloats() {
        return 2 * DirectRowTile.PIXELS * GROUP;
    }

    /** Zeros to begin sums with, a tail, a tile's buffer, a row of zeros and the transformed rows. */
    private int workerFloats() {
        return GROUP + tailFloats() + BUFFER + srcCols * depth + depth / BLOCK * stageBlock;
    }

    @Override
    public int scratchFloats(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("winograd: at least 1 thread expected, got " + threads);
        }
        return Math.toIntExact(packedFloats() + (inputGrad ? filterFloats : 0) + (long) threads * workerFloats());
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate,
            float[] scratch,
            int scratchOff, Workers workers) {
        float[] images = inputGrad ? b : a;
        int imagesOff = inputGrad ? bOff : aOff;
        float[] filter = inputGrad ? a : b;
        int filterOff = inputGrad ? aOff : bOff;
        int areas = scratchOff + packedFloats() + (inputGrad ? filterFloats : 0);
        pack(filter, filterOff, scratch, scratchOff, workers);
        int tasks = Math.min(batch, MOST_TASKS);
        workers.run(tasks, (task, worker) -> {
            int area = areas + worker * workerFloats();
            Arrays.fill(scratch, area, area + workerFloats(), 0f);
            int end = (int) ((long) batch * (task + 1) / tasks);
            for (int image = (int) ((long) batch * task / tasks); image < end; image++) {
                image(images, imagesOff + image * srcRows * srcCols * depth, scratch, scratchOff, area, out,
                        outOff + image * outRows * outCols * lanes, accumulate);
            }
        });
    }

    /** The transformed filter, for an input gradient of the filter turned about: taps reversed, channels exchanged. */
    private void pack(float[] filter, int filterOff, float[] scratch, int packedOff, Workers workers) {
        int turned = packedOff + packedFloats();
        if (inputGrad) {
            int taps = 3 * kernelWidth;
            int tap = depth * lanes;
            workers.run(taps, (t, worker) -> {
                for (int lane = 0; lane < lanes; lane += BLOCK) {
                    for (int d = 0; d < depth; d += BLOCK) {
                        FloatTranspose.block(filter, filterOff + (taps - 1 - t) * tap + lane * depth + d, depth,
                                scratch,
                                turned + t * tap + d * lanes + lane, lanes);
                    }
                }
            });
        }
        float[] from = inputGrad ? scratch : filter;
        int fromOff = inputGrad ? turned : filterOff;
        workers.run((lanes + GROUP - 1) / GROUP, (group, worker) -> {
            int lane = group * GROUP;
            WinogradRows.filter(from, fromOff + lane, kernelWidth, depth, lanes, Math.min(GROUP, lanes - lane),
                    scratch,
                    packedOff + lane * WinogradRows.ROWS * kernelWidth * depth);
        });
    }

    private void image(float[] images, int source, float[] scratch, int packedOff, int area, float[] out, int imageOff,
            boolean accumulate) {
        int tail = area + GROUP;
        int zeros = tail + tailFloats() + BUFFER;
        int stage = zeros + srcCols * depth;
        for (int row = 0; row < outRows; row += 2) {
            for (int block = 0; block < depth; block += BLOCK) {
                WinogradRows.input(images, source + block, srcRows, srcCols, depth, row - padTop, scratch, zeros,
                        scratch,
                        stage + block / BLOCK * stageBlock + padLeft * BLOCK, stageRow);
            }
            for (int lane = 0; lane < lanes; lane += GROUP) {
                int weights = packedOff + lane * WinogradRows.ROWS * kernelWidth * depth;
                tiles(lanes - lane >= GROUP, Math.min(2, outRows - row), scratch, stage, weights, area, out,
                        imageOff + row * outCols * lanes + lane, accumulate);
            }
        }
    }

    /** Two output rows, of which the second may lie beyond the last, by two vectors of channels or one. */
    private void tiles(boolean pair, int rows, float[] scratch, int stage, int weights, int area, float[] out,
            int outOff,
            boolean accumulate) {
        int pixels = pair ? DirectRowTile.PIXELS_OF_PAIR : DirectRowTile.PIXELS;
        int width = pair ? GROUP : BLOCK;
        int outRow = outCols * lanes;
        for (int col = 0; col < outCols; col += pixels) {
            int from = stage + col * BLOCK;
            int to = outOff + col * lanes;
            if (rows < 2 || col + pixels > outCols) {
                int tail = area + GROUP;
                tile(pair, scratch, from, weights, area, scratch, area, 0, 0, scratch, tail, pixels * width, width);
                int count = Math.min(pixels, outCols - col);
                for (int row = 0; row < rows; row++) {
                    DirectStage.store(scratch, tail + row * pixels * width, width, count, out, to + row * outRow, lanes,
                            accumulate);
                }
            } else if (accumulate) {
                tile(pair, scratch, from, weights, area, out, to, outRow, lanes, out, to, outRow, lanes);
            } else {
                tile(pair, scratch, from, weights, area, scratch, area, 0, 0, out, to, outRow, lanes);
            }
        }
    }

    private void tile(boolean pair, float[] x, int xOff, int wOff, int area, float[] init, int initOff, int initRow,
            int initCol,
            float[] out,
            int outOff, int outRow, int outCol) {
        int run = kernelWidth * BLOCK;
        if (!VectorSupport.MANY_REGISTERS) {
            WinogradRowTile.rows2x4x2(x, xOff, stageRow, stageBlock, depth / BLOCK, run, x, wOff, init, initOff,
                    initRow, initCol, out, outOff, outRow, outCol, x, area + GROUP + tailFloats());
        } else if (pair) {
            WinogradTile.rows2x4x2(x, xOff, stageRow, stageBlock, depth / BLOCK, run, x, wOff, init, initOff, initRow,
                    initCol, out,
                    outOff, outRow, outCol);
        } else {
            WinogradTile.rows2x8x1(x, xOff, stageRow, stageBlock, depth / BLOCK, run, x, wOff, init, initOff, initRow,
                    initCol, out,
                    outOff, outRow, outCol);
        }
    }
}
