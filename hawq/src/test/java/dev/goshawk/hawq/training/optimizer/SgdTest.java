package dev.goshawk.hawq.training.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.training.optimizer.Optimizer.Parameter;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.Test;

class SgdTest {
    private static Tensor tensor(DType dtype, double... values) {
        return Tensor.of(Shape.of(values.length), values).to(dtype);
    }

    private static Sgd sgd(double momentum, boolean nesterov, Parameter... parameters) {
        Sgd sgd = new Sgd(momentum, nesterov);
        for (Parameter p : parameters) {
            sgd.add(p);
        }
        return sgd;
    }

    @ParameterizedTest
    @EnumSource(names = "INT32", mode = EnumSource.Mode.EXCLUDE)
    void momentumAndDecayByHand(DType dtype) {
        Tensor decayed = tensor(dtype, 1, -2);
        Tensor plain = tensor(dtype, 4);
        Sgd sgd = sgd(0.5, false, new Parameter("a", decayed, 0.1, 1), new Parameter("b", plain, 0, 1));
        sgd.step(Map.of("a", tensor(dtype, 0.4, 0.2), "b", tensor(dtype, 1)), 1);
        // buffers 0.4 + 0.1 = 0.5 and 0.2 - 0.2 = 0; 1
        assertArrayEquals(new double[] {0.5, -2}, decayed.toDoubles(), 1e-6);
        assertArrayEquals(new double[] {3}, plain.toDoubles(), 1e-6);
        sgd.step(Map.of("a", tensor(dtype, 0, 0), "b", tensor(dtype, 0)), 0.1);
        // buffers 0.25 + 0.05 = 0.3 and -0.2; 0.5
        assertArrayEquals(new double[] {0.47, -1.98}, decayed.toDoubles(), 1e-6);
        assertArrayEquals(new double[] {2.95}, plain.toDoubles(), 1e-6);
        assertArrayEquals(new double[] {0.3, -0.2}, sgd.state().firstEntry().getValue().toDoubles(), 1e-6);
    }

    @ParameterizedTest
    @EnumSource(names = "INT32", mode = EnumSource.Mode.EXCLUDE)
    void nesterovByHand(DType dtype) {
        Tensor w = tensor(dtype, 1);
        Sgd sgd = sgd(0.5, true, new Parameter("w", w, 0, 1));
        sgd.step(Map.of("w", tensor(dtype, 2)), 0.1);
        // buffer 2, step 2 + 0.5 * 2 = 3
        assertArrayEquals(new double[] {0.7}, w.toDoubles(), 1e-6);
        sgd.step(Map.of("w", tensor(dtype, 1)), 0.1);
        // buffer 2, step 1 + 1 = 2
        assertArrayEquals(new double[] {0.5}, w.toDoubles(), 1e-6);
    }

    @Test
    void restoredBuffersContinueWithTheSameBits() {
        float[] shared = {9, 1, 2, 9};
        Tensor a = Tensor.view(Shape.of(2), shared, 1);
        Tensor b = Tensor.of(Shape.of(2), 1f, 2f);
        Sgd first = sgd(0.9, false, new Parameter("w", a, 0.01, 1));
        Tensor g = Tensor.of(Shape.of(2), 0.3f, -0.7f);
        first.step(Map.of("w", g), 0.05);
        Sgd second = sgd(0.9, false, new Parameter("w", b, 0.01, 1));
        b.copyFrom(a);
        first.state().forEach((name, t) -> second.state().getOrDefault(name, t).copyFrom(t));
        first.step(Map.of("w", g), 0.05);
        second.step(Map.of("w", g), 0.05);
        assertArrayEquals(a.toDoubles(), b.toDoubles());
        assertEquals(9, shared[0]);
        assertEquals(9, shared[3]);
        assertArrayEquals(new float[] {0.3f, -0.7f}, g.floats());
    }

    @Test
    void badInput() {
        Tensor w = Tensor.of(Shape.of(2), 1f, 2f);
        Sgd sgd = sgd(0.9, false, new Parameter("fc.weight", w, 0, 1));
        String message = assertThrows(IllegalArgumentException.class,
                () -> sgd.step(Map.of("fc.weight", Tensor.of(Shape.of(3), 1f, 2f, 3f)), 0.1)).getMessage();
        assertEquals("sgd gradients: expected float32[2] for fc.weight, got float32[3]", message);
        assertEquals("sgd: expected a gradient of fc.weight, got none",
                assertThrows(IllegalArgumentException.class, () -> sgd.step(Map.of(), 0.1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> sgd.step(Map.of("fc.weight", w), Double.NaN));
        assertEquals("sgd: expected a new parameter, there is one named 'fc.weight'",
                assertThrows(IllegalArgumentException.class, () -> sgd.add(new Parameter("fc.weight", w, 0, 1)))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Sgd(1, false));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0, true));
        assertThrows(IllegalArgumentException.class, () -> new Parameter("w", w, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Parameter("w", w, 0, -1));
    }

    @Test
    void parametersMayBeAddedBetweenStepsAndHaveTheirOwnRate() {
        Tensor a = Tensor.of(Shape.of(1), 1.0);
        Tensor b = Tensor.of(Shape.of(1), 1.0);
        Tensor g = Tensor.of(Shape.of(1), 1.0);
        Sgd sgd = sgd(0.5, false, new Parameter("a", a, 0, 1));
        sgd.step(Map.of("a", g), 0.1);
        sgd.add(new Parameter("b", b, 0, 0.5));
        sgd.step(Map.of("a", g, "b", g), 0.1);
        assertArrayEquals(new double[] {1 - 0.1 - 0.15}, a.toDoubles(), 1e-15);
        assertArrayEquals(new double[] {1 - 0.05}, b.toDoubles(), 1e-15);
    }
}
