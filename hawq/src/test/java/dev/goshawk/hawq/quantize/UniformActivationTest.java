package dev.goshawk.hawq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import org.junit.jupiter.api.Test;

class UniformActivationTest {
    @Test
    void aGivenRangeIsThatOfTheLevelsAtOnce() {
        TensorQuantizer quantizer = UniformQuantizer.standard().activation(DType.FLOAT64, BitWidth.B2);
        quantizer.start(6);
        assertEquals(6, quantizer.levels().get(3), 1e-12);
        assertEquals(2, quantizer.levels().get(1), 1e-12);
    }

    @Test
    void tiesAreThoseOfTheElementType() {
        Tensor step = Tensor.of(Shape.of(1), 0.1f);
        for (int k = 0; k < 15; k++) {
            float x = (k + 0.5f) * 0.1f;
            Tensor codes = UniformActivation.unsignedCodes(Tensor.of(Shape.of(1), x), step, BitWidth.B4);
            assertEquals(Math.rint(x / 0.1f), codes.get(0), x + " in steps of 0.1f");
            Tensor wide = UniformActivation.unsignedCodes(Tensor.of(Shape.of(1), (double) x),
                    Tensor.of(Shape.of(1), (double) 0.1f), BitWidth.B4);
            assertEquals(Math.rint((double) x / (double) 0.1f), wide.get(0), x + " in steps of 0.1");
        }
    }

    @Test
    void aSampleIsOfAFewImagesAndEveryOtherPixelOfLargeOnes() {
        assertEquals(Shape.of(4, 4, 5, 3), sampleOf(32, 8, 9, 3));
        assertEquals(Shape.of(4, 3, 2, 3), sampleOf(8, 3, 4, 3));
        assertEquals(Shape.of(2, 64), sampleOf(2, 64));
    }

    private static Shape sampleOf(int... dims) {
        return UniformActivation.sample(Value.input("x", DType.FLOAT32, Shape.of(dims))).values().iterator().next()
                .shape();
    }
}
