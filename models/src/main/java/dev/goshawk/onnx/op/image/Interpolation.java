package dev.goshawk.onnx.op.image;

import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import java.util.function.DoubleUnaryOperator;

/**
 * How one axis is resized: each element of the result is a weighted sum of neighbors. Coordinates are computed in
 * float32 as runtimes do: which neighbor is nearest depends on it.
 *
 * @param mode nearest, linear or cubic
 * @param rounding which neighbor is nearest at a tie, as {@code nearest_mode} has it
 * @param coordinates {@code coordinate_transformation_mode}
 * @param sharpness the cubic's coefficient a (Keys 1981)
 * @param leavesOut whether neighbors beyond the border have no weight, instead of the border's value
 * @param smooths whether a shrunk axis is averaged over all that shrinks into an element
 */
record Interpolation(String mode, String rounding, String coordinates, double sharpness, boolean leavesOut,
        boolean smooths) {

    /**
     * An axis.
     *
     * @param in extent
     * @param out extent of the result
     * @param scale of the coordinates; out / in up to rounding
     * @param from where the part begins that is resized, as a share of the axis; for {@code tf_crop_and_resize}
     * @param to where it ends
     */
    record Axis(int in, int out, double scale, double from, double to) {
    }

    /** The coordinate in the input of element i of the result. */
    double place(Axis axis, int i) {
        int in = axis.in();
        float scale = (float) axis.scale();
        return switch (coordinates) {
            case "half_pixel" -> (i + 0.5f) / scale - 0.5f;
            case "pytorch_half_pixel" -> axis.out() == 1 ? 0 : (i + 0.5f) / scale - 0.5f;
            case "half_pixel_symmetric" ->
                in / 2f * (1 - axis.out() / (scale * in)) + (i + 0.5f) / scale - 0.5f;
            case "align_corners" -> axis.out() == 1 ? 0 : i * (in - 1f) / (axis.out() - 1);
            case "asymmetric" -> i / scale;
            case "tf_half_pixel_for_nn" -> (i + 0.5f) / scale;
            case "tf_crop_and_resize" -> axis.out() == 1
                    ? (axis.from() + axis.to()) * (in - 1) / 2
                    : axis.from() * (in - 1) + i * (axis.to() - axis.from()) * (in - 1) / (axis.out() - 1);
            default -> throw new OnnxException("coordinate_transformation_mode "
                    + OnnxException.quoted(coordinates) + " is not supported");
        };
    }

    /** Whether element i of the result lies outside of the input, where only a cut can put it. */
    boolean isOutside(Axis axis, int i) {
        double place = place(axis, i);
        return "tf_crop_and_resize".equals(coordinates) && (place < 0 || place > axis.in() - 1);
    }

    /** The nearest neighbor of element i of the result. */
    int nearest(Axis axis, int i) {
        double place = place(axis, i);
        double rounded = switch (rounding) {
            case "floor" -> Math.floor(place);
            case "ceil" -> Math.ceil(place);
            case "round_prefer_ceil" -> Math.floor(place + 0.5);
            case "simple" -> axis.scale() < 1 ? Math.ceil(place) : Math.floor(place);
            default -> Math.ceil(place - 0.5);
        };
        return (int) Math.clamp(rounded, 0, axis.in() - 1.0);
    }

    /** Weights of the input's elements in element i of the result. */
    double[] weights(Axis axis, int i) {
        double width = smooths ? Math.min(1, axis.scale()) : 1;
        boolean cubic = "cubic".equals(mode);
        DoubleUnaryOperator kernel = cubic ? this::cubic : d -> Math.max(0, 1 - d);
        double reach = (cubic ? 2 : 1) / width;
        Axes.requireFew((long) (2 * reach));
        // Beyond that, only the border is within reach, or nothing.
        double place = Math.clamp(place(axis, i), -reach - 1, axis.in() + reach);
        double[] weights = new double[axis.in()];
        double sum = 0;
        for (int at = (int) Math.ceil(place - reach); at <= place + reach; at++) {
            double weight = kernel.applyAsDouble(Math.abs(at - place) * width);
            boolean inside = at >= 0 && at < axis.in();
            if (inside || !leavesOut) {
                weights[Math.clamp(at, 0, axis.in() - 1)] += weight;
                sum += weight;
            }
        }
        for (int k = 0; k < weights.length; k++) {
            weights[k] = sum == 0 ? 0 : weights[k] / sum;
        }
        return weights;
    }

    private double cubic(double d) {
        double a = sharpness;
        if (d <= 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }
}
