package dev.goshawk.onnx.op.array;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** The discrete Fourier transform along one axis, as products with matrices of cosines and sines. */
public final class Fourier {
    private static final int AXIS_IS_AN_INPUT = 20;

    private Fourier() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("DFT", Operator.single(Fourier::transform));
        all.put("STFT", Operator.single(Fourier::ofFrames));
    }

    /** Of [..., real and, where there are two, imaginary parts]. */
    private static Term transform(Node n) {
        Value x = n.logical(0);
        int rank = x.shape().rank();
        int axis = Axes.of(n.opset() < AXIS_IS_AN_INPUT
                ? n.onnx().whole("axis", 1)
                : n.has(2) ? (int) n.constant(2).scalar() : -2, rank);
        int parts = rank == 0 ? 0 : x.shape().dim(-1);
        if (axis == rank - 1 || parts < 1 || parts > 2) {
            throw new OnnxException("expected an array [..., 1 or 2], got shape " + x.shape() + " and axis " + axis);
        }
        int length = n.has(1) ? (int) n.constant(1).scalar() : x.shape().dim(axis);
        boolean inverse = n.onnx().whole("inverse", 0) == 1;
        boolean half = n.onnx().whole("onesided", 0) == 1;
        if (length < 1 || half && inverse) {
            throw new OnnxException(
                    "expected a length of 1 or more, and onesided=0 of an inverse, got length " + length);
        }
        Axes.requireFew(length);
        int given = Math.min(length, x.shape().dim(axis));
        int out = half ? length / 2 + 1 : length;
        Value used = Axes.slice(x, axis, 0, given, 1);
        return Term.traced(transformed(n, used, axis, out, length, inverse));
    }

    /** Real and imaginary parts along the last axis, of as many. */
    private static Value transformed(Node n, Value x, int axis, int out, int length, boolean inverse) {
        int last = x.shape().rank() - 1;
        double sign = inverse ? 1 : -1;
        double scale = inverse ? 1.0 / length : 1;
        Value cos = table(n, "cosines", x.shape().dim(axis), out, length, t -> scale * Math.cos(t));
        Value sin = table(n, "sines", x.shape().dim(axis), out, length, t -> scale * sign * Math.sin(t));
        Value real = Axes.slice(x, last, 0, 1, 1);
        Value re = product(real, axis, cos);
        Value im = product(real, axis, sin);
        if (x.shape().dim(last) == 2) {
            Value imaginary = Axes.slice(x, last, 1, 2, 1);
            re = re.subtract(product(imaginary, axis, sin));
            im = im.add(product(imaginary, axis, cos));
        }
        return Functions.concat(last, List.of(re, im));
    }

    /** Of windows of a signal [batch, length, 1 or 2], [batch, windows, frequencies, 2]. */
    private static Term ofFrames(Node n) {
        Value x = n.logical(0);
        int[] d = x.shape().dims();
        int step = (int) n.constant(1).scalar();
        int length = n.has(3) ? (int) n.constant(3).scalar() : n.has(2) ? n.shape(2).size() : 0;
        if (d.length != 3 || d[2] < 1 || d[2] > 2 || step < 1 || length < 1 || length > d[1]) {
            throw new OnnxException(
                    "expected a signal [batch, length, 1 or 2], a step of 1 or more and windows within it, "
                            + "got shape " + x.shape() + ", step " + step + " and windows of " + length);
        }
        int count = (d[1] - length) / step + 1;
        Axes.requireFew((long) count + length);
        List<Value> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(Axes.slice(x, 1, i * step, i * step + length, 1).reshape(d[0], 1, length, d[2]));
        }
        Value all = frames.size() == 1 ? frames.getFirst() : Functions.concat(1, frames);
        Value weighed = n.has(2) ? all.multiply(n.logical(2).reshape(length, 1)) : all;
        boolean half = n.onnx().whole("onesided", 1) == 1;
        return Term.traced(transformed(n, weighed, 2, half ? length / 2 + 1 : length, length, false));
    }

    /** [in, out]; angles are taken of whole numbers below the length, so that no digits are lost. */
    private static Value table(Node n, String purpose, int in, int out, int length, DoubleUnaryOperator function) {
        double[] all = new double[Math.multiplyExact(in, out)];
        for (int i = 0; i < all.length; i++) {
            long step = (long) (i / out) * (i % out) % length;
            all[i] = function.applyAsDouble(2 * Math.PI * step / length);
        }
        return n.array(purpose, ConstantArray.of(Shape.of(in, out), all));
    }

    private static Value product(Value x, int axis, Value matrix) {
        int rank = x.shape().rank();
        int[] order = IntStream.range(0, rank).map(i -> i == axis ? rank - 1 : i == rank - 1 ? axis : i).toArray();
        Value last = Axes.permute(x, order);
        int[] d = last.shape().dims();
        int in = d[rank - 1];
        d[rank - 1] = matrix.shape().dim(1);
        return Axes.permute(last.reshape(x.shape().size() / in, in).matmul(matrix).reshape(d), order);
    }
}
