package dev.goshawk.hawq.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActivationRangeTest {
    @Test
    void movingAverageByHand() {
        ActivationRange range = new ActivationRange();
        range.observe(2);
        range.observe(3);
        assertEquals(2.1, range.range(), 1e-15);
        assertEquals(2.1 / 15, range.scale(BitWidth.B4), 1e-15);
        ActivationRange again = new ActivationRange(range.state());
        range.observe(1);
        again.observe(1);
        assertEquals(1.99, again.range(), 1e-15);
        assertEquals(range.state(), again.state());
    }

    @Test
    void partOfTheRangeHasTheSameLevelsMoreFinely() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            TensorQuantizer q = new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MSE, 0.55)
                    .activation(dtype, BitWidth.B4);
            Tensor maximum = Tensor.zeros(dtype, Shape.scalar());
            for (double m : new double[] {2, 3}) {
                maximum.fill(m);
                q.observe(Map.of("maximum", maximum));
            }
            assertEquals(0.55 * 2.1, q.largest());
            double step = 0.55 * 2.1 / 15;
            assertEquals(dtype == DType.FLOAT32 ? (float) step : step, q.state().get("scale").item());
            assertArrayEquals(new double[] {0, 15, 15}, q.codes(Tensor.of(Shape.of(3), 0.0, 1.2, 2.1).to(dtype))
                    .toDoubles());
        }
        assertEquals("range by moving average of batch maxima, times 0.55",
                new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MSE, 0.55).describeActivations());
        assertThrows(InvalidSettingException.class,
                () -> new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MSE, 0));
    }

    @Test
    void silentActivation() {
        ActivationRange range = new ActivationRange();
        assertEquals(1, range.scale(BitWidth.B4));
        range.observe(0);
        assertEquals(1, range.scale(BitWidth.B4));
    }

    @Test
    void badInput() {
        ActivationRange range = new ActivationRange();
        assertThrows(IllegalArgumentException.class, () -> range.observe(-1));
        assertThrows(IllegalArgumentException.class, () -> range.observe(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new ActivationRange.State(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> ActivationRange.highestLevel(BitWidth.FLOAT));
    }
}
