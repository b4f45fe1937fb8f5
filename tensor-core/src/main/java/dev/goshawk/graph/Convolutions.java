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
     * A convolution whose filter takes every {@code dilation}-th pixel. The filter gets zeros between its elements, which are multiplied too.
     *
     * @param x [batch, height, width, channels]
     * @param filter [kernelHeight, kernelWidth, channels / groups, outChannels]
     * @throws ShapeMismatchException if they do not fit
     */
    public static Value conv2d(Value x, Value filter, int stride, int pad, int dilation, int groups) {
        requireImages("conv2d: filter", filter);
        return Functions.conv2d(x, dilated(filter, dilation, dilation), stride, stride, pad, pad, groups);
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
