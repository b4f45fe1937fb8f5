package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.PIXELS;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import java.util.Arrays;
import java.util.List;

/**
 * Convolution outputs and input gradients: packs the filter once, then stages image after image and runs the passes
 * over each. Images are independent, so the result does not depend on how they are divided.
 */
public final class DirectSweep implements ConvKernel {
    /** Output channels of a tile two vectors wide. */
    private static final int GROUP = 2 * L;
    private static final int TAIL = PIXELS * GROUP;
    private static final int MOST_TASKS = 64;
    /** Staged rows from a pair of output rows on: the four it reads and the next pair's. */
    private static final int AHEAD = 6;

    private final boolean filterFirst;
    private final int batch;
    private final DirectStage stage;
    private final int lanes;
    private final int imageOut;
    private final DirectPass[] passes;
    private final int packedFloats;
    private final int longestRow;
    private final long workerFloats;

    /**
     * A kernel over images of the source that {@code stage} describes.
     *
     * @param filterFirst whether operand a is the filter and b the images
     * @param lanes output channels, a multiple of 16
     * @param imageOut floats of one output image
     */
    DirectSweep(boolean filterFirst, int batch, DirectStage stage, int lanes, int imageOut, List<DirectPass> passes) {
        this.filterFirst = filterFirst;
        this.batch = batch;
        this.stage = stage;
        this.lanes = lanes;
        this.imageOut = imageOut;
        this.passes = passes.stream().map(pass -> flatten(stage, pass)).toArray(DirectPass[]::new);
        this.packedFloats = passes.stream().mapToInt(p -> p.packedFloats(lanes)).sum();
        this.longestRow = passes.stream().filter(DirectPass::threeRows).mapToInt(DirectPass::cols).max().orElse(0);
        this.workerFloats = GROUP + TAIL + rowBuffer() + stage.floats();
    }

    /** Rows that follow one another without a gap, in the stage and in the output, make one long row. */
    private static DirectPass flatten(DirectStage stage, DirectPass pass) {
        boolean gapless = !pass.threeRows() && pass.cols() % PIXELS != 0 && stage.cols() == pass.cols()
                && pass.outRow() == pass.cols() * pass.outCol();
        return gapless ? pass.withSize(1, pass.rows() * pass.cols()) : pass;
    }

    @Override
    public int scratchFloats(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("direct convolution: at least 1 thread expected, got " + threads);
        }
        return Math.toIntExact(packedFloats + threads * workerFloats);
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate,
            float[] scratch,
            int scratchOff, Workers workers) {
        float[] images = filterFirst ? b : a;
        int imagesOff = filterFirst ? bOff : aOff;
        float[] filter = filterFirst ? a : b;
        int filterOff = filterFirst ? aOff : bOff;
        workers.run((lanes + GROUP - 1) / GROUP,
                (group, worker) -> pack(filter, filterOff, group * GROUP, scratch, scratchOff));
        int tasks = Math.min(batch, MOST_TASKS);
        workers.run(tasks, (task, worker) -> {
            int area = scratchOff + packedFloats + worker * (int) workerFloats;
            Arrays.fill(scratch, area, area + GROUP, 0f);
            int stageOff = area + GROUP + TAIL + rowBuffer();
            stage.clear(scratch, stageOff);
            int end = (int) ((long) batch * (task + 1) / tasks);
            for (int image = (int) ((long) batch * task / tasks); image < end; image++) {
                image(images, imagesOff + image * stage.sourceFloats(), scratch, scratchOff, area, out,
                        outOff + image * imageOut, accumulate);
            }
        });
    }

    private void pack(float[] filter, int filterOff, int lane, float[] scratch, int packedOff) {
        int to = packedOff;
        for (DirectPass pass : passes) {
            pass.pack(filter, filterOff, lane, Math.min(GROUP, lanes - lane), scratch, to + pass.packedFloats(lane));
            to += pass.packedFloats(lanes);
        }
    }

    private void image(float[] images, int source, float[] scratch, int packedOff, int area, float[] out, int imageOff,
            boolean accumulate) {
        int stageOff = area + GROUP + TAIL + rowBuffer();
        int weights = packedOff;
        int loaded = 0;
        for (DirectPass pass : passes) {
            int step = pass.threeRows() ? 2 : 1;
            for (int lane = 0; lane < lanes; lane += GROUP) {
                int weightsOff = weights + pass.packedFloats(lane);
                boolean pair = lanes - lane >= GROUP;
                for (int row = 0; row < pass.rows(); row += step) {
                    int needed = pass.threeRows()
                            ? Math.min(row + AHEAD - stage.padTop(), stage.height())
                            : stage.height();
                    if (loaded < needed) {
                        // Row by row ahead of the tiles, so that memory is read while they compute.
                        stage.load(images, source, 0, loaded, needed, scratch, stageOff);
                        loaded = needed;
                    }
                    int from = stageOff + row * stage.cols() * BLOCK;
                    int to = imageOff + pass.outOff() + row * pass.outRow() + lane;
                    if (pass.threeRows()) {
                        twoRows(pass, pair, Math.min(2, pass.rows() - row), scratch, from, weightsOff,
                                area + GROUP + TAIL, out, to, accumulate);
                    } else {
                        row(pass, pair, scratch, from, weightsOff, area, out, to, accumulate);
                    }
                }
            }
            weights += pass.packedFloats(lanes);
        }
    }

    /**
     * Two output rows, of which the second may lie beyond the last. The tiles leave them in a buffer, which has room for what
     * hangs over; from there the pixels go to their places, or are added to what is there.
     */
    private void twoRows(DirectPass pass, boolean pair, int rows, float[] scratch, int rowOff, int weightsOff,
            int buffer, float[] out, int outOff, boolean accumulate) {
        int pixels = pair ? DirectRowTile.PIXELS_OF_PAIR : DirectRowTile.PIXELS;
        int lanesOfTile = pair ? GROUP : BLOCK;
        int xRow = stage.cols() * BLOCK;
        int bufferRow = rowBuffer() / 2;
        for (int col = 0; col < pass.cols(); col += pixels) {
            int from = rowOff + col * BLOCK;
            int to = buffer + col * lanesOfTile;
            if (pair) {
                DirectRowTile.rows2x4x2(scratch, from, xRow, pass.segmentStart(), pass.segmentLength(), scratch,
                        weightsOff, scratch, to, bufferRow);
            } else {
                DirectRowTile.rows2x8x1(scratch, from, xRow, pass.segmentStart(), pass.segmentLength(), scratch,
                        weightsOff, scratch, to, bufferRow);
            }
        }
        for (int row = 0; row < rows; row++) {
            DirectStage.store(scratch, buffer + row * bufferRow, lanesOfTile, pass.cols(), out,
                    outOff + row * pass.outRow(), pass.outCol(), accumulate);
        }
    }

    /** Floats of two output rows of one group of lanes. */
    private int rowBuffer() {
        return 2 * (longestRow + DirectRowTile.PIXELS) * GROUP;
    }

    private static void row(DirectPass pass, boolean pair, float[] scratch, int rowOff, int weightsOff, int area,
            float[] out,
            int outOff, boolean accumulate) {
        int stride = pass.outCol();
        int pixels;
        for (int col = 0; col < pass.cols(); col += pixels) {
            pixels = pair ? pass.nextTile(pass.cols() - col) : PIXELS;
            int from = rowOff + col * BLOCK;
            int to = outOff + col * stride;
            if (col + pixels > pass.cols()) {
                int tail = area + GROUP;
                tile(pass, pixels, pair, scratch, from, weightsOff, scratch, area, 0, scratch, tail, GROUP);
                for (int c = col; c < pass.cols(); c++, tail += GROUP) {
                    store(scratch, tail, pair ? GROUP : BLOCK, out, outOff + c * stride, accumulate);
                }
            } else if (accumulate) {
                tile(pass, pixels, pair, scratch, from, weightsOff, out, to, stride, out, to, stride);
            } else {
                tile(pass, pixels, pair, scratch, from, weightsOff, scratch, area, 0, out, to, stride);
            }
        }
    }

    private static void store(float[] from, int fromOff, int lanes, float[] out, int outOff, boolean accumulate) {
        if (accumulate) {
            for (int l = 0; l < lanes; l++) {
                out[outOff + l] += from[fromOff + l];
            }
        } else {
            System.arraycopy(from, fromOff, out, outOff, lanes);
        }
    }

    private static void tile(DirectPass pass, int pixels, boolean pair, float[] x, int xOff, int wOff, float[] init,
            int initOff,
            int initStride, float[] out, int outOff, int outStride) {
        int[] start = pass.segmentStart();
        int[] length = pass.segmentLength();
        if (!pair) {
            DirectTile.pixels8x1(x, xOff, start, length, x, wOff, init, initOff, initStride, out, outOff, outStride);
            return;
        }
        switch (pixels) {
            case 8 -> DirectTile.pixels8x2(x, xOff, start, length, x, wOff, init, initOff, initStride, out, outOff,
                    outStride);
            case 7 -> DirectTile.pixels7x2(x, xOff, start, length, x, wOff, init, initOff, initStride, out, outOff,
                    outStride);
            case 6 -> DirectTile.pixels6x2(x, xOff, start, length, x, wOff, init, initOff, initStride, out, outOff,
                    outStride);
            case 4 -> DirectTile.pixels4x2(x, xOff, start, length, x, wOff, init, initOff, initStride, out, outOff,
                    outStride);
            default -> throw new IllegalArgumentException("direct convolution: no tile of " + pixels + " pixels");
        }
    }
}
