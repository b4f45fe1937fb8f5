package dev.goshawk.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Each rewrite does what it says and leaves the value as it was. */
class SimplifierTest {
    private final Value x = Value.input("x", DType.FLOAT64, Shape.of(4, 3));
    private final Value y = Value.input("y", DType.FLOAT64, Shape.of(4, 3));
    private final Value row = Value.input("row", DType.FLOAT64, Shape.of(3));
    private final Value other = Value.input("other", DType.FLOAT64, Shape.of(3));
    private final Value scalar = Value.input("scalar", DType.FLOAT64, Shape.scalar());

    /** The simplified value, after checking that it evaluates to the same. */
    private static Value simplify(Value v) {
        Graph before = Graph.of("v", v);
        Graph after = Simplifier.simplify(before);
        Random random = new Random(5);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        before.inputs().forEach((name, in) -> {
            Tensor t = Tensor.zeros(in.dtype(), in.shape());
            for (int i = 0; i < t.size(); i++) {
                t.set(i, random.nextGaussian());
            }
            inputs.put(name, t);
        });
        Tensor expected = Interpreter.run(before, inputs).get("v");
        Tensor actual = Interpreter.run(after, inputs).get("v");
        assertEquals(expected.shape(), actual.shape());
        for (int i = 0; i < expected.size(); i++) {
            double tolerance = 1e-13 * Math.max(1, Math.abs(expected.get(i)));
            assertEquals(expected.get(i), actual.get(i), tolerance, "element " + i);
        }
        Value result = after.outputs().get("v");
        assertSame(v.dtype(), result.dtype());
        return result;
    }

    private static long count(Value v, Class<? extends Op> kind) {
        return Graph.of("v", v).count(kind);
    }

    private static void assertOp(Op op, Value v) {
        assertEquals(op, v.op());
    }

    private Op constant(double value, Shape shape) {
        return new Op.Constant(value, DType.FLOAT64, shape);
    }

    @Test
    void mergesEqualComputations() {
        Value v = simplify(x.multiply(y).exp().add(x.multiply(y).exp()));
        assertEquals(1, count(v, Op.Unary.class));
        assertEquals(1, count(v, Op.Multiply.class));
        assertSame(v.operand(0), v.operand(1));
    }

    @Test
    void keepsDifferentComputationsApart() {
        assertEquals(2, count(simplify(x.subtract(y).exp().add(y.subtract(x).exp())), Op.Unary.class));
    }

    @Test
    void outputsKeepNamesAndInputsKeepIdentity() {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("first", x.exp());
        outputs.put("second", x.exp());
        outputs.put("third", x);
        Graph after = Simplifier.simplify(Graph.of(outputs));
        assertEquals(List.of("first", "second", "third"), List.copyOf(after.outputs().keySet()));
        assertSame(after.outputs().get("first"), after.outputs().get("second"));
        assertSame(x, after.outputs().get("third"));
    }

    @Test
    void dropsZerosOfSums() {
        assertSame(x, simplify(x.add(x.like(0))));
        assertSame(x, simplify(x.like(0).add(x)));
        assertSame(x, simplify(x.subtract(x.like(0))));
        Value negated = simplify(x.like(0).subtract(x));
        assertOp(new Op.Scale(-1), negated);
        assertSame(x, negated.operand(0));
    }

    @Test
    void joinsFactors() {
        assertSame(x, simplify(Value.of(new Op.Scale(1), x)));
        Value v = simplify(Value.of(new Op.Scale(2), Value.of(new Op.Scale(-3), x)));
        assertOp(new Op.Scale(-6), v);
        assertSame(x, v.operand(0));
        assertSame(x, simplify(x.negate().scale(-1)));
        assertOp(constant(10, x.shape()), simplify(Value.of(new Op.Scale(2), x.like(5))));
    }

    @Test
    void turnsProductsWithConstantsIntoFactors() {
        assertOp(new Op.Scale(3), simplify(x.multiply(x.like(3))));
        assertOp(new Op.Scale(3), simplify(x.like(3).multiply(x)));
        // 0 times NaN is NaN: the product stays
        assertOp(new Op.Scale(0), simplify(x.multiply(x.like(0))));
        assertSame(x, simplify(x.multiply(x.like(1))));
        assertOp(constant(6, x.shape()), simplify(x.like(2).multiply(x.like(3))));
    }

    @Test
    void joinsReshapes() {
        Value v = simplify(x.reshape(2, 6).reshape(12));
        assertOp(new Op.Reshape(Shape.of(12)), v);
        assertSame(x, v.operand(0));
        assertSame(x, simplify(x.reshape(12).reshape(4, 3)));
        assertOp(constant(7, Shape.of(12)), simplify(x.like(7).reshape(12)));
    }

    @Test
    void joinsBroadcasts() {
        Shape large = Shape.of(5, 4, 3);
        Value v = simplify(row.broadcast(Shape.of(4, 3)).broadcast(large));
        assertOp(new Op.Broadcast(large), v);
        assertSame(row, v.operand(0));
        assertOp(constant(7, large), simplify(row.like(7).broadcast(large)));
        assertSame(x, simplify(Value.of(new Op.Broadcast(x.shape()), x)));
    }

    @Test
    void pushesBroadcastsTowardsTheResult() {
        Value v = simplify(row.broadcast(x.shape()).exp().multiply(other.broadcast(x.shape())).add(x.like(2)));
        assertOp(new Op.Broadcast(x.shape()), v);
        assertEquals(Shape.of(3), v.operand(0).shape());
        assertEquals(1, count(v, Op.Broadcast.class));
    }

    @Test
    void leavesBroadcastsOfDifferentShapes() {
        Value v = simplify(row.broadcast(x.shape()).multiply(scalar.broadcast(x.shape())));
        assertOp(new Op.Multiply(), v);
        assertEquals(2, count(v, Op.Broadcast.class));
    }

    @Test
    void sumOverAxesOfExtentOneIsAReshape() {
        Value v = simplify(x.reshape(4, 1, 3).sum(1));
        assertSame(x, v);
    }

    @Test
    void sumOfConstantsAndBroadcastsNeedsNoSum() {
        assertOp(constant(8, Shape.of(3)), simplify(x.like(2).sum(0)));
        Value v = simplify(row.broadcast(x.shape()).sum(0));
        assertOp(new Op.Scale(4), v);
        assertSame(row, v.operand(0));
        assertEquals(1, count(simplify(row.broadcast(x.shape()).sum(1)), Op.Sum.class));
    }

    @Test
    void takesFactorsOutOfSums() {
        assertOp(new Op.Scale(5), simplify(x.scale(5).sum(0)));
        for (Value product : List.of(x.multiply(row), row.multiply(x))) {
            Value v = simplify(product.sum(0));
            assertOp(new Op.Multiply(), v);
            assertEquals(Shape.of(3), v.shape());
        }
        Value all = simplify(x.multiply(scalar).sum());
        assertOp(new Op.Multiply(), all);
        assertEquals(Shape.scalar(), all.shape());
    }

    @Test
    void keepsFactorsThatVaryInsideSums() {
        assertOp(new Op.Sum(List.of(0)), simplify(x.multiply(y).sum(0)));
        assertOp(new Op.Sum(List.of(0, 1)), simplify(x.multiply(row).sum()));
    }

    @Test
    void splitsSumsWhereAFactorComesOut() {
        Value v = simplify(x.multiply(row).subtract(y).sum(0));
        assertOp(new Op.Subtract(), v);
        assertOp(new Op.Multiply(), v.operand(0));
        assertOp(new Op.Sum(List.of(0)), simplify(x.add(y).sum(0)));
    }

    @Test
    void sumsWithKeptAxesOfExtentOne() {
        Value column = Value.input("column", DType.FLOAT64, Shape.of(4, 1));
        Value v = simplify(x.multiply(column).sum(1));
        assertOp(new Op.Multiply(), v);
        assertEquals(Shape.of(4), v.shape());
    }
}
