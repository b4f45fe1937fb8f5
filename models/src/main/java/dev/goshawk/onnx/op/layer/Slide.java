package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Node;
import java.util.Arrays;

/**
 * How a window slides over [batch, depth, height, width, channels]; arrays have a number for depth, height and width. What has fewer axes
 * is of depth 1, and of height 1.
 *
 * @param in extents of what it slides over
 * @param kernel elements of the window
 * @param stride steps between windows
 * @param dilation steps between the elements of a window
 * @param low padding before
 * @param high padding after
 */
record Slide(int[] in, int[] kernel, int[] stride, int[] dilation, int[] low, int[] high) {
    private static final int AXES = 3;

    /** The node's first input as volumes. */
    static Value volume(Node n) {
        Value x = n.channelsLast(0);
        int[] d = x.shape().dims();
        int axes = d.length - 2;
        if (axes < 1 || axes > AXES) {
            throw new OnnxException("expected an input of 3 to 5 axes (one to three of them slid along), got shape "
                    + n.shape(0));
        }
        int[] volume = {d[0], 1, 1, 1, d[axes + 1]};
        System.arraycopy(d, 1, volume, 1 + AXES - axes, axes);
        return x.reshape(volume);
    }

    /** Volumes with as many axes as the node's first input has. */
    static Value back(Node n, Value volumes) {
        int[] d = volumes.shape().dims();
        int axes = n.rank(0) - 2;
        int[] dims = new int[axes + 2];
        dims[0] = d[0];
        System.arraycopy(d, 1 + AXES - axes, dims, 1, axes);
        dims[axes + 1] = d[AXES + 1];
        return volumes.reshape(dims);
    }

    /** A number for each axis. */
    static int[] numbers(Node n, String attribute, int otherwise) {
        int axes = n.rank(0) - 2;
        int[] given = n.onnx().wholes(attribute);
        if (given.length != 0 && given.length != axes) {
            throw new OnnxException("attribute " + attribute + ": expected " + axes + " numbers, got "
                    + Arrays.toString(given));
        }
        int[] all = new int[axes];
        Arrays.fill(all, otherwise);
        return leading(given.length == 0 ? all : given, otherwise == 0 ? 0 : 1);
    }

    private static int[] leading(int[] given, int otherwise) {
        int[] all = new int[AXES];
        Arrays.fill(all, otherwise);
        System.arraycopy(given, 0, all, AXES - given.length, given.length);
        return all;
    }

    /** As the node's attributes say. */
    static Slide of(Node n, Value volume, int... kernel) {
        int[] in = Arrays.copyOfRange(volume.shape().dims(), 1, 1 + AXES);
        int[] stride = numbers(n, "strides", 1);
        int[] dilation = numbers(n, "dilations", 1);
        for (int i = 0; i < AXES; i++) {
            if (kernel[i] < 1 || stride[i] < 1 || dilation[i] < 1) {
                throw new OnnxException("expected windows, strides and dilations of 1 or more, got "
                        + Arrays.toString(kernel) + ", " + Arrays.toString(stride) + " and "
                        + Arrays.toString(dilation));
            }
        }
        Slide slide = new Slide(in, kernel, stride, dilation, new int[AXES], new int[AXES]);
        String auto = n.onnx().text("auto_pad", "NOTSET");
        if (auto.startsWith("SAME")) {
            for (int i = 0; i < AXES; i++) {
                int out = Math.ceilDiv(in[i], stride[i]);
                int total = extent("padding", Math.max(0, (out - 1L) * stride[i] + slide.reach(i) - in[i]));
                slide.low[i] = "SAME_LOWER".equals(auto) ? Math.ceilDiv(total, 2) : total / 2;
                slide.high[i] = total - slide.low[i];
            }
        } else if (!"VALID".equals(auto)) {
            slide.padded(n);
        }
        for (int i = 0; i < AXES; i++) {
            extent("a padded axis", (long) in[i] + slide.low[i] + slide.high[i]);
        }
        return slide;
    }

    private void padded(Node n) {
        int[] given = n.onnx().wholes("pads");
        int axes = n.rank(0) - 2;
        if (given.length != 0 && given.length != 2 * axes) {
            throw new OnnxException("attribute pads: expected " + 2 * axes + " numbers, got "
                    + Arrays.toString(given));
        }
        for (int i = 0; i < given.length; i++) {
            (i < axes ? low : high)[AXES - axes + i % axes] = given[i];
        }
    }

    /** Extent of a window, with what lies between its elements. */
    int reach(int axis) {
        return extent("a window", (kernel[axis] - 1L) * dilation[axis] + 1);
    }

    /** An extent as an int. */
    static int extent(String what, long elements) {
        if (elements < 0 || elements > Integer.MAX_VALUE) {
            throw new OnnxException("expected " + what + " of " + (elements < 0
                    ? "0 or more"
                    : "at most "
                            + Integer.MAX_VALUE)
                    + " elements, got " + elements);
        }
        return (int) elements;
    }

    /** Number of windows along an axis. */
    int out(int axis) {
        int span = in[axis] + low[axis] + high[axis] - reach(axis);
        if (span < 0) {
            throw new OnnxException("a window of " + reach(axis) + " along " + in[axis] + " elements with padding "
                    + low[axis] + " and " + high[axis]);
        }
        return span / stride[axis] + 1;
    }

    /** Whether a window is one element and moves by one along an axis. */
    boolean isStill(int axis) {
        return kernel[axis] == 1 && stride[axis] == 1 && low[axis] == 0 && high[axis] == 0;
    }

    /**
     * The same with the last windows, which may begin inside and end beyond; one that would begin in the padding after is left out.
     *
     * @return with so much more padding after
     */
    Slide ceiled() {
        int[] more = high.clone();
        for (int i = 0; i < AXES; i++) {
            int span = in[i] + low[i] + high[i] - reach(i);
            int out = Math.ceilDiv(span, stride[i]) + 1;
            if ((out - 1) * stride[i] >= in[i] + low[i]) {
                out--;
            }
            more[i] += Math.max(0, (out - 1) * stride[i] - span);
        }
        return new Slide(in, kernel, stride, dilation, low, more);
    }
}
