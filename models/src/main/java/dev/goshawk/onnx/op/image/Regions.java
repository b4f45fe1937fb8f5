package dev.goshawk.onnx.op.image;

import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.onnx.op.array.Reductions;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Means over parts of images (He et al. 2017, section 3), or the largest of them: along each axis, weights of the pixels in each bin. */
public final class Regions {
    private static final int HALF_PIXEL = 16;
    private static final String PRODUCT = "ih,jw,hwc->ijc";

    private Regions() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("RoiAlign", Operator.single(Regions::align));
    }

    private static Term align(Node n) {
        Value x = n.channelsLast(0);
        Value rois = n.logical(1);
        ConstantArray images = n.constant(2);
        int[] d = x.shape().dims();
        int count = images.size();
        if (d.length != 4 || rois.shape().rank() != 2 || rois.shape().dim(0) != count || rois.shape().dim(1) != 4) {
            throw new OnnxException(
                    "expected images, regions [count, 4] and an image for each, got shapes " + n.shape(0)
                            + ", " + n.shape(1) + " and " + n.shape(2));
        }
        Axes.requireFew(count);
        int height = n.onnx().whole("output_height", 1);
        int width = n.onnx().whole("output_width", 1);
        int samples = n.onnx().whole("sampling_ratio", 0);
        boolean largest = "max".equals(n.onnx().text("mode", "avg"));
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int image = (int) images.integer(i);
            if (image < 0 || image >= d[0]) {
                throw new OnnxException("image " + image + " of " + d[0]);
            }
            Value roi = Axes.slice(rois, 0, i, i + 1, 1);
            Places rows = Places.of(n, roi, i, 1, height, samples, d[1]);
            Places columns = Places.of(n, roi, i, 0, width, samples, d[2]);
            Value pixels = Axes.slice(x, 0, image, image + 1, 1).reshape(d[1], d[2], d[3]);
            Shape shape = Shape.of(1, height, width, d[3]);
            if (rows.each() < 1 || columns.each() < 1) {
                parts.add(Value.constant(0, x.dtype(), shape));
            } else {
                parts.add((largest ? largest(rows, columns, pixels) : mean(rows, columns, pixels)).reshape(shape));
            }
        }
        if (parts.isEmpty()) {
            return Term.channelsLast(Value.constant(0, x.dtype(), Shape.of(0, height, width, d[3])));
        }
        return Term.channelsLast(parts.size() == 1 ? parts.getFirst() : Functions.concat(0, parts));
    }

    private static Value mean(Places rows, Places columns, Value pixels) {
        return Einsum.einsum(PRODUCT, rows.means(), columns.means(), pixels);
    }

    /** As ONNX and its runtime have it: of the four pixels around a place, each times its share, the largest. */
    private static Value largest(Places rows, Places columns, Value pixels) {
        Value most = null;
        for (Value row : List.of(rows.before(), rows.after())) {
            for (Value column : List.of(columns.before(), columns.after())) {
                Value one = Einsum.einsum(PRODUCT, row, column, pixels);
                most = most == null ? one : most.max(one);
            }
        }
        return Reductions
                .max(Objects.requireNonNull(most).reshape(rows.bins(), rows.each(), columns.bins(), columns.each(),
                        pixels.shape().dim(2)), 1, 3);
    }

    /**
     * Where an axis is looked at.
     *
     * @param inside places, no farther than the border, [bins times each, 1]
     * @param there 1 where a place is on the image or within a pixel of it, else 0
     * @param each places of a bin; 0 or fewer where the region is empty
     */
    private record Places(Value inside, Value there, int bins, int each, int extent) {
        static Places of(Node n, Value roi, int index, int axis, int bins, int given, int extent) {
            boolean half = n.opset() >= HALF_PIXEL
                    && "half_pixel".equals(n.onnx().text("coordinate_transformation_mode", "half_pixel"));
            double scale = n.onnx().real("spatial_scale", 1);
            Value start = Axes.slice(roi, 1, axis, axis + 1, 1).scale(scale).subtract(half ? 0.5 : 0).reshape(1, 1);
            Value end = Axes.slice(roi, 1, axis + 2, axis + 3, 1).scale(scale).subtract(half ? 0.5 : 0).reshape(1, 1);
            Value length = half ? end.subtract(start) : end.subtract(start).max(start.like(1));
            int samples = given;
            if (samples <= 0) {
                ConstantArray known = n.constant(1);
                double span = (known.real(index * 4 + axis + 2) - known.real(index * 4 + axis)) * scale;
                samples = (int) Math.ceil((half ? span : Math.max(1, span)) / bins);
            }
            Axes.requireFew((long) bins * Math.max(1, samples));
            int each = Math.max(1, samples);
            Value shares = Along.vector(roi.dtype(), bins * each, i -> (i + 0.5) / ((double) bins * each))
                    .reshape(bins * each, 1);
            Value place = start.add(length.multiply(shares));
            // Beyond a pixel outside there is nothing; within it, the border.
            Value there = place.atLeast(place.like(-1)).multiply(place.like(extent).atLeast(place));
            Value inside = place.max(place.like(0)).min(place.like(extent - 1.0));
            return new Places(inside, there, bins, samples, extent);
        }

        /** Weights [.., extent] of the pixels by their distance to places. */
        private Value weights(Value places) {
            Value pixels = Along.vector(inside.dtype(), extent, i -> i);
            return places.subtract(pixels).abs().subtractFrom(1).relu();
        }

        /** Weights [bins, extent] of a bin's mean. */
        Value means() {
            return weights(inside).multiply(there).reshape(bins, each, extent).mean(1);
        }

        /** Weights [bins times each, extent] of the last pixel up to each place. */
        Value before() {
            Value low = inside.floor();
            return weights(low).multiply(inside.subtract(low).subtractFrom(1).multiply(there));
        }

        /** Weights [bins times each, extent] of the pixel after it, the border's if there is none. */
        Value after() {
            Value low = inside.floor();
            return weights(low.add(1).min(low.like(extent - 1.0))).multiply(inside.subtract(low).multiply(there));
        }
    }
}
