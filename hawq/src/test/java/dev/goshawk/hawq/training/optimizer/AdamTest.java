package dev.goshawk.hawq.training.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.training.optimizer.Optimizer.Parameter;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdamTest {
    @Test
    void twoStepsByHand() {
        Tensor w = Tensor.of(Shape.of(2), 1.0, -2.0);
        Adam adam = new Adam(0.5, 0.75, 1e-300);
        adam.add(new Parameter("w", w, 0, 1));
        adam.step(Map.of("w", Tensor.of(Shape.of(2), 4.0, -0.25)), 0.1);
        // Without its bias the first step is the rate times the gradient's sign.
        assertArrayEquals(new double[] {0.9, -1.9}, w.toDoubles(), 1e-15);
        adam.step(Map.of("w", Tensor.of(Shape.of(2), 0.0, -0.25)), 0.1);
        // First moment 1 and second 3 of the first element; unbiased 1 / 0.75 and 3 / 0.4375.
        assertArrayEquals(new double[] {0.9 - 0.1 * (1 / 0.75) / Math.sqrt(3 / 0.4375), -1.8}, w.toDoubles(), 1e-15);
        assertEquals("[first/w, second/w, steps/w]", adam.state().keySet().toString());
    }

    @Test
    void decayAndOwnRate() {
        Tensor w = Tensor.of(Shape.of(1), 2.0);
        Adam adam = new Adam();
        adam.add(new Parameter("w", w, 0.5, 0.25));
        // g = -1 + 0.5 * 2 = 0: nothing moves.
        adam.step(Map.of("w", Tensor.of(Shape.of(1), -1.0)), 0.1);
        assertArrayEquals(new double[] {2}, w.toDoubles());
        Tensor v = Tensor.of(Shape.of(1), 2.0);
        adam.add(new Parameter("v", v, 0, 0.25));
        adam.step(Map.of("w", Tensor.of(Shape.of(1), -1.0), "v", Tensor.of(Shape.of(1), 3.0)), 0.1);
        // Added later, it makes its own first step.
        assertArrayEquals(new double[] {2 - 0.025}, v.toDoubles(), 1e-9);
    }

    @Test
    void restoredStateContinuesWithTheSameBits() {
        Tensor a = Tensor.of(Shape.of(2), 1f, -3f);
        Tensor g = Tensor.of(Shape.of(2), 0.3f, -0.7f);
        Adam first = new Adam();
        first.add(new Parameter("w", a, 0.01, 1));
        first.step(Map.of("w", g), 0.05);
        Tensor b = a.copy();
        Adam second = new Adam();
        second.add(new Parameter("w", b, 0.01, 1));
        first.state().forEach((name, t) -> second.state().getOrDefault(name, t).copyFrom(t));
        first.step(Map.of("w", g), 0.05);
        second.step(Map.of("w", g), 0.05);
        assertArrayEquals(a.toDoubles(), b.toDoubles());
    }

    @Test
    void badInput() {
        assertThrows(IllegalArgumentException.class, () -> new Adam(1, 0.9, 1e-8));
        assertThrows(IllegalArgumentException.class, () -> new Adam(0.9, 0.9, 0));
        Adam adam = new Adam();
        adam.add(new Parameter("w", Tensor.of(Shape.of(1), 1.0), 0, 1));
        assertEquals("adam: expected a gradient of w, got none",
                assertThrows(IllegalArgumentException.class, () -> adam.step(Map.of(), 0.1)).getMessage());
    }
}
