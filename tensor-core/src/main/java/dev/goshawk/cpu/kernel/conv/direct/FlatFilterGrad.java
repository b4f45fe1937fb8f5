package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.simd.FloatCopies;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Filter gradients where output rows are as long as input rows: an image is then one flat run of pixels on both sides, and a tap is a
 * shift of one against the other. Where a shifted pixel would come from the next row, the output gradient's copy holds a zero.
 * Rows of zeros above and below it let every input pixel meet the three filter rows at once.
 *
 * <p>A task is a fixed group of images. Its partial sum is added to the others in the order of the groups, which depend on the geometry
 * alone.
 */
public final class FlatFilterGrad implements ConvKernel {
    private static final int MOST_GROUPS = 16;
    private static final int MOST_PARTIAL_FLOATS = 1 << 20;
    /** Pixels from which a tile's registers are worth filling: small images are taken several at a time. */
    private static final int LEAST_PIXELS = 512;
    private static final int REDUCE = 1 << 12;
    private static final int HALF = BLOCK / 2;

    private final int batch;
    private final int width;
    private final int kernelWidth;
    private final int padTop;
    private final int padLeft;
    private final int channels;
    private final int lanes;
    private final int inRows;
    private final int outRows;
    private final int together;
    private final int guard;
    private final int xImage;
    private final int gImage;
    private final int filterFloats;
    private final int groups;

    FlatFilterGrad(ConvGeometry g) {
        batch = g.batch();
        width = g.inWidth();
        kernelWidth = g.kernelWidth();
        padTop = g.padTop();
        padLeft = g.padLeft();
        channels = g.inChannels();
        lanes = g.outChannels();
        inRows = g.inHeight();
        outRows = g.outHeight();
        filterFloats = g.filterShape().size();
        groups = Math.max(1, Math.min(Math.min(batch, MOST_GROUPS), MOST_PARTIAL_FLOATS / filterFloats));
        int pixels = inRows * width;
        together = Math.clamp(LEAST_PIXELS / pixels, 1, Math.ceilDiv(batch, groups));
        guard = Math.max(padLeft, kernelWidth - 1 - padLeft) * BLOCK;
        xImage = pixels * BLOCK;
        gImage = (inRows + 2) * width * BLOCK;
    }

    /** Vectors of 16 lanes, three filter rows at a stride of 1, rows as long before as after, and sums of a group small enough to be kept for each. */
    public static boolean supports(ConvGeometry g) {
        return L == BLOCK && g.kernelHeight() == 3 && g.strideHeight() == 1 && g.strideWidth() == 1
                && g.outWidth() == g.inWidth()
                && g.inChannels() % BLOCK == 0 && g.outChannels() % BLOCK == 0 && g.padLeft() < g.kernelWidth()
                && 4L * g.filterShape().size() <= MOST_PARTIAL_FLOATS
                && (long) g.inHeight() * g.inWidth() * (g.inChannels() + g.outChannels()) <= 1 << 19;
    }

    @Override
    public int scratchFloats(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("direct convolution: at least 1 thread expected, got " + threads);
        }
        return Math.toIntExact((long) groups * filterFloats + (long) threads * workerFloats());
    }

    private long workerFloats() {
        return (long) together * (channels / BLOCK * (long) xImage + lanes / BLOCK * (long) gImage) + 2 * guard;
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate,
            float[] scratch, int scratchOff, Workers workers) {
        int areas = scratchOff + groups * filterFloats;
        workers.run(groups, (group, worker) -> {
            int x = areas + worker * (int) workerFloats() + guard;
            int g = x + together * channels / BLOCK * xImage + guard;
            Arrays.fill(scratch, x - guard, x, 0f);
            Arrays.fill(scratch, g - guard, g + together * lanes / BLOCK * gImage, 0f);
            int partial = scratchOff + group * filterFloats;
            Arrays.fill(scratch, partial, partial + filterFloats, 0f);
            int end = (int) ((long) batch * (group + 1) / groups);
            for (int i = (int) ((long) batch * group / groups); i < end; i += together) {
                images(Math.min(together, end - i), a, aOff + i * inRows * width * channels, b,
                        bOff + i * outRows * width * lanes, scratch, x, g, partial);
            }
        });
        workers.run(Math.ceilDiv(filterFloats, REDUCE), (part, worker) -> {
            int from = part * REDUCE;
            int n = Math.min(REDUCE, filterFloats - from);
            for (int group = 0; group < groups; group++) {
                int partial = scratchOff + group * filterFloats + from;
                if (group == 0 && !accumulate) {
                    FloatCopies.copy(scratch, partial, out, outOff + from, n);
                } else {
                    FloatCopies.addInto(scratch, partial, out, outOff + from, n);
                }
            }
        });
    }

    private void images(int count, float[] source, int sourceOff, float[] grad, int gradOff, float[] scratch, int x,
            int g, int partial) {
        int pixels = inRows * width;
        for (int block = 0; block < channels / BLOCK; block++) {
            int to = x + block * together * xImage;
            copy(source, sourceOff + block * BLOCK, channels, scratch, to, count * pixels);
            // What a shifted tap meets beyond the last pixel counts for nothing, but must be a number.
            Arrays.fill(scratch, to + count * xImage, to + count * xImage + guard, 0f);
        }
        for (int block = 0; block < lanes / BLOCK; block++) {
            for (int image = 0; image < count; image++) {
                copyGrad(0, width, grad, gradOff + image * outRows * width * lanes + block * BLOCK, scratch,
                        g + (block * together + image) * gImage);
            }
        }
        for (int tap = 0; tap < kernelWidth; tap++) {
            int shift = tap - padLeft;
            // A shift beyond the row leaves nothing of it.
            int first = shift < 0 ? 0 : Math.max(0, width - shift);
            int last = shift < 0 ? Math.min(width, -shift) : width;
            for (int block = 0; block < lanes / BLOCK; block++) {
                int blockG = g + block * together * gImage;
                for (int image = 0; image < count && first < last; image++) {
                    clear(first, last, scratch, blockG + image * gImage);
                }
                tiles(count, scratch, x + shift * BLOCK, blockG, partial + tap * channels * lanes + block * BLOCK);
                for (int image = 0; image < count && first < last; image++) {
                    copyGrad(first, last, grad, gradOff + image * outRows * width * lanes + block * BLOCK, scratch,
                            blockG + image * gImage);
                }
            }
        }
    }

    private void tiles(int count, float[] scratch, int x, int g, int partial) {
        int filterRow = kernelWidth * channels * lanes;
        for (int channel = 0; channel < channels; channel += HALF) {
            int from = x + channel / BLOCK * together * xImage + channel % BLOCK;
            int to = partial + channel * lanes;
            DirectFilterTile.threeTaps8x1(scratch, from, xImage, scratch, g, width * BLOCK, 2 * width * BLOCK,
                    count, inRows * width, scratch, to, filterRow, lanes);
        }
    }

    private static void copy(float[] from, int fromOff, int stride, float[] to, int toOff, int pixels) {
        for (int p = 0; p < pixels; p++) {
            FloatVector.fromArray(LANES, from, fromOff + p * stride).intoArray(to, toOff + p * BLOCK);
        }
    }

    /** Columns of one image's output gradient, row h to where input row 0's three rows are h + 2 - padTop of them apart. */
    private void copyGrad(int first, int last, float[] grad, int gradOff, float[] scratch, int to) {
        int skip = padTop - 2;
        for (int row = Math.max(0, skip); row < Math.min(outRows, inRows + 2 + skip); row++) {
            copy(grad, gradOff + (row * width + first) * lanes, lanes, scratch,
                    to + ((row - skip) * width + first) * BLOCK, last - first);
        }
    }

    private void clear(int first, int last, float[] scratch, int image) {
        for (int row = 0; row < inRows + 2; row++) {
            Arrays.fill(scratch, image + (row * width + first) * BLOCK, image + (row * width + last) * BLOCK, 0f);
        }
    }
}
