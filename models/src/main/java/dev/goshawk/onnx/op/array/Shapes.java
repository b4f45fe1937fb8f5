package dev.goshawk.onnx.op.array;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Constants, shapes as numbers, and moves that keep every element. */
public final class Shapes {
    private Shapes() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("Constant", Operator.single(Shapes::constant));
        all.put("ConstantOfShape", Operator.single(Shapes::constantOfShape));
        all.put("Shape", Operator.single(n -> {
            int[] dims = n.shape(0).dims();
            int start = bound(n.onnx().whole("start", 0), dims.length);
            int end = bound(n.onnx().whole("end", dims.length), dims.length);
            return Term.constant("", ConstantArray.vector(Arrays.copyOfRange(dims, start, Math.max(start, end))),
                    false);
        }));
        all.put("Size", Operator.single(n -> Term.constant("",
                ConstantArray.of(Shape.scalar(), (long) n.shape(0).size()), false)));
        all.put("Range", Operator.single(Shapes::range));
        all.put("Reshape", Operator.single(Shapes::reshape));
        all.put("Flatten", Operator.single(n -> {
            int rank = n.rank(0);
            int axis = n.onnx().whole("axis", 1);
            int at = axis == rank ? rank : Axes.of(axis, Math.max(1, rank));
            return Term.traced(n.logical(0).reshape(Axes.product(n.shape(0), 0, at),
                    Axes.product(n.shape(0), at, rank)));
        }));
        all.put("Squeeze", Operator.single(Shapes::squeeze));
        all.put("Unsqueeze", Operator.single(Shapes::unsqueeze));
        all.put("Transpose", Operator.single(Shapes::transpose));
        all.put("Expand", Operator.single(n -> {
            Value x = n.logical(0);
            Value ones = Value.constant(1, x.dtype(), shapeOf(n, 1));
            // What both shapes broadcast to is the shape of their product.
            return Term.traced(x.broadcast(x.multiply(ones).shape()));
        }));
        all.put("Concat", Operator.single(n -> {
            int axis = Axes.of(n.onnx().whole("axis", 1), n.rank(0));
            List<Value> parts = new ArrayList<>();
            boolean last = IntStream.range(0, n.inputs()).allMatch(i -> n.term(i).isChannelsLast());
            for (int i = 0; i < n.inputs(); i++) {
                Value part = last ? n.channelsLast(i) : n.logical(i);
                if (part.shape().size() > 0) {
                    parts.add(part);
                }
            }
            if (parts.isEmpty()) {
                return n.term(0);
            }
            int at = last ? n.term(0).place(axis) : axis;
            Value joined = parts.size() == 1 ? parts.getFirst() : Functions.concat(at, parts);
            return last ? Term.channelsLast(joined) : Term.traced(joined);
        }));
        all.put("DepthToSpace", Operator.single(Shapes::depthToSpace));
        all.put("SpaceToDepth", Operator.single(Shapes::spaceToDepth));
    }

    private static int bound(int at, int length) {
        return Math.clamp(at < 0 ? at + length : at, 0, length);
    }

    private static Term constant(Node n) {
        OnnxNode node = n.onnx();
        for (String name : List.of("value", "value_float", "value_int", "value_floats", "value_ints")) {
            ConstantArray array = switch (node.attributes().get(name)) {
                case OnnxNode.Attribute.Array a -> a.value();
                case OnnxNode.Attribute.Real r -> ConstantArray.of(Shape.scalar(), r.value());
                case OnnxNode.Attribute.Whole w -> ConstantArray.of(Shape.scalar(), w.value());
                case OnnxNode.Attribute.Reals r -> ConstantArray.of(Shape.of(r.values().size()),
                        r.values().stream().mapToDouble(Float::doubleValue).toArray());
                case OnnxNode.Attribute.Wholes w -> ConstantArray.of(Shape.of(w.values().size()),
                        w.values().stream().mapToLong(Long::longValue).toArray());
                case null, default -> null;
            };
            if (array != null) {
                return Term.constant(node.outputs().getFirst(), array, false);
            }
        }
        throw new OnnxException("expected an array or a number as its value");
    }

    /**
     * An array of one number; of floats, a weight whose elements somebody left out of the file, unless its shape is computed: then it
     * is a state to begin with, or a mask.
     */
    private static Term constantOfShape(Node n) {
        Shape shape = shapeOf(n, 0);
        ConstantArray value = n.onnx().attributes().get("value") instanceof OnnxNode.Attribute.Array a
                ? a.value()
                : ConstantArray.of(Shape.of(1), 0.0);
        ConstantArray filled = value.isInteger()
                ? ConstantArray.of(shape, (long) value.scalar())
                : ConstantArray.of(shape, value.scalar());
        return Term.constant(n.onnx().outputs().getFirst(), filled,
                !value.isInteger() && shape.size() > 1 && n.isInFile(0));
    }

    private static Term range(Node n) {
        double start = n.constant(0).scalar();
        double step = n.constant(2).scalar();
        double count = Math.max(0, Math.ceil((n.constant(1).scalar() - start) / step));
        if (!(count < Integer.MAX_VALUE / Long.BYTES)) {
            throw new OnnxException("a range of " + count + " numbers");
        }
        double[] all = IntStream.range(0, (int) count).mapToDouble(i -> start + i * step).toArray();
        ConstantArray array = ConstantArray.of(Shape.of(all.length), all);
        return Term.constant(n.onnx().outputs().getFirst(), array.as(n.constant(0).isInteger()), false);
    }

    private static Shape shapeOf(Node n, int input) {
        return Shape.of(n.wholes("shape", input));
    }

    private static Term reshape(Node n) {
        Shape from = n.shape(0);
        int[] to = n.wholes("shape", 1);
        boolean zeroCopies = n.onnx().whole("allowzero", 0) == 0;
        int open = -1;
        int known = 1;
        for (int i = 0; i < to.length; i++) {
            if (to[i] == 0 && zeroCopies) {
                to[i] = from.dim(i);
            }
            if (to[i] == -1 && open < 0) {
                open = i;
            } else if (to[i] < 0) {
                throw new OnnxException("cannot reshape " + from + " to " + Arrays.toString(to));
            } else {
                known = Math.multiplyExact(known, to[i]);
            }
        }
        if (open >= 0) {
            to[open] = known == 0 ? 0 : from.size() / known;
            known *= to[open];
        } else if (known != from.size() && to.length > 0 && to[0] > 0 && known % to[0] == 0
                && known / to[0] != 0 && from.size() % (known / to[0]) == 0
                && from.size() / (known / to[0]) == from.dim(0)) {
            // Exported with a batch size written into the shape: any other batch keeps its own.
            to[0] = from.dim(0);
            known = from.size();
        }
        if (known != from.size()) {
            throw new OnnxException("cannot reshape " + from + " to " + Arrays.toString(to));
        }
        return Term.traced(n.logical(0).reshape(to));
    }

    private static Term squeeze(Node n) {
        int[] dims = n.shape(0).dims();
        int[] axes = Axes.of(n.wholes("axes", 1, IntStream.range(0, dims.length).filter(i -> dims[i] == 1).toArray()),
                dims.length);
        for (int a : axes) {
            if (dims[a] != 1) {
                throw new OnnxException("axis " + a + " of shape " + n.shape(0) + " is not 1");
            }
        }
        int[] left = IntStream.range(0, dims.length).filter(i -> Arrays.binarySearch(axes, i) < 0)
                .map(i -> dims[i]).toArray();
        return Term.traced(n.logical(0).reshape(left));
    }

    private static Term unsqueeze(Node n) {
        int[] given = n.wholes("axes", 1);
        int[] axes = Axes.of(given, n.rank(0) + given.length);
        int[] dims = n.shape(0).dims();
        for (int a : axes) {
            dims = Axes.insert(dims, a, 1);
        }
        return Term.traced(n.logical(0).reshape(dims));
    }

    private static Term transpose(Node n) {
        int rank = n.rank(0);
        int[] order = n.onnx().wholes("perm", IntStream.range(0, rank).map(i -> rank - 1 - i).toArray());
        if (order.length != rank || Axes.of(order, rank).length != rank) {
            throw new OnnxException("perm " + Arrays.toString(order) + " of shape " + n.shape(0));
        }
        // Moving the channels to where they are, or back from there, moves nothing.
        Term t = n.term(0);
        if (rank > 2 && !t.isConstant() && Arrays.equals(order, channels(rank, t.isChannelsLast()))) {
            return t.isChannelsLast() ? Term.traced(t.value()) : Term.channelsLast(t.value());
        }
        return Term.traced(Axes.permute(n.logical(0), order));
    }

    /** The permutation that moves the channels from the second axis to the last, or back. */
    private static int[] channels(int rank, boolean toLast) {
        return IntStream.range(0, rank).map(i -> i == 0
                ? 0
                : toLast ? i % (rank - 1) + 1 : (i + rank - 3) % (rank - 1) + 1).toArray();
    }

    private static Term depthToSpace(Node n) {
        int[] d = n.shape(0).dims();
        int b = n.onnx().whole("blocksize", 1);
        if (d.length != 4 || b < 1 || d[1] % (b * b) != 0) {
            throw new OnnxException("blocksize " + b + " of shape " + n.shape(0));
        }
        int c = d[1] / (b * b);
        boolean columnRow = "CRD".equals(n.onnx().text("mode", "DCR"));
        Value x = columnRow
                ? n.logical(0).reshape(d[0], c, b, b, d[2], d[3]).permute(0, 1, 4, 2, 5, 3)
                : n.logical(0).reshape(d[0], b, b, c, d[2], d[3]).permute(0, 3, 4, 1, 5, 2);
        return Term.traced(x.reshape(d[0], c, d[2] * b, d[3] * b));
    }

    private static Term spaceToDepth(Node n) {
        int[] d = n.shape(0).dims();
        int b = n.onnx().whole("blocksize", 1);
        if (d.length != 4 || b < 1 || d[2] % b != 0 || d[3] % b != 0) {
            throw new OnnxException("blocksize " + b + " of shape " + n.shape(0));
        }
        return Term.traced(n.logical(0).reshape(d[0], d[1], d[2] / b, b, d[3] / b, b).permute(0, 3, 5, 1, 2, 4)
                .reshape(d[0], d[1] * b * b, d[2] / b, d[3] / b));
    }
}
