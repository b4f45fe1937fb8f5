package dev.goshawk.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op against the table: derivatives to second order, definitions where there are none, and bad operands. */
class OpTableTest {
    static List<OpSample> rows() {
        return OpSamples.all();
    }

    static Stream<OpSample> differentiable() {
        return rows().stream().filter(s -> s.order() > 0);
    }

    static Stream<OpSample> constantToDifferentiation() {
        return rows().stream().filter(s -> s.op() instanceof Op.NonDifferentiable);
    }

    @Test
    void everyOpAndEveryFunctionOfAnOpHasARow() {
        Set<String> missing = OpSamples.required();
        rows().forEach(s -> missing.removeAll(OpSamples.provided(s.op())));
        assertEquals(Set.of(), missing, "without a row in the op test table");
    }

    @Test
    void everyOpWithOperandsHasAnErrorRow() {
        Set<String> missing = new LinkedHashSet<>();
        for (Class<?> op : OpSamples.ops()) {
            if (!Op.Leaf.class.isAssignableFrom(op)) {
                missing.add(op.getSimpleName());
            }
        }
        OpErrors.all().forEach(e -> missing.remove(e.op().getClass().getSimpleName()));
        assertEquals(Set.of(), missing, "without a row of bad operands");
    }

    /** Guards against a row that claims less than its op's family promises. */
    @ParameterizedTest
    @MethodSource("rows")
    void orderIsWhatTheFamilyPromises(OpSample s) {
        boolean promised = switch (s.op()) {
            case Op.StraightThrough _ -> false;
            case Op.Leaf _, Op.Elementwise _, Op.Linear _, Op.Multilinear _ -> true;
            case Op.NonDifferentiable _, Op.FirstOrderOnly _ -> false;
        };
        assertTrue(!promised || s.order() == 2, () -> s + " must be checked to second order");
    }

    @ParameterizedTest
    @MethodSource("differentiable")
    void derivativesAgreeWithDifferences(OpSample s) {
        GradientCheck.check(s.name(), inputs -> s.trace(DType.FLOAT64, inputs), s.operands(), s.order());
    }

    @ParameterizedTest
    @MethodSource("constantToDifferentiation")
    void derivativeIsASymbolicZero(OpSample s) {
        List<Value> inputs = s.inputs(DType.FLOAT64);
        Value y = s.trace(DType.FLOAT64, inputs);
        List<Value> tangents = inputs.stream().map(x -> x.like(1)).toList();
        Value tangent = ForwardMode.jvp(List.of(y), inputs, tangents).get(0);
        assertEquals(new Op.Constant(0, y.dtype(), y.shape()), tangent.op());
        for (Value g : ReverseMode.vjp(List.of(y), List.of(y.like(1)), inputs)) {
            assertEquals(new Op.Constant(0, g.dtype(), g.shape()), g.op());
        }
    }

    static List<OpErrors.Row> badOperands() {
        return OpErrors.all();
    }

    @ParameterizedTest
    @MethodSource("badOperands")
    void badOperandsAreRefused(OpErrors.Row row) {
        ShapeMismatchException e = assertThrows(ShapeMismatchException.class, () -> Value.of(row.op(), row.inputs()));
        assertEquals(row.message(), e.getMessage());
    }

    @Test
    void rowNamesAreDistinct() {
        List<OpSample> all = Stream.concat(rows().stream(), OpSamples.awkward().stream()).toList();
        Set<String> seen = new LinkedHashSet<>();
        assertEquals(List.of(), all.stream().map(OpSample::name).filter(name -> !seen.add(name)).toList());
    }
}
