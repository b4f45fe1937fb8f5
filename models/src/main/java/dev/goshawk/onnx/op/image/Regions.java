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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Means over parts of images (He et al. 2017, section 3): along each axis, weights of the pixels in each bin. */
public final class Regions {
    private static final int HALF_PIXEL = 16;

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
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int image = (int) images.integer(i);
            if (image < 0 || image >= d[0]) {
                throw new OnnxException("image " + image + " of " + d[0]);
            }
            Value roi = Axes.slice(rois, 0, i, i + 1, 1);
            Value rows = bins(n, roi, i, 1, height, samples, d[1]);
            Value columns = bins(n, roi, i, 0, width, samples, d[2]);
            Value pixels = Axes.slice(x, 0, image, image + 1, 1).reshape(d[1], d[2], d[3]);
            parts.add(Einsum.einsum("ih,jw,hwc->ijc", rows, columns, pixels).reshape(1, height, width, d[3]));
        }
        if (parts.isEmpty()) {
            throw new OnnxException("expected a region or more, got none");
        }
        return Term.channelsLast(parts.size() == 1 ? parts.getFirst() : Functions.concat(0, parts));
    }

    /** Weights [bins, extent] of the pixels along one axis. */
    private static Value bins(Node n, Value roi, int index, int axis, int bins, int given, int extent) {
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
        Value pixels = Along.vector(roi.dtype(), extent, i -> i);
        Value weights = inside.subtract(pixels).abs().subtractFrom(1).relu().multiply(there);
        return weights.reshape(bins, each, extent).mean(1);
    }
}
