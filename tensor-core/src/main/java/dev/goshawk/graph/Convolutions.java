package dev.goshawk.graph;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolution and pooling with gaps in the window, and transposed convolution; all NHWC, square strides and padding. */
public final class Convolutions {
    private Convolutions() {
    }

    /**
     * A convolution whose filter takes every {@code dilation}-th pixel. At stride 1 the image is taken apart into as many smaller ones as there
     * are ways to begin, which the filter sees without gaps. At other strides the filter gets zeros between its elements, which are
     * multiplied too.
     *
     * @param x [batch, height, width, channels]
     * @param filter [kernelHeight, kernelWidth, channels / groups, outChannels]
     * @throws ShapeMismatchException if they do not fit
     */
    public static Value conv2d(Value x, Value filter, int stride, int pad, int dilation, int groups) {
        requireImages("conv2d: filter", filter);
        if (stride == 1 && pad >= 0 && dilation > 1 && x.shape().rank() == 4) {
            Subsampled images = new Subsampled(x.shape(), filter.shape(), pad, dilation);
            if (images.fit(groups)) {
                return images.conv2d(x, filter, groups);
            }
        }
        return Functions.conv2d(x, dilated(filter, dilation, dilation), stride, stride, pad, pad, groups);
    }

    /** Images taken apart by their rows and columns modulo the dilation, one below the other, so that a filter without gaps sees them. */
    private record Subsampled(Shape images, Shape filter, int pad, int dilation) {
        /** Small images along an axis: a filter of one row has no gaps between its rows. */
        private int parts(int axis) {
            return filter.dim(axis - 1) == 1 ? 1 : dilation;
        }

        /** Pixels of the result. */
        private long extent(int axis) {
            return images.dim(axis) + 2L * pad - (filter.dim(axis - 1) - 1L) * dilation;
        }

        /** Whether they fit together; otherwise the plain form says what is wrong. */
        boolean fit(int groups) {
            return extent(1) > 0 && extent(2) > 0 && filter.dim(2) * groups == images.dim(3);
        }

        /** Pixels of a small image along an axis. */
        private int small(int axis) {
            return Math.ceilDiv(images.dim(axis) + 2 * pad, parts(axis));
        }

        /** Zeros after the image, so that all small ones are of one size. */
        private int beyond(int axis) {
            return small(axis) * parts(axis) - images.dim(axis) - pad;
        }

        Value conv2d(Value x, Value f, int groups) {
            int batch = images.dim(0);
            int above = parts(1);
            int beside = parts(2);
            int rows = small(1);
            int columns = small(2);
            int channels = images.dim(3);
            int all = above * beside * rows;
            Value apart = x.pad(new int[] {0, pad, pad, 0}, new int[] {0, beyond(1), beyond(2), 0})
                    .reshape(batch, rows, above, columns, beside, channels).permute(0, 2, 4, 1, 3, 5)
                    .reshape(batch, all, columns, channels);
            int over = filter.dim(0) - 1;
            int wide = columns - filter.dim(1) + 1;
            int out = filter.dim(3);
            // Where one image ends and the next begins there are rows of both, which are left out below.
            Value y = Value.of(new Op.Conv(ConvRole.OUTPUT, new ConvGeometry(batch, all, columns, channels, out,
                    filter.dim(0), filter.dim(1), 1, 1, 0, 0, over, 0, groups)), apart, f);
            Value joined = Indexing.range(y.reshape(batch, above, beside, rows, wide, out), 3, 0, rows - over)
                    .permute(0, 3, 1, 4, 2, 5).reshape(batch, (rows - over) * above, wide * beside, out);
            return Indexing.range(Indexing.range(joined, 1, 0, (int) extent(1)), 2, 0, (int) extent(2));
        }
    }

    /**
     * A filter with zeros between its elements: as a filter without gaps, it takes every so many rows and columns.
     *
     * @param filter [kernelHeight, kernelWidth, ...] of 4 axes
     * @param rows at least 1
     * @param columns at least 1
     * @throws ShapeMismatchException if they are not
     */
    public static Value dilated(Value filter, int rows, int columns) {
        requirePositive("conv2d", Math.min(rows, columns));
        List<Integer> none = Collections.nCopies(4, 0);
        return rows == 1 && columns == 1
                ? filter
                : Value.of(new Op.Pad(none, none, List.of(rows - 1, columns - 1, 0, 0)), filter);
    }

    /**
     * The transposed convolution: what takes the gradient of a convolution's output to that of its input. Its own convolution is the one of
     * the same stride, padding and filter.
     *
     * @param x [batch, height, width, channels]
     * @param filter [kernelHeight, kernelWidth, outChannels, channels]
     * @param outputPadding rows and columns added below and right of the result, less than the stride
     * @return [batch, (height - 1) stride - 2 pad + kernelHeight + outputPadding, ..., outChannels]
     * @throws ShapeMismatchException if they do not fit
     */
    public static Value transposedConv2d(Value x, Value filter, int stride, int pad, int outputPadding) {
        Shape s = requireImages("transposed_conv2d: input", x);
        Shape f = requireImages("transposed_conv2d: filter", filter);
        if (f.dim(3) != s.dim(3) || outputPadding < 0 || outputPadding >= stride) {
            throw new ShapeMismatchException("transposed_conv2d: input " + s + ", filter " + f + ", stride " + stride
                    + " and output padding " + outputPadding + ": expected as many channels as the filter's last axis"
                    + " has, and an output padding from 0 to less than the stride");
        }
        int height = (s.dim(1) - 1) * stride - 2 * pad + f.dim(0) + outputPadding;
        int width = (s.dim(2) - 1) * stride - 2 * pad + f.dim(1) + outputPadding;
        ConvGeometry g = new ConvGeometry(s.dim(0), height, width, f.dim(2), s.dim(3), f.dim(0), f.dim(1), stride,
                stride, pad, pad, pad, pad, 1);
        return Value.of(new Op.Conv(ConvRole.INPUT_GRAD, g), filter, x);
    }

    /** Maximum over windows of kernel x kernel pixels, {@code dilation} apart. Padding never wins; at a tie the first has the derivative. */
    public static Value maxPool(Value x, int kernel, int stride, int pad, int dilation) {
        requireImages("max_pool: input", x);
        Value padded = padded(x, pad);
        Value from = pad == 0
                ? x
                : Functions.where(padded(x.like(1), pad), padded, padded.like(Double.NEGATIVE_INFINITY));
        return pooled("max_pool", from, kernel, stride, dilation, true);
    }

    /** Mean over windows of kernel x kernel pixels, {@code dilation} apart; padding counts as zeros. */
    public static Value avgPool(Value x, int kernel, int stride, int pad, int dilation) {
        requireImages("avg_pool: input", x);
        return pooled("avg_pool", padded(x, pad), kernel, stride, dilation, false).scale(1.0 / (kernel * kernel));
    }

    private static Value padded(Value x, int pad) {
        int[] around = {0, pad, pad, 0};
        return pad == 0 ? x : x.pad(around, around);
    }

    private static Value pooled(String what, Value x, int kernel, int stride, int dilation, boolean max) {
        Shape s = x.shape();
        requirePositive(what, dilation);
        int extent = (kernel - 1) * dilation + 1;
        if (kernel < 1 || stride < 1 || extent > s.dim(1) || extent > s.dim(2)) {
            throw new ShapeMismatchException(what + ": a window of " + extent + " pixels and a stride of " + stride
                    + " do not fit the padded input " + s);
        }
        @Nullable Value result = null;
        for (int i = 0; i < kernel * kernel; i++) {
            int row = i / kernel * dilation;
            int column = i % kernel * dilation;
            Value part = x.slice(new int[] {0, row, column, 0},
                    new int[] {s.dim(0), s.dim(1) - extent + row + 1, s.dim(2) - extent + column + 1, s.dim(3)},
                    new int[] {1, stride, stride, 1});
            result = result == null ? part : max ? result.max(part) : result.add(part);
        }
        return result == null ? x : result;
    }

    private static Shape requireImages(String what, Value v) {
        if (v.shape().rank() != 4) {
            throw new ShapeMismatchException(what + " must have 4 axes, got " + v.shape());
        }
        return v.shape();
    }

    private static void requirePositive(String what, int dilation) {
        if (dilation < 1) {
            throw new ShapeMismatchException(what + ": expected a dilation of at least 1, got " + dilation);
        }
    }
}
