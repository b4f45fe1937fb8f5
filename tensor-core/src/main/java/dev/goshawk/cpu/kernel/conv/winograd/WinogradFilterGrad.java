package dev.goshawk.cpu.kernel.conv.winograd;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.conv.direct.FilterTile;
import dev.goshawk.cpu.kernel.simd.FloatCopies;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;

/**
 * Filter gradients by {@link WinogradRows}: two output rows meet four input rows in four products a channel pair and tap column, where
 * the sum itself takes six. Both sides are transformed as they are copied, the sums once at the end.
 *
 * <p>Output rows must be as long as input rows. Transformed rows, of one image after another, are then one flat plane of pixels on both
 * sides, and a tap column is a shift of one against the other. Where a shifted pixel would come from the next row, the gradient holds a
 * zero for that tap.
 *
 * <p>The batch's pairs of rows are taken in parts, which go to a few totals in turn, by the geometry alone: no bit depends on the number
 * of threads.
 */
final class WinogradFilterGrad implements ConvKernel {
    /** Pixels of a part: a product reads two planes of them, which stay in the first-level cache for the next tap. */
    private static final int PART_PIXELS = 256;
    /** Floats of a part's transformed rows, both sides: what stays in the second-level cache. */
    private static final int PART_FLOATS = 1 << 17;
    /** Tasks that keep many threads busy. */
    private static final int TASKS = 16;
    private static final int REDUCE = 1 << 12;

    private final int batch;
    private final int width;
    private final int kernelWidth;
    private final int padTop;
    private final int padLeft;
    private final int channels;
    private final int lanes;
    private final int inRows;
    private final int outRows;
    private final int pairs;
    private final int rows;
    private final int totals;
    private final int guard;
    private final int plane;
    private final int block;
    private final int sums;

    WinogradFilterGrad(ConvGeometry g) {
        batch = g.batch();
        width = g.inWidth();
        kernelWidth = g.kernelWidth();
        padTop = g.padTop();
        padLeft = g.padLeft();
        channels = g.inChannels();
        lanes = g.outChannels();
        inRows = g.inHeight();
        outRows = g.outHeight();
        pairs = (outRows + 1) / 2;
        int most = Math.min(PART_PIXELS / width, PART_FLOATS / (WinogradRows.ROWS * width * (channels + lanes)));
        rows = Math.clamp(most, 1, batch * pairs);
        totals = Math.clamp(TASKS * BLOCK / (WinogradRows.ROWS * lanes), 1, Math.ceilDiv(batch * pairs, rows));
        guard = kernelWidth * BLOCK;
        plane = rows * width * BLOCK + guard;
        block = WinogradRows.ROWS * plane;
        sums = WinogradRows.ROWS * kernelWidth * channels * lanes;
    }

    /** Whether there is a kernel. */
    static boolean supports(ConvGeometry g) {
        return WinogradRows.supports(g) && g.inWidth() == g.outWidth();
    }

    private int zeroFloats() {
        return width * Math.max(channels, lanes);
    }

    /** A worker's room for the columns of a plane that do not count for a tap. */
    private int columnFloats() {
        return rows * Math.min(width, kernelWidth) * BLOCK;
    }

    /** The transformed rows of a part: input and gradient, block after block of 16 channels, four planes each, a gap before every plane. */
    private int partFloats() {
        return guard + (channels + lanes) / BLOCK * block;
    }

    /** Parts at a time: enough to give every worker something. */
    private int together(int threads) {
        return Math.min(totals, Math.ceilDiv(threads * BLOCK, WinogradRows.ROWS * lanes));
    }

    @Override
    public int scratchFloats(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("winograd: at least 1 thread expected, got " + threads);
        }
        return Math.toIntExact((long) totals * sums + zeroFloats() + (long) threads * columnFloats()
                + (long) together(threads) * partFloats());
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate,
            float[] scratch,
            int scratchOff, Workers workers) {
        int zeros = scratchOff + totals * sums;
        int columns = zeros + zeroFloats();
        int parts = columns + workers.threads() * columnFloats();
        int together = together(workers.threads());
        Arrays.fill(scratch, scratchOff, columns, 0f);
        for (int part = 0; part < together; part++) {
            for (int gap = 0; gap < partFloats(); gap += plane) {
                int at = parts + part * partFloats() + gap;
                Arrays.fill(scratch, at, at + guard, 0f);
            }
        }
        int all = batch * pairs;
        int tasks = WinogradRows.ROWS * (lanes / BLOCK);
        int of = Math.ceilDiv(all, rows);
        for (int first = 0; first < of; first += together) {
            int begin = first;
            int end = Math.min(of, first + together);
            workers.run(Math.min(all, end * rows) - begin * rows, (row, worker) -> {
                int pair = begin * rows + row;
                stage(a, aOff + pair / pairs * inRows * width * channels, b,
                        bOff + pair / pairs * outRows * width * lanes,
                        pair % pairs, scratch, zeros,
                        parts + row / rows * partFloats() + guard + row % rows * width * BLOCK);
            });
            workers.run((end - begin) * tasks, (task, worker) -> {
                int part = begin + task / tasks;
                products(Math.min(rows, all - part * rows), task % WinogradRows.ROWS, task % tasks / WinogradRows.ROWS,
                        scratch,
                        parts + task / tasks * partFloats() + guard, columns + worker * columnFloats(),
                        scratchOff + part % totals * sums);
            });
        }
        int row = kernelWidth * channels * lanes;
        workers.run(Math.ceilDiv(row, REDUCE), (piece, worker) -> {
            int at = piece * REDUCE;
            int n = Math.min(REDUCE, row - at);
            for (int total = 1; total < totals; total++) {
                for (int plain = 0; plain < WinogradRows.ROWS; plain++) {
                    int to = scratchOff + plain * row + at;
                    FloatCopies.addInto(scratch, to + total * sums, scratch, to, n);
                }
            }
            WinogradRows.filterGradient(scratch, scratchOff + at, row, n, out, outOff + at, accumulate);
        });
    }

    /** Transforms what two output rows meet, to where the first pixel goes of the first transformed row in the first block. */
    private void stage(float[] source, int sourceOff, float[] grad, int gradOff, int pair, float[] scratch, int zeros,
            int to) {
        for (int c = 0; c < channels / BLOCK; c++) {
            WinogradRows.input(source, sourceOff + c * BLOCK, inRows, width, channels, 2 * pair - padTop, scratch,
                    zeros, scratch,
                    to + c * block, plane);
        }
        int g = to + channels / BLOCK * block;
        int upper = gradOff + 2 * pair * width * lanes;
        boolean both = 2 * pair + 1 < outRows;
        for (int c = 0; c < lanes / BLOCK; c++) {
            WinogradRows.gradient(grad, upper + c * BLOCK, both ? grad : scratch,
                    both ? upper + width * lanes + c * BLOCK : zeros, width, lanes, scratch, g + c * block, plane);
        }
    }

    /** The products of one transformed row by one block of output channels, over {@code count} pairs of rows. */
    private void products(int count, int transformed, int lane, float[] scratch, int part, int columns, int total) {
        int x = part + transformed * plane;
        int g = x + (channels / BLOCK + lane) * block;
        int pixels = count * width;
        if (count < rows) {
            // What a shifted tap meets beyond the last pixel counts for nothing, but must be a number.
            for (int c = 0; c < channels / BLOCK; c++) {
                int end = x + c * block + pixels * BLOCK;
                Arrays.fill(scratch, end, end + guard, 0f);
            }
        }
        for (int tap = 0; tap < kernelWidth; tap++) {
            int shift = tap - padLeft;
            int first = shift < 0 ? 0 : Math.max(0, width - shift);
            int last = shift < 0 ? Math.min(width, -shift) : width;
            int n = (last - first) * BLOCK;
            for (int row = 0; row < count; row++) {
                int at = g + (row * width + first) * BLOCK;
                FloatCopies.copy(scratch, at, scratch, columns + row * n, n);
                Arrays.fill(scratch, at, at + n, 0f);
            }
            int to = total + (transformed * kernelWidth + tap) * channels * lanes + lane * BLOCK;
            for (int c = 0; c < channels / BLOCK; c++) {
                tile(scratch, x + c * block + shift * BLOCK, g, pixels, to + c * BLOCK * lanes);
            }
            for (int row = 0; row < count; row++) {
                FloatCopies.copy(scratch, columns + row * n, scratch, g + (row * width + first) * BLOCK, n);
            }
        }
    }

    /** Sixteen input channels by 16 output channels. */
    private void tile(float[] scratch, int x, int g, int pixels, int to) {
        if (L == BLOCK) {
            WinogradTile.pixels16x1(scratch, x, scratch, g, pixels, scratch, to, lanes);
            return;
        }
        for (int l = 0; l < BLOCK; l += FilterTile.WIDTH) {
            FilterTile.add(scratch, x, 0, scratch, g + l, BLOCK, 1, pixels, scratch, to + l, lanes);
        }
    }
}
