package dev.goshawk.onnx.op.element;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.Map;
import java.util.function.LongBinaryOperator;

/** Operations on the bits of whole numbers that are known. */
final class Bits {
    private Bits() {
    }

    static void register(Map<String, Operator> all) {
        put(all, "BitwiseAnd", (a, b) -> a & b);
        put(all, "BitwiseOr", (a, b) -> a | b);
        put(all, "BitwiseXor", (a, b) -> a ^ b);
        all.put("BitwiseNot", Operator.single(n -> result(n, n.constant(0), ConstantArray.of(Shape.scalar(), -1L),
                (a, b) -> ~a)));
        all.put("BitShift", Operator.single(n -> {
            boolean left = "LEFT".equals(n.onnx().text("direction", ""));
            return result(n, n.constant(0), n.constant(1),
                    (a, b) -> b < 0 || b >= Long.SIZE ? 0 : left ? a << b : a >>> b);
        }));
    }

    private static void put(Map<String, Operator> all, String name, LongBinaryOperator function) {
        all.put(name, Operator.single(n -> result(n, n.constant(0), n.constant(1), function)));
    }

    private static Term result(Node n, ConstantArray a, ConstantArray b, LongBinaryOperator function) {
        if (!a.isInteger() || !b.isInteger()) {
            throw new OnnxException("expected whole numbers");
        }
        Shape shape = joint(a.shape(), b.shape());
        ElementKind kind = a.kind().orElse(ElementKind.INT64);
        long[] all = new long[shape.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = within(function.applyAsLong(a.integer(place(shape, a.shape(), i)),
                    b.integer(place(shape, b.shape(), i))), kind);
        }
        return Term.constant(n.onnx().outputs().getFirst(), ConstantArray.of(shape, all), false);
    }

    /** The bits that the type has room for. */
    private static long within(long value, ElementKind kind) {
        int unused = Long.SIZE - kind.bits();
        return kind.least() < 0 || unused == 0 ? value << unused >> unused : value << unused >>> unused;
    }

    private static Shape joint(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] dims = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int da = i <= a.rank() ? a.dim(-i) : 1;
            int db = i <= b.rank() ? b.dim(-i) : 1;
            if (da != db && da != 1 && db != 1) {
                throw new OnnxException("shapes " + a + " and " + b + " do not broadcast");
            }
            dims[rank - i] = da == 1 ? db : da;
        }
        return Shape.of(dims);
    }

    /** Where element i of the whole is in what broadcasts to it. */
    private static int place(Shape whole, Shape part, int i) {
        int place = 0;
        int rest = i;
        int step = 1;
        for (int k = 1; k <= part.rank(); k++) {
            int extent = whole.dim(-k);
            place += part.dim(-k) == 1 ? 0 : rest % extent * step;
            step *= part.dim(-k);
            rest /= extent;
        }
        return place;
    }
}
