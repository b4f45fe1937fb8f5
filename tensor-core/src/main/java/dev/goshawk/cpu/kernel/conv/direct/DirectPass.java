package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.PIXELS;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import java.util.Arrays;

/**
 * One sweep of tiles over a staged image: every output pixel (row, col) is a sum over the same taps, read from fixed
 * offsets beside the pixel's own address. A convolution is one pass; its input gradient is one for each phase of the
 * stride, each with the taps that reach the input pixels of that phase.
 *
 * @param segmentStart first float of each run of contiguous reduction indices, relative to the pixel
 * @param segmentLength length of each run
 * @param filterIndex for each packed row of weights the filter element of lane 0
 * @param laneStride filter elements from lane to lane
 * @param threeRows whether each run stands for itself and the two rows below it, at a stride of one row
 * @param outOff output float of pixel (0, 0), channel 0, in an image
 * @param outRow floats from output row to output row
 * @param outCol floats from pixel to pixel
 * @param rows output rows
 * @param cols output columns
 */
record DirectPass(int[] segmentStart, int[] segmentLength, int[] filterIndex, int laneStride, boolean threeRows,
        int outOff,
        int outRow, int outCol, int rows, int cols) {

    DirectPass withSize(int newRows, int newCols) {
        return new DirectPass(segmentStart, segmentLength, filterIndex, laneStride, threeRows, outOff, outRow, outCol,
                newRows,
                newCols);
    }

    /** Pixels of the next tile two vectors wide, where {@code left} are left of a row. */
    int nextTile(int left) {
        if (!VectorSupport.MANY_REGISTERS) {
            // Sixes and fours make up every even number from 4 on; sixes are faster.
            return left > 4 && left != 7 && left != 8 ? 6 : 4;
        }
        // Seven where that leaves fewer pixels of the last tile unused.
        int ofSeven = (cols + 6) / 7 * 7;
        int ofEight = (cols + 7) / 8 * 8;
        return ofSeven < ofEight ? 7 : PIXELS;
    }

    /** Floats of the packed weights for {@code lanes} output channels. */
    int packedFloats(int lanes) {
        return filterIndex.length * lanes;
    }

    /** Packs {@code lanes} output channels from {@code lane} on: one row of lanes for each reduction index. */
    void pack(float[] filter, int filterOff, int lane, int lanes, float[] packed, int packedOff) {
        if (laneStride == 1) {
            for (int k = 0; k < filterIndex.length; k++) {
                System.arraycopy(filter, filterOff + filterIndex[k] + lane, packed, packedOff + k * lanes, lanes);
            }
            return;
        }
        for (int k = 0; k < filterIndex.length; k++) {
            int from = filterOff + filterIndex[k] + lane * laneStride;
            for (int l = 0; l < lanes; l++) {
                packed[packedOff + k * lanes + l] = filter[from + l * laneStride];
            }
        }
    }

    /** Collects the runs of a pass. */
    static final class Builder {
        private static final int[] ONE_ROW = {0};

        private final boolean threeRows;
        private int[] starts = new int[8];
        private int[] lengths = new int[8];
        private int[] index = new int[64];
        private int segments;
        private int indices;

        /** @param threeRows whether each run to be added stands for three filter rows: {@code rows} of three everywhere */
        Builder(boolean threeRows) {
            this.threeRows = threeRows;
        }

        /**
         * Adds the taps of a block of channels in one row, or in three: {@code taps[t]} is the filter index of tap t, channel 0.
         *
         * @param rows filter index of each row's taps, relative to {@code taps}
         */
        void addTaps(int start, int[] taps, int channelStride, int... rows) {
            addSegment(start, taps.length * BLOCK, rows);
            for (int tap : taps) {
                for (int channel = 0; channel < BLOCK; channel++) {
                    addIndex(tap + channel * channelStride, rows);
                }
            }
        }

        /** Adds a piece of the window of a filter row. */
        void addWindow(int start, int length, int filterIndex, int stride) {
            addSegment(start, length, ONE_ROW);
            for (int j = 0; j < length; j++) {
                addIndex(filterIndex + j * stride, ONE_ROW);
            }
        }

        private void addSegment(int start, int length, int[] rows) {
            if (rows.length != (threeRows ? 3 : 1)) {
                throw new IllegalArgumentException("direct convolution: " + rows.length + " filter rows in a run");
            }
            if (segments == starts.length) {
                starts = Arrays.copyOf(starts, 2 * segments);
                lengths = Arrays.copyOf(lengths, 2 * segments);
            }
            starts[segments] = start;
            lengths[segments++] = length;
        }

        private void addIndex(int filterIndex, int[] rows) {
            for (int row : rows) {
                if (indices == index.length) {
                    index = Arrays.copyOf(index, 2 * indices);
                }
                index[indices++] = filterIndex + row;
            }
        }

        DirectPass build(int laneStride, int outOff, int outRow, int outCol, int rows, int cols) {
            return new DirectPass(Arrays.copyOf(starts, segments), Arrays.copyOf(lengths, segments),
                    Arrays.copyOf(index, indices), laneStride, threeRows, outOff, outRow, outCol, rows, cols);
        }
    }
}
