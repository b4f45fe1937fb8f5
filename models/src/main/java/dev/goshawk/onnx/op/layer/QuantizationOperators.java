package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Rounding;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.onnx.op.array.Reductions;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Rounding to whole numbers and back: QuantizeLinear, Clip and DequantizeLinear, and QONNX's Quant. What rounds a traced value is one
 * step, through which derivatives go as through the identity; constants are rounded while they are translated, in float32 as a runtime
 * does it, and keep their names.
 */
public final class QuantizationOperators {
    /** What Quant's domain has been called. */
    public static final Set<String> DOMAINS = Set.of("qonnx.custom_op.general", "finn.custom_op.general",
            "onnx.brevitas");
    /** Operators of QONNX are registered under this and their names. */
    public static final String PREFIX = "qonnx.";
    private static final int MOST_BITS = 32;

    private QuantizationOperators() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("QuantizeLinear", Operator.single(QuantizationOperators::quantize));
        all.put("DequantizeLinear", Operator.single(QuantizationOperators::dequantize));
        all.put("DynamicQuantizeLinear", QuantizationOperators::dynamic);
        all.put(PREFIX + "Quant", Operator.single(QuantizationOperators::quant));
    }

    private static Term quantize(Node n) {
        ElementKind kind = ElementKind.UINT8;
        if (n.has(2)) {
            kind = n.constant(2).kind().orElseThrow(() -> new OnnxException(
                    "expected a zero point of a known type, an initializer or a constant"));
        } else if (n.onnx().whole("output_dtype", 0) != 0) {
            kind = ElementKind.of(n.onnx().whole("output_dtype", 0));
        }
        if (!kind.isInteger() || kind.bits() > MOST_BITS) {
            throw new OnnxException("expected whole numbers of at most 32 bits, got " + kind);
        }
        if (n.term(0).isConstant()) {
            return rounded(n, n.onnx().whole("axis", 1), kind.least(), kind.greatest());
        }
        if (!n.term(1).isConstant() || n.constant(1).size() != 1) {
            return byAxis(n, kind);
        }
        return new Rounding(n.map(0, x -> x).value(), scale(n), n.has(2) ? n.constant(2).scalar() : 0, kind.least(),
                kind.greatest()).codes(n.term(0), n.source().rounds());
    }

    /** Rounding by scales along an axis, or by one that is data; derivatives go through it. */
    private static Term byAxis(Node n, ElementKind kind) {
        Value x = n.logical(0);
        Value ratio = x.divide(spread(n, 1));
        Value zero = n.has(2) ? spread(n, 2) : ratio.like(0);
        Value exact = within(ratio.add(zero), kind);
        if (!n.source().rounds()) {
            return Term.traced(exact);
        }
        return Term.traced(Functions.straightThrough(within(ratio.round().add(zero), kind), exact));
    }

    /** Rounding to bytes that reach from the least element, or 0, to the greatest, or 0: codes, scale and zero point. */
    private static List<Term> dynamic(Node n) {
        ElementKind kind = ElementKind.UINT8;
        Value x = n.logical(0);
        int[] all = IntStream.range(0, x.shape().rank()).toArray();
        Value most = Reductions.max(x, all).relu();
        Value least = Reductions.max(x.negate(), all).relu().negate();
        Value range = most.subtract(least);
        Value scale = Functions.where(range, range.divide(range.like(kind.greatest())), range.like(1));
        Value place = least.negate().divide(scale);
        boolean rounds = n.source().rounds();
        Value zero = rounds ? Functions.straightThrough(within(place, kind).round(), place) : place;
        Value ratio = x.divide(scale);
        Value path = within(ratio.add(zero), kind);
        Value codes = rounds ? Functions.straightThrough(within(ratio.round().add(zero), kind), path) : path;
        return List.of(Term.traced(codes), Term.traced(scale), Term.traced(zero));
    }

    private static Value within(Value x, ElementKind kind) {
        return x.max(x.like(kind.least())).min(x.like(kind.greatest()));
    }

    /** An input with a number for all, or for each place along the node's axis, as it broadcasts to the first input. */
    private static Value spread(Node n, int input) {
        int rank = n.rank(0);
        if (n.shape(input).size() == 1) {
            return n.logical(input).reshape(Shape.scalar());
        }
        int axis = Axes.of(n.onnx().whole("axis", 1), rank);
        int block = n.onnx().whole("block_size", 0);
        if (block > 0 && n.rank(input) == rank
                && n.shape(input).dim(axis) == Math.ceilDiv(n.shape(0).dim(axis), block)) {
            return Axes.slice(Axes.repeat(n.logical(input), axis, block), axis, 0, n.shape(0).dim(axis), 1);
        }
        if (n.rank(input) != 1 || n.shape(input).dim(0) != n.shape(0).dim(axis)
                || block != 0) {
            throw new OnnxException("input " + input + ": expected one number or " + n.shape(0).dim(axis)
                    + " along axis " + axis + ", got shape " + n.shape(input));
        }
        int[] dims = new int[rank - axis];
        Arrays.fill(dims, 1);
        dims[0] = n.shape(0).dim(axis);
        return n.logical(input).reshape(dims);
    }

    private static double scale(Node n) {
        double scale = n.constant(1).scalar();
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new OnnxException("expected a scale above 0, got " + scale);
        }
        return scale;
    }

    private static Term dequantize(Node n) {
        Term t = n.term(0);
        ConstantArray constant = t.constant();
        boolean ofData = !n.term(1).isConstant() || n.has(2) && !n.term(2).isConstant()
                || constant == null && n.constant(1).size() != 1;
        if (ofData) {
            Value codes = n.logical(0);
            return Term.traced((n.has(2) ? codes.subtract(spread(n, 2)) : codes).multiply(spread(n, 1)));
        }
        if (constant != null) {
            Spread scale = Spread.along(n, 1, n.onnx().whole("axis", 1));
            return values(n.ownName(0), constant, scale,
                    n.has(2) ? Spread.along(n, 2, n.onnx().whole("axis", 1)) : Spread.ZERO);
        }
        double scale = scale(n);
        double zero = n.has(2) ? n.constant(2).scalar() : 0;
        Rounding r = t.rounding();
        if (r == null || r.scale() != scale || r.zero() != zero) {
            return n.map(0, x -> x.subtract(zero).scale(scale));
        }
        return back(n, r);
    }

    private static Term values(String name, ConstantArray codes, Spread scale, Spread zero) {
        float[] values = new float[codes.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((codes.real(i) - zero.at(i)) * scale.at(i));
        }
        return Term.constant(name, ConstantArray.of(codes.shape(), values), true);
    }

    private static Term back(Node n, Rounding r) {
        Value y = n.source().rounds() ? r.rounded() : r.unrounded();
        return n.term(0).isChannelsLast() ? Term.channelsLast(y) : Term.traced(y);
    }

    private static Term quant(Node n) {
        String mode = n.onnx().text("rounding_mode", "ROUND");
        double bits = n.constant(3).scalar();
        if (!mode.equals("ROUND") || bits != Math.rint(bits) || bits < 1 || bits > MOST_BITS) {
            throw new OnnxException("expected rounding_mode ROUND and a width of 1 to 32 bits, got " + mode + " and "
                    + bits);
        }
        boolean signed = n.onnx().whole("signed", 1) == 1;
        boolean narrow = n.onnx().whole("narrow", 0) == 1;
        double low = signed ? -Math.scalb(1.0, (int) bits - 1) + (narrow ? 1 : 0) : 0;
        double high = signed ? Math.scalb(1.0, (int) bits - 1) - 1 : Math.scalb(1.0, (int) bits) - (narrow ? 2 : 1);
        if (n.term(0).isConstant()) {
            Term codes = rounded(n, -1, low, high);
            return values(codes.name(), Objects.requireNonNull(codes.constant()), Spread.broadcast(n, 1),
                    Spread.broadcast(n, 2));
        }
        return back(n, new Rounding(n.map(0, x -> x).value(), scale(n), n.constant(2).scalar(), low, high));
    }

    /** @param axis of the scales; -1 where they broadcast */
    private static Term rounded(Node n, int axis, double low, double high) {
        ConstantArray x = n.constant(0);
        Spread scale = axis < 0 ? Spread.broadcast(n, 1) : Spread.along(n, 1, axis);
        Spread zero = !n.has(2) ? Spread.ZERO : axis < 0 ? Spread.broadcast(n, 2) : Spread.along(n, 2, axis);
        long[] codes = new long[x.size()];
        for (int i = 0; i < codes.length; i++) {
            double ratio = (float) x.real(i) / (float) scale.at(i);
            codes[i] = (long) Math.clamp(Math.rint(ratio) + zero.at(i), low, high);
        }
        return Term.constant(n.ownName(0), ConstantArray.of(x.shape(), codes), true);
    }

    /** Numbers that are spread over a constant's elements. */
    private record Spread(ConstantArray numbers, int inner, int extent, int block) {
        static final Spread ZERO = new Spread(ConstantArray.of(Shape.scalar(), 0L), 1);

        Spread(ConstantArray numbers, int inner) {
            this(numbers, inner, numbers.size(), 1);
        }

        /** One for so many neighbors along an axis. */
        private static Spread blocks(ConstantArray numbers, Shape s, int axis, int block, int input) {
            int[] expected = s.dims();
            expected[axis] = block < 1 ? 0 : Math.ceilDiv(expected[axis], block);
            if (block < 1 || !numbers.shape().equals(Shape.of(expected))) {
                throw new OnnxException("input " + input + ": expected shape " + Shape.of(expected) + " for block_size "
                        + block + ", got " + numbers.shape());
            }
            return new Spread(numbers, Axes.product(s, axis + 1, s.rank()), s.dim(axis), block);
        }

        /** One for all, or one for each place along an axis. */
        static Spread along(Node n, int input, int axis) {
            ConstantArray numbers = n.constant(input);
            Shape s = n.shape(0);
            int block = n.onnx().whole("block_size", 0);
            if (numbers.size() == 1 && block == 0) {
                return new Spread(numbers, 1);
            }
            int at = Axes.of(axis, s.rank());
            if (block != 0) {
                return blocks(numbers, s, at, block, input);
            }
            if (numbers.shape().rank() != 1 || numbers.size() != s.dim(at)) {
                throw new OnnxException("input " + input + ": expected one number or " + s.dim(at) + " along axis " + at
                        + ", got shape " + numbers.shape());
            }
            return new Spread(numbers, Axes.product(s, at + 1, s.rank()));
        }

        /** As NumPy broadcasts, to the first input. */
        static Spread broadcast(Node n, int input) {
            ConstantArray numbers = n.constant(input);
            Shape s = n.shape(0);
            if (numbers.size() == 1) {
                return new Spread(numbers, 1);
            }
            int[] own = numbers.shape().dims();
            int lead = s.rank() - own.length;
            int axis = -1;
            for (int i = 0; i < own.length; i++) {
                if (own[i] != 1 && (lead < 0 || own[i] != s.dim(lead + i) || axis >= 0)) {
                    throw new OnnxException("input " + input + ": expected one number or some along one axis of " + s
                            + ", got shape " + numbers.shape());
                }
                axis = own[i] != 1 ? lead + i : axis;
            }
            return new Spread(numbers, Axes.product(s, axis + 1, s.rank()));
        }

        double at(int element) {
            if (block == 1) {
                return numbers.real(numbers.size() == 1 ? 0 : element / inner % extent);
            }
            int place = element / inner % extent / block;
            int outer = element / inner / extent;
            return numbers.real((outer * Math.ceilDiv(extent, block) + place) * inner + element % inner);
        }
    }
}
