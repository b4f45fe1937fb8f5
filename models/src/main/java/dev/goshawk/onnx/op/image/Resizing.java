package dev.goshawk.onnx.op.image;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Resize and Upsample, axis by axis: nearest neighbors are picked, others are matrix products. */
public final class Resizing {
    private static final int FIRST_WITH_COORDINATES = 11;
    private static final double CUBIC = -0.75;

    private Resizing() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("Upsample", Operator.single(n -> resize(n, n.has(1) ? 1 : -1)));
        all.put("Resize", Operator.single(n -> resize(n, n.opset() < FIRST_WITH_COORDINATES ? 1 : 2)));
    }

    private static Interpolation interpolation(Node n) {
        OnnxNode node = n.onnx();
        String given = node.text("mode", "nearest");
        String mode = "bilinear".equals(given) || "trilinear".equals(given) ? "linear" : given;
        if ("Upsample".equals(node.operator()) || n.opset() < FIRST_WITH_COORDINATES) {
            return new Interpolation(mode, "Upsample".equals(node.operator()) ? "floor" : "simple", "asymmetric",
                    CUBIC, false, false);
        }
        return new Interpolation(mode, node.text("nearest_mode", "round_prefer_floor"),
                node.text("coordinate_transformation_mode", "half_pixel"), node.real("cubic_coeff_a", CUBIC),
                node.whole("exclude_outside", 0) == 1, node.whole("antialias", 0) == 1);
    }

    /** How each axis is resized, in ONNX's order; null for those that the node does not name. */
    private static Interpolation.@Nullable Axis[] axes(Node n, int scalesInput) {
        int rank = n.rank(0);
        int[] order = n.onnx().wholes("axes", IntStream.range(0, rank).toArray());
        int count = Axes.of(order, rank).length;
        double[] scales = scales(n, scalesInput);
        int[] sizes = scales.length == 0 ? n.wholes("", 3) : new int[0];
        if (Math.max(scales.length, sizes.length) != count) {
            throw new OnnxException("expected " + count + " scales or sizes, got "
                    + Math.max(scales.length, sizes.length));
        }
        boolean sized = scales.length == 0;
        boolean kept = sized && !"stretch".equals(n.onnx().text("keep_aspect_ratio_policy", "stretch"));
        if (sized) {
            scales = IntStream.range(0, count)
                    .mapToDouble(i -> (double) sizes[i] / n.shape(0).dim(Axes.of(order[i], rank))).toArray();
            keepRatio(n, scales);
        }
        double[] part = part(n, count);
        Interpolation.@Nullable Axis[] axes = new Interpolation.@Nullable Axis[rank];
        for (int i = 0; i < count; i++) {
            if (!(scales[i] > 0 && scales[i] < Integer.MAX_VALUE)) {
                throw new OnnxException("expected scales above 0, got " + Arrays.toString(scales));
            }
            int axis = Axes.of(order[i], rank);
            int in = n.shape(0).dim(axis);
            double out = kept ? Math.floor(scales[i] * in + 0.5) : sized ? sizes[i] : Math.floor(scales[i] * in);
            axes[axis] = new Interpolation.Axis(in, (int) out, scales[i], part[i], part[i + count]);
        }
        return axes;
    }

    /** The scales, or none where sizes are given. */
    private static double[] scales(Node n, int input) {
        if (n.onnx().attributes().get("scales") instanceof OnnxNode.Attribute.Reals r) {
            return r.values().stream().mapToDouble(Float::doubleValue).toArray();
        }
        if (n.has(3) && !(n.has(input) && n.shape(input).size() > 0)) {
            return new double[0];
        }
        ConstantArray given = n.constant(input);
        return IntStream.range(0, given.size()).mapToDouble(given::real).toArray();
    }

    /** Where the part that is resized begins along each axis, and where it ends. */
    private static double[] part(Node n, int count) {
        double[] part = new double[2 * count];
        Arrays.fill(part, count, part.length, 1);
        if (n.opset() >= FIRST_WITH_COORDINATES && n.has(1) && n.shape(1).size() == part.length
                && "tf_crop_and_resize".equals(n.onnx().text("coordinate_transformation_mode", ""))) {
            Arrays.setAll(part, n.constant(1)::real);
        }
        return part;
    }

    private static void keepRatio(Node n, double... scales) {
        String policy = n.onnx().text("keep_aspect_ratio_policy", "stretch");
        if (!"stretch".equals(policy)) {
            boolean smaller = "not_larger".equals(policy);
            Arrays.fill(scales, smaller
                    ? Arrays.stream(scales).min().orElse(1)
                    : Arrays.stream(scales).max().orElse(1));
        }
    }

    private static Term resize(Node n, int scalesInput) {
        Interpolation way = interpolation(n);
        Interpolation.@Nullable Axis[] axes = axes(n, scalesInput);
        double beyond = n.onnx().real("extrapolation_value", 0);
        return n.map(0, x -> {
            Value resized = x;
            for (int i = 0; i < axes.length; i++) {
                Interpolation.@Nullable Axis axis = axes[i];
                if (axis != null && !isWhole(way, axis)) {
                    resized = resize(resized, n.term(0).place(i), way, axis, beyond);
                }
            }
            return resized;
        });
    }

    /** Whether nothing changes along an axis. */
    private static boolean isWhole(Interpolation way, Interpolation.Axis axis) {
        return axis.scale() == 1 && axis.in() == axis.out() && !"tf_crop_and_resize".equals(way.coordinates())
                && !"tf_half_pixel_for_nn".equals(way.coordinates());
    }

    private static Value resize(Value x, int axis, Interpolation way, Interpolation.Axis extents, double beyond) {
        int out = extents.out();
        if (out < 1) {
            throw new OnnxException("an extent of " + extents.in() + " would become " + out);
        }
        Axes.requireFew(out);
        Value y = "nearest".equals(way.mode())
                ? picked(x, axis, IntStream.range(0, out).map(i -> way.nearest(extents, i)).toArray())
                : Along.product(x, axis, out, i -> way.weights(extents, i));
        boolean[] outside = new boolean[out];
        boolean any = false;
        for (int i = 0; i < out; i++) {
            outside[i] = way.isOutside(extents, i);
            any |= outside[i];
        }
        if (!any) {
            return y;
        }
        int[] dims = new int[x.shape().rank() - axis];
        Arrays.fill(dims, 1);
        dims[0] = out;
        Value mask = Along.vector(x.dtype(), out, i -> outside[i] ? 1 : 0).reshape(Shape.of(dims));
        return Functions.where(mask, y.like(beyond), y);
    }

    private static Value picked(Value x, int axis, int... places) {
        int times = places.length / x.shape().dim(axis);
        boolean even = times * x.shape().dim(axis) == places.length
                && IntStream.range(0, places.length).allMatch(i -> places[i] == i / times);
        return even ? Axes.repeat(x, axis, times) : Axes.pick(x, axis, places);
    }
}
