package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.PIXELS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The layout into which one NHWC image is copied before the tiles read it: zero-padded, and split into planes [block of
 * 16 channels][row phase][column phase][rows][columns][16], where a phase is the padded row or column number modulo the
 * stride. Whatever the stride and the number of channels, neighboring output pixels are then 16 floats apart and
 * neighboring taps of a phase too, which leaves the tiles without a stride to multiply by.
 *
 * <p>A block need not be channels of one tap. The 16 floats of column c in block b of column phase f begin at {@code (c
 * * colStep + f - padLeft) * channels + 16 b} of the source row; with a single column phase, b may run on over the next
 * taps, and then the block holds a piece of the whole filter row's window.
 *
 * @param channels channels of the source
 * @param height rows of the source
 * @param width columns of the source
 * @param rowStep vertical stride
 * @param colStep horizontal stride
 * @param rowPhases row phases that some tap reads, at most {@code rowStep}
 * @param colPhases column phases that some tap reads, at most {@code colStep}; 1 for windows
 * @param padTop zero rows above the source
 * @param padLeft zero columns left of the source
 * @param blocks blocks staged at a time
 * @param rows rows of a plane
 * @param cols columns of a plane
 */
public record DirectStage(int channels, int height, int width, int rowStep, int colStep, int rowPhases, int colPhases,
        int padTop,
        int padLeft, int blocks, int rows, int cols) {

    /** Floats of one staged image, with room for the last tile to read a row and a tile past the end. */
    long floats() {
        return (long) blocks * rowPhases * colPhases * rows * cols * BLOCK + (cols + PIXELS) * BLOCK;
    }

    /** Floats of one source image. */
    int sourceFloats() {
        return height * width * channels;
    }

    /** Offset of column 0 in padded row {@code row}, column phase {@code phase}, block {@code block}. */
    int address(int block, int row, int phase) {
        return (((block * rowPhases + row % rowStep) * colPhases + phase) * rows + row / rowStep) * cols * BLOCK;
    }

    /** Zeroes all of it, once before any number of loads: they leave rows of padding alone. */
    void clear(float[] stage, int stageOff) {
        Arrays.fill(stage, stageOff, stageOff + (int) floats(), 0f);
    }

    /** Copies the source image at {@code srcOff}; block 0 of the stage becomes the source's {@code firstBlock}. */
    void load(float[] src, int srcOff, int firstBlock, float[] stage, int stageOff) {
        load(src, srcOff, firstBlock, 0, height, stage, stageOff);
    }

    /** Copies the source rows from {@code begin} to {@code end}, those of them that the stage has. */
    void load(float[] src, int srcOff, int firstBlock, int begin, int end, float[] stage, int stageOff) {
        int rowFloats = width * channels;
        for (int h = begin; h < end && (h + padTop) / rowStep < rows; h++) {
            int row = h + padTop;
            if (row % rowStep >= rowPhases) {
                continue;
            }
            for (int block = 0; block < blocks; block++) {
                for (int phase = 0; phase < colPhases; phase++) {
                    int first = (phase - padLeft) * channels + (firstBlock + block) * BLOCK;
                    loadRow(src, srcOff + h * rowFloats, first, rowFloats, stage,
                            stageOff + address(block, row, phase));
                }
            }
        }
    }

    private void loadRow(float[] src, int rowOff, int first, int rowFloats, float[] stage, int to) {
        int step = colStep * channels;
        int begin = Math.min(cols, first >= 0 ? 0 : (step - 1 - first) / step);
        int end = Math.max(begin, Math.min(cols, Math.floorDiv(rowFloats - BLOCK - first, step) + 1));
        copyColumns(src, rowOff + first + begin * step, step, stage, to + begin * BLOCK, end - begin);
        clearColumns(stage, to, begin);
        clearColumns(stage, to + end * BLOCK, cols - end);
        if (channels % BLOCK != 0) {
            loadEdge(src, rowOff, first, rowFloats, stage, to, 0, begin);
            loadEdge(src, rowOff, first, rowFloats, stage, to, end, cols);
        }
    }

    /** Blocks that hang over the end of the source row. */
    private void loadEdge(float[] src, int rowOff, int first, int rowFloats, float[] stage, int to, int begin,
            int end) {
        for (int c = begin; c < end; c++) {
            int from = first + c * colStep * channels;
            for (int j = Math.max(0, -from); j < Math.min(BLOCK, rowFloats - from); j++) {
                stage[to + c * BLOCK + j] = src[rowOff + from + j];
            }
        }
    }

    /** Moves {@code cols} pixels of so many lanes, a number of vectors, packed one after another, to their places, or adds them to what is there. */
    public static void store(float[] from, int fromOff, int lanes, int cols, float[] out, int outOff, int outCol,
            boolean accumulate) {
        if (accumulate) {
            for (int c = 0; c < cols; c++) {
                for (int l = 0; l < lanes; l += L) {
                    int to = outOff + c * outCol + l;
                    FloatVector.fromArray(LANES, out, to)
                            .add(FloatVector.fromArray(LANES, from, fromOff + c * lanes + l)).intoArray(out, to);
                }
            }
        } else {
            for (int c = 0; c < cols; c++) {
                for (int l = 0; l < lanes; l += L) {
                    FloatVector.fromArray(LANES, from, fromOff + c * lanes + l).intoArray(out, outOff + c * outCol + l);
                }
            }
        }
    }

    private static void clearColumns(float[] stage, int to, int count) {
        for (int c = 0; c < count; c++) {
            for (int l = 0; l < BLOCK; l += L) {
                FloatVector.zero(LANES).intoArray(stage, to + c * BLOCK + l);
            }
        }
    }

    private static void copyColumns(float[] src, int from, int step, float[] stage, int to, int count) {
        for (int c = 0; c < count; c++) {
            for (int l = 0; l < BLOCK; l += L) {
                FloatVector.fromArray(LANES, src, from + c * step + l).intoArray(stage, to + c * BLOCK + l);
            }
        }
    }
}
