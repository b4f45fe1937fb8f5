package dev.goshawk.hawq.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.finetune.Sgd.Parameter;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.Test;

class SgdTest {
    private static Tensor tensor(DType dtype, double... values) {
        return Tensor.of(Shape.of(values.length), values).to(dtype);
    }

    @ParameterizedTest
    @EnumSource(names = "INT32", mode = EnumSource.Mode.EXCLUDE)
    void momentumAndDecayByHand(DType dtype) {
        Tensor decayed = tensor(dtype, 1, -2);
        Tensor plain = tensor(dtype, 4);
        Sgd sgd = new Sgd(List.of(new Parameter("a", decayed, 0.1), new Parameter("b", plain, 0)), 0.5, false);
        sgd.step(List.of(tensor(dtype, 0.4, 0.2), tensor(dtype, 1)), 1);
        // buffers 0.4 + 0.1 = 0.5 and 0.2 - 0.2 = 0; 1
        assertArrayEquals(new double[] {0.5, -2}, decayed.toDoubles(), 1e-6);
        assertArrayEquals(new double[] {3}, plain.toDoubles(), 1e-6);
        sgd.step(List.of(tensor(dtype, 0, 0), tensor(dtype, 0)), 0.1);
        // buffers 0.25 + 0.05 = 0.3 and -0.2; 0.5
        assertArrayEquals(new double[] {0.47, -1.98}, decayed.toDoubles(), 1e-6);
        assertArrayEquals(new double[] {2.95}, plain.toDoubles(), 1e-6);
        assertArrayEquals(new double[] {0.3, -0.2}, sgd.buffers().get(0).toDoubles(), 1e-6);
    }

    @ParameterizedTest
    @EnumSource(names = "INT32", mode = EnumSource.Mode.EXCLUDE)
    void nesterovByHand(DType dtype) {
        Tensor w = tensor(dtype, 1);
        Sgd sgd = new Sgd(List.of(new Parameter("w", w, 0)), 0.5, true);
        sgd.step(List.of(tensor(dtype, 2)), 0.1);
        // buffer 2, step 2 + 0.5 * 2 = 3
        assertArrayEquals(new double[] {0.7}, w.toDoubles(), 1e-6);
        sgd.step(List.of(tensor(dtype, 1)), 0.1);
        // buffer 2, step 1 + 1 = 2
        assertArrayEquals(new double[] {0.5}, w.toDoubles(), 1e-6);
    }

    @Test
    void restoredBuffersContinueWithTheSameBits() {
        float[] shared = {9, 1, 2, 9};
        Tensor a = Tensor.view(Shape.of(2), shared, 1);
        Tensor b = Tensor.of(Shape.of(2), 1f, 2f);
        Sgd first = new Sgd(List.of(new Parameter("w", a, 0.01)), 0.9, false);
        Tensor g = Tensor.of(Shape.of(2), 0.3f, -0.7f);
        first.step(List.of(g), 0.05);
        Sgd second = new Sgd(List.of(new Parameter("w", b, 0.01)), 0.9, false);
        b.copyFrom(a);
        second.restore(first.buffers());
        first.step(List.of(g), 0.05);
        second.step(List.of(g), 0.05);
        assertArrayEquals(a.toDoubles(), b.toDoubles());
        assertEquals(9, shared[0]);
        assertEquals(9, shared[3]);
        assertArrayEquals(new float[] {0.3f, -0.7f}, g.floats());
    }

    @Test
    void badInput() {
        Tensor w = Tensor.of(Shape.of(2), 1f, 2f);
        Sgd sgd = new Sgd(List.of(new Parameter("fc.weight", w, 0)), 0.9, false);
        String message = assertThrows(IllegalArgumentException.class,
                () -> sgd.step(List.of(Tensor.of(Shape.of(3), 1f, 2f, 3f)), 0.1)).getMessage();
        assertEquals("sgd gradients: expected float32[2] for fc.weight, got float32[3]", message);
        assertThrows(IllegalArgumentException.class, () -> sgd.step(List.of(), 0.1));
        assertThrows(IllegalArgumentException.class, () -> sgd.step(List.of(w), Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(List.of(), 1, false));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(List.of(), 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Parameter("w", w, -1));
    }
}
