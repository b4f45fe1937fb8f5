package dev.goshawk.onnx.op.element;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Functions of two or more operands, which broadcast as in NumPy. */
public final class Arithmetic {
    private Arithmetic() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        binary(all, "Add", Value::add);
        binary(all, "Sub", Value::subtract);
        binary(all, "Mul", Value::multiply);
        all.put("Div", Operator.single(Arithmetic::divide));
        all.put("Pow", Operator.single(Arithmetic::power));
        variadic(all, "Sum", Value::add);
        variadic(all, "Max", Value::max);
        variadic(all, "Min", Value::min);
        all.put("Mean", Operator.single(n -> {
            Term sum = reduce(n, Value::add);
            return sum.isChannelsLast()
                    ? Term.channelsLast(sum.value().scale(1.0 / n.inputs()))
                    : Term.traced(sum.value().scale(1.0 / n.inputs()));
        }));
        binary(all, "Equal", (a, b) -> a.subtract(b).sign().abs().negate().add(1));
        binary(all, "Less", (a, b) -> b.subtract(a).step());
        binary(all, "Greater", (a, b) -> a.subtract(b).step());
        binary(all, "LessOrEqual", (a, b) -> b.atLeast(a));
        binary(all, "GreaterOrEqual", Value::atLeast);
        binary(all, "And", Value::multiply);
        binary(all, "Or", Value::max);
        binary(all, "Xor", (a, b) -> a.subtract(b).abs());
        all.put("Mod", Operator.single(n -> {
            // As C has it, the remainder has the sign of the first operand, else that of the second.
            boolean asInC = n.onnx().whole("fmod", 0) == 1;
            return join(n, n.term(0), n.term(1), (a, b) -> {
                Value ratio = a.divide(b);
                Value whole = asInC ? Elementwise.truncated(ratio) : ratio.floor();
                return a.subtract(b.multiply(whole));
            });
        }));
        all.put("Where", Operator.single(n -> {
            ConstantArray choice = n.term(0).constant();
            if (choice != null && choice.isUniform()) {
                Value one = n.logical(choice.real(0) != 0 ? 1 : 2);
                Value other = n.logical(choice.real(0) != 0 ? 2 : 1);
                return Term.traced(one.broadcast(other.multiply(one).multiply(n.logical(0)).shape()));
            }
            return Term.traced(Functions.where(n.logical(0), n.logical(1), n.logical(2)));
        }));
    }

    private static void binary(Map<String, Operator> all, String name, BinaryOperator<Value> function) {
        all.put(name, Operator.single(n -> {
            if (n.inputs() != 2) {
                throw new OnnxException("expected 2 inputs, got " + n.inputs());
            }
            return join(n, n.term(0), n.term(1), function);
        }));
    }

    private static void variadic(Map<String, Operator> all, String name, BinaryOperator<Value> function) {
        all.put(name, Operator.single(n -> reduce(n, function)));
    }

    private static Term reduce(Node n, BinaryOperator<Value> function) {
        Term result = n.map(0, x -> x);
        for (int i = 1; i < n.inputs(); i++) {
            result = join(n, result, n.term(i), function);
        }
        return result;
    }

    /** Channels stay last where one operand has them so and the other can follow. */
    private static Term join(Node n, Term a, Term b, BinaryOperator<Value> function) {
        int rank = Math.max(a.shape().rank(), b.shape().rank());
        Term led = a.isChannelsLast() ? a : b;
        if (led.isChannelsLast() && led.shape().rank() == rank && !isLegacyBroadcast(n)) {
            return Term.channelsLast(function.apply(follow(n, a, rank), follow(n, b, rank)));
        }
        return Term.traced(function.apply(n.logical(a), legacy(n, a, b)));
    }

    private static Value follow(Node n, Term t, int rank) {
        if (t.isChannelsLast() && t.shape().rank() == rank) {
            return t.value();
        }
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        int[] own = t.shape().dims();
        System.arraycopy(own, 0, dims, rank - own.length, own.length);
        return Axes.channelsLast(n.logical(t).reshape(dims));
    }

    private static boolean isLegacyBroadcast(Node n) {
        return n.opset() < Node.NUMPY_BROADCAST && n.onnx().whole("broadcast", 0) == 1 && n.onnx().has("axis");
    }

    /** Before opset 7 the second operand's axes could stand anywhere in the first's. */
    private static Value legacy(Node n, Term a, Term b) {
        Value v = n.logical(b);
        if (!isLegacyBroadcast(n)) {
            return v;
        }
        int rank = a.shape().rank();
        int axis = Axes.of(n.onnx().whole("axis", 0), rank);
        int[] dims = Arrays.copyOf(v.shape().dims(), rank - axis);
        Arrays.fill(dims, v.shape().rank(), dims.length, 1);
        return v.reshape(Shape.of(dims));
    }

    /** Whole numbers divide as in C, towards zero. */
    private static Term divide(Node n) {
        ConstantArray a = n.term(0).constant();
        ConstantArray b = n.term(1).constant();
        boolean whole = a != null && a.isInteger() && b != null && b.isInteger();
        return join(n, n.term(0), n.term(1), whole
                ? (x, y) -> x.divide(y).abs().floor().multiply(x.divide(y).sign())
                : Value::divide);
    }

    private static Term power(Node n) {
        ConstantArray exponent = n.term(1).constant();
        if (exponent != null && exponent.isUniform() && exponent.shape().size() == 1) {
            double p = exponent.real(0);
            return n.map(0, x -> x.pow(p));
        }
        return join(n, n.term(0), n.term(1), Value::pow);
    }
}
