package dev.goshawk.autodiff.hessian;

import dev.goshawk.autodiff.Linearization;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** What is kept between the two parts, and that what is computed again is the same. */
class LinearizationTest {
    private static final Shape LARGE = Shape.of(40, 3);

    private final Value x = Value.input("x", DType.FLOAT64, LARGE);
    private final Value scale = Value.input("scale", DType.FLOAT64, Shape.of(1, 3));
    private final Value first = Value.input("first", DType.FLOAT64, LARGE);
    private final Value second = Value.input("second", DType.FLOAT64, LARGE);

    private Linearization cut(Value result) {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("result", result);
        return Linearization.of(outputs, List.of(first, second));
    }

    @Test
    void ofAValueBeforeAndAfterAScaleOneIsKept() {
        Value a = x.exp();
        Linearization parts = cut(a.multiply(first).add(a.multiply(scale.broadcast(LARGE)).multiply(second)));
        assertEquals(1, parts.kept().size());
        assertEquals(LARGE, parts.primal().outputs().get(parts.kept().getFirst()).shape());

        Linearization.Compiled compiled = parts.compile(Backends.select("reference", Workers.SINGLE));
        Tensor of = Tensor.zeros(DType.FLOAT64, LARGE);
        Tensor by = Tensor.of(Shape.of(1, 3), 2.0, 3.0, 4.0);
        Tensor one = Tensor.zeros(DType.FLOAT64, LARGE);
        Tensor other = Tensor.zeros(DType.FLOAT64, LARGE);
        for (int i = 0; i < of.size(); i++) {
            of.set(i, i / 100.0);
            one.set(i, 1 + i);
            other.set(i, 1 - i);
        }
        compiled.bind("x", of);
        compiled.bind("scale", by);
        compiled.bind("first", one);
        compiled.bind("second", other);
        compiled.primal().run();
        compiled.tangent().run();
        for (int i = 0; i < of.size(); i++) {
            double expected = Math.exp(i / 100.0) * (1 + i + (2 + i % 3) * (1.0 - i));
            assertEquals(expected, compiled.tangent().output("result").get(i), 1e-12 * Math.abs(expected) + 1e-12);
        }
    }

    @Test
    void aProductIsKeptWhereItsFactorsAreNotNeeded() {
        assertEquals(1, cut(x.exp().multiply(x.tanh()).multiply(first)).kept().size());
    }

    @Test
    void aLongWayFromWhatIsKeptIsNotGoneAgain() {
        Value a = x.exp();
        Value b = a.multiply(a).add(a).multiply(a).add(a).multiply(a);
        assertEquals(2, cut(a.multiply(first).add(b.multiply(second))).kept().size());
    }
}
