package dev.goshawk.onnx.op.image;

import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Values at places that are data, as in a spatial transformer (Jaderberg et al. 2015): every pixel has a weight in every sample, which is 0
 * beyond its neighborhood, so that derivatives by pixels and by places are those of a product.
 */
public final class Sampling {
    private static final double CUBIC = -0.75;
    /** Elements of the largest intermediate array. */
    private static final long MOST_PRODUCTS = 1L << 28;

    private Sampling() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("GridSample", Operator.single(Sampling::sample));
        all.put("AffineGrid", Operator.single(Sampling::grid));
    }

    /**
     * Between four pixels, 0 beyond the border.
     *
     * @param x images [batch, height, width, channels]
     * @param rows [batch, samples], in pixels from the first on
     * @param columns as the rows
     * @return [batch, samples, channels]
     */
    static Value between(Value x, Value rows, Value columns) {
        int[] d = x.shape().dims();
        int samples = rows.shape().dim(1);
        requireFew((long) samples * x.shape().size(), d[1]);
        Value lines = Einsum.einsum("nph,nhr->npr", near(rows, d[1]), x.reshape(d[0], d[1], d[2] * d[3]));
        return near(columns, d[2]).reshape(d[0], samples, d[2], 1).multiply(lines.reshape(d[0], samples, d[2], d[3]))
                .sum(2);
    }

    /** Of every pixel along an axis, [batch, samples, extent]. */
    private static Value near(Value place, int extent) {
        Value pixels = Along.vector(place.dtype(), extent, i -> i);
        return place.reshape(place.shape().dim(0), place.shape().dim(1), 1).subtract(pixels).abs().subtractFrom(1)
                .relu();
    }

    private static void requireFew(long products, int rows) {
        if (products / Math.max(1, rows) > MOST_PRODUCTS) {
            throw new OnnxException("expected at most " + MOST_PRODUCTS + " products of a sample and a row, got "
                    + products / rows);
        }
    }

    /** [samples, axes] of each image; an axis' coordinates go from -1 to 1. */
    private static Term sample(Node n) {
        Value x = n.channelsLast(0);
        Value grid = n.logical(1);
        int[] d = x.shape().dims();
        int axes = d.length - 2;
        int[] g = grid.shape().dims();
        if (axes < 1 || g.length != axes + 2 || g[0] != d[0] || g[axes + 1] != axes) {
            throw new OnnxException("expected images and a grid [batch, ..., " + axes + "], got shapes " + n.shape(0)
                    + " and " + n.shape(1));
        }
        int samples = Axes.product(grid.shape(), 1, axes + 1);
        requireFew((long) samples * x.shape().size(), d[1]);
        Value places = grid.reshape(d[0], samples, axes);
        // The grid's last axis names the image's axes from the last to the first.
        Value sum = x.reshape(d[0], 1, x.shape().size() / d[0]);
        for (int axis = 0; axis < axes; axis++) {
            Value at = Axes.slice(places, 2, axes - 1 - axis, axes - axis, 1).reshape(d[0], samples);
            Value weights = weights(n, at, d[axis + 1]);
            int rest = sum.shape().dim(2) / d[axis + 1];
            sum = axis == 0
                    ? Einsum.einsum("nph,nhr->npr", weights, sum.reshape(d[0], d[1], rest))
                    : weights.reshape(d[0], samples, d[axis + 1], 1)
                            .multiply(sum.reshape(d[0], samples, d[axis + 1], rest)).sum(2);
        }
        g[axes + 1] = d[axes + 1];
        return Term.channelsLast(sum.reshape(g));
    }

    /** Of every pixel along an axis, [batch, samples, extent]. */
    private static Value weights(Node n, Value at, int extent) {
        boolean corners = n.onnx().whole("align_corners", 0) == 1;
        String beyond = n.onnx().text("padding_mode", "zeros");
        String mode = n.onnx().text("mode", "linear");
        Value place = corners
                ? at.add(1).scale((extent - 1) / 2.0)
                : at.add(1).scale(extent / 2.0).subtract(0.5);
        if ("nearest".equals(mode)) {
            place = place.round();
        }
        double first = corners ? 0 : -0.5;
        boolean cubic = "cubic".equals(mode) || "bicubic".equals(mode);
        // A cubic looks beyond the border by itself; so far away it sees nothing but the border's pixel.
        int more = cubic ? 3 : 1;
        if ("border".equals(beyond)) {
            double margin = cubic ? 2 : 0;
            place = place.max(place.like(-margin)).min(place.like(extent - 1 + margin));
        } else if ("reflection".equals(beyond)) {
            place = reflected(place, first, extent - 1 - first);
        }
        Value pixels = Along.vector(at.dtype(), extent + 2 * more, i -> i - more);
        int[] d = place.shape().dims();
        Value distance = place.reshape(d[0], d[1], 1).subtract(pixels).abs();
        Value weights = cubic ? cubic(distance) : distance.subtractFrom(1).relu();
        if ("zeros".equals(beyond)) {
            return Axes.slice(weights, 2, more, more + extent, 1);
        }
        return Along.product(weights, 2, extent, pixel -> {
            double[] shares = new double[extent + 2 * more];
            for (int i = 0; i < shares.length; i++) {
                int from = "border".equals(beyond)
                        ? Math.clamp(i - more, 0, extent - 1)
                        : reflected(i - more, extent, corners);
                shares[i] = from == pixel ? 1 : 0;
            }
            return shares;
        });
    }

    private static int reflected(int pixel, int extent, boolean corners) {
        int at = pixel;
        while (at < 0 || at >= extent) {
            at = at < 0 ? -at - (corners ? 0 : 1) : 2 * extent - at - (corners ? 2 : 1);
            if (extent == 1) {
                return 0;
            }
        }
        return at;
    }

    /** Back and forth between two bounds. */
    private static Value reflected(Value x, double low, double high) {
        double span = high - low;
        if (span == 0) {
            return x.like(low);
        }
        Value from = x.subtract(low).abs();
        Value turns = from.scale(1 / span).floor();
        Value rest = from.subtract(turns.scale(span));
        Value odd = turns.subtract(turns.scale(0.5).floor().scale(2));
        return Functions.where(odd, rest.subtractFrom(span), rest).add(low);
    }

    private static Value cubic(Value d) {
        double a = CUBIC;
        Value near = d.scale(a + 2).subtract(a + 3).multiply(d.square()).add(1);
        Value far = d.scale(a).subtract(5 * a).multiply(d).add(8 * a).multiply(d).subtract(4 * a);
        Value beyond = d.subtract(1).step();
        return Functions.where(d.subtract(2).step(), d.like(0), Functions.where(beyond, far, near));
    }

    /** Places of an affine map's pixels, [batch, (depth,) height, width, axes]. */
    private static Term grid(Node n) {
        int[] size = n.wholes("", 1);
        int axes = size.length - 2;
        Value theta = n.logical(0);
        if (axes < 2 || axes > 3 || !theta.shape().equals(Shape.of(size[0], axes, axes + 1))) {
            throw new OnnxException("expected a size of 4 or 5 numbers and matrices that fit it, got " + axes
                    + " axes and shape " + n.shape(0));
        }
        boolean corners = n.onnx().whole("align_corners", 0) == 1;
        int[] out = Arrays.copyOfRange(size, 1, size.length + 1);
        out[axes + 1] = 1;
        out[0] = 1;
        Shape one = Shape.of(out);
        List<Value> columns = new ArrayList<>();
        for (int axis = axes - 1; axis >= 0; axis--) {
            int extent = size[axis + 2];
            int[] dims = new int[axes + 2];
            Arrays.fill(dims, 1);
            dims[axis + 1] = extent;
            columns.add(Along.vector(theta.dtype(), extent, i -> corners
                    ? extent == 1 ? 1 : 2.0 * i / (extent - 1) - 1
                    : (2.0 * i + 1) / extent - 1).reshape(dims).broadcast(one));
        }
        columns.add(Value.constant(1, theta.dtype(), one));
        Value base = Functions.concat(axes + 1, columns).reshape(one.size(), axes + 1);
        Value places = Einsum.einsum("pk,nik->npi", base, theta);
        out[0] = size[0];
        out[axes + 1] = axes;
        return Term.traced(places.reshape(out));
    }
}
