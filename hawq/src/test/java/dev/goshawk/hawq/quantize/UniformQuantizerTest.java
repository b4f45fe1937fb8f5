package dev.goshawk.hawq.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UniformQuantizerTest {
    private static final UniformQuantizer MAX = new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MAX);
    private static final UniformQuantizer MSE = UniformQuantizer.standard();

    private static Tensor gaussian(DType dtype, int... dims) {
        Tensor t = Tensor.zeros(dtype, Shape.of(dims));
        Random random = new Random(4);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, random.nextGaussian() * 0.1);
        }
        return t;
    }

    private static double error(Tensor w, Tensor q) {
        double sum = 0;
        for (int i = 0; i < w.size(); i++) {
            sum += (w.get(i) - q.get(i)) * (w.get(i) - q.get(i));
        }
        return sum;
    }

    @Test
    void symmetricMaximumByHand() {
        // channels {0.7, -0.2, 0.05} and {-6, 3, 1}; 3 bits: levels -3..3, scales 0.7/3 and 2
        Tensor w = Tensor.of(Shape.of(3, 2), 0.7, -6.0, -0.2, 3.0, 0.05, 1.0);
        UniformQuantizer.QuantizedWeights q = MAX.quantize(w, BitWidth.B3);
        assertArrayEquals(new double[] {0.7 / 3, 2}, q.scale().toDoubles(), 1e-15);
        assertArrayEquals(new double[] {0, 0}, q.zeroPoint().toDoubles());
        // 3 / 2 = 1.5 rounds to the even 2, 1 / 2 = 0.5 to the even 0
        assertArrayEquals(new int[] {3, -3, -1, 2, 0, 0}, q.codes().ints());
        assertArrayEquals(new double[] {0.7, -6, -0.7 / 3, 4, 0, 0}, q.values().toDoubles(), 1e-15);
        assertEquals(-3, q.qMin());
        assertEquals(3, q.qMax());
        assertEquals(Math.pow(0.7 / 3 - 0.2, 2) + 0.05 * 0.05 + 1 + 1, MAX.perturbation(w, BitWidth.B3), 1e-14);
    }

    @Test
    void asymmetricMaximumByHand() {
        // -1..5 over 3 steps of 2: zero point round(1 / 2) = 0 (to even), levels 0..3
        UniformQuantizer quantizer = new UniformQuantizer(Scheme.ASYMMETRIC_PER_LAYER, ScaleRule.MAX);
        UniformQuantizer.QuantizedWeights q = quantizer.quantize(Tensor.of(Shape.of(2, 2), -1.0, 5.0, 2.9, 0.4),
                BitWidth.B2);
        assertArrayEquals(new double[] {2, 2}, q.scale().toDoubles());
        assertArrayEquals(new double[] {0, 0}, q.zeroPoint().toDoubles());
        assertArrayEquals(new int[] {0, 2, 1, 0}, q.codes().ints());
        UniformQuantizer.QuantizedWeights low = quantizer.quantize(Tensor.of(Shape.of(2, 2), -4.0, 2.0, -1.9, 0.4),
                BitWidth.B2);
        assertArrayEquals(new double[] {2, 2}, low.zeroPoint().toDoubles());
        assertArrayEquals(new int[] {0, 3, 1, 2}, low.codes().ints());
        assertArrayEquals(new double[] {-4, 2, -2, 0}, low.values().toDoubles());
    }

    @Test
    void ternaryScaleIsTheLeastSquaresOne() {
        // {1, .9, -1.1, .1, 0, -.1}: codes 1, 1, -1, 0, 0, 0 with scale (1 + .9 + 1.1) / 3 = 1
        Tensor w = Tensor.of(Shape.of(6, 1), 1.0, 0.9, -1.1, 0.1, 0.0, -0.1);
        UniformQuantizer.QuantizedWeights q = MSE.quantize(w, BitWidth.B2);
        assertEquals(1, q.scale().get(0), 1e-15);
        assertArrayEquals(new int[] {1, 1, -1, 0, 0, 0}, q.codes().ints());
        assertEquals(0.04, MSE.perturbation(w, BitWidth.B2), 1e-15);
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void leastSquaresNeverLosesToTheMaximum(Scheme scheme) {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            Tensor w = gaussian(dtype, 3, 3, 16, 8);
            double previous = Double.POSITIVE_INFINITY;
            for (BitWidth bits : BitWidth.quantized()) {
                double least = new UniformQuantizer(scheme, ScaleRule.MSE).perturbation(w, bits);
                double max = new UniformQuantizer(scheme, ScaleRule.MAX).perturbation(w, bits);
                assertTrue(least <= max, () -> bits + " bits: " + least + " > " + max);
                assertTrue(least < previous, () -> "more bits, more error at " + bits);
                if (bits == BitWidth.B2 && scheme == Scheme.SYMMETRIC_PER_CHANNEL) {
                    // a normal variable's best ternary quantizer leaves 19.0 % of its variance
                    // (scale 1.2240 sigma, threshold half of that)
                    assertTrue(least < 0.5 * max);
                    assertEquals(0.190, least / (0.01 * w.size()), 0.02);
                }
                previous = least;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void valuesFollowFromCodesInTheElementType(Scheme scheme) {
        Tensor w = gaussian(DType.FLOAT32, 3, 3, 4, 8);
        UniformQuantizer.QuantizedWeights q = new UniformQuantizer(scheme, ScaleRule.MSE).quantize(w, BitWidth.B4);
        for (int i = 0; i < w.size(); i++) {
            float scale = q.scale().floats()[i % 8];
            float zero = q.zeroPoint().floats()[i % 8];
            int code = (int) Math.clamp(Math.rint(w.floats()[i] / scale) + zero, q.qMin(), q.qMax());
            assertEquals(code, q.codes().ints()[i]);
            assertEquals((code - zero) * scale, q.values().floats()[i]);
        }
        Tensor again = new UniformQuantizer(scheme, ScaleRule.MAX).quantize(q.values(), BitWidth.B8).values();
        assertTrue(error(q.values(), again) <= error(w, q.values()));
    }

    @Test
    void oneBitIsTheSignTimesTheMeanMagnitude() {
        Tensor w = Tensor.of(Shape.of(3, 2), 0.7, -6.0, -0.2, 3.0, 0.0, 1.5);
        UniformQuantizer.QuantizedWeights q = MSE.quantize(w, BitWidth.B1);
        assertArrayEquals(new double[] {0.3, 3.5}, q.scale().toDoubles(), 1e-15);
        assertArrayEquals(new int[] {1, -1, -1, 1, 1, 1}, q.codes().ints());
        assertArrayEquals(new double[] {0.3, -3.5, -0.3, 3.5, 0.3, 3.5}, q.values().toDoubles(), 1e-15);
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void deadChannelsAndSingleElements(Scheme scheme) {
        for (ScaleRule rule : ScaleRule.values()) {
            UniformQuantizer quantizer = new UniformQuantizer(scheme, rule);
            UniformQuantizer.QuantizedWeights zeros = quantizer.quantize(Tensor.of(Shape.of(2, 2), 0f, 0f, 0f, 0f),
                    BitWidth.B2);
            assertArrayEquals(new float[4], zeros.values().floats());
            assertArrayEquals(new float[] {1, 1}, zeros.scale().floats());
            assertEquals(0, quantizer.perturbation(Tensor.of(Shape.of(1), -0.3f), BitWidth.B8), 1e-9);
            assertEquals(0, quantizer.perturbation(Tensor.of(Shape.of(1), 1e-45f), BitWidth.B8), 1e-40);
        }
    }

    @Test
    void badInput() {
        Tensor nan = Tensor.of(Shape.of(1, 3), 1f, Float.NaN, 2f);
        String message = assertThrows(IllegalArgumentException.class,
                () -> MSE.quantize(nan, BitWidth.B4)).getMessage();
        assertEquals("quantizer: expected finite weights, got NaN at index 1 of float32[1,3]", message);
        Tensor w = Tensor.of(Shape.of(1), 1f);
        assertThrows(IllegalArgumentException.class, () -> MSE.quantize(w, BitWidth.FLOAT));
        assertEquals(0, MSE.perturbation(w, BitWidth.FLOAT));
        assertThrows(IllegalArgumentException.class, () -> MSE.quantize(Tensor.of(Shape.of(1), 1), BitWidth.B4));
        assertThrows(IllegalArgumentException.class, () -> MSE.quantize(Tensor.of(Shape.scalar(), 1f), BitWidth.B4));
        assertThrows(IllegalArgumentException.class, () -> BitWidth.of(9));
    }
}
