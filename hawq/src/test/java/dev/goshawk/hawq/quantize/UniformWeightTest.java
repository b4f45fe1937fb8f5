package dev.goshawk.hawq.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UniformWeightTest {
    private static Tensor weight(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor w = Tensor.zeros(DType.FLOAT32, Shape.of(3, 3, 6, 5));
        for (int i = 0; i < w.size(); i++) {
            w.set(i, random.nextGaussian() * (1 + i % 5));
        }
        return w;
    }

    private static TensorQuantizer fitted(UniformQuantizer quantizer, BitWidth bits, Tensor w) {
        TensorQuantizer q = quantizer.weight(w.shape(), w.dtype(), bits);
        q.fit(w);
        return q;
    }

    private static double error(TensorQuantizer quantizer, Tensor w) {
        Tensor q = quantizer.quantized(w);
        double sum = 0;
        for (int i = 0; i < w.size(); i++) {
            sum += (q.get(i) - w.get(i)) * (q.get(i) - w.get(i));
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"SYMMETRIC_PER_CHANNEL, MSE", "SYMMETRIC_PER_CHANNEL, MAX", "ASYMMETRIC_PER_LAYER, MSE",
            "ASYMMETRIC_PER_LAYER, MAX"})
    void fittedLevelsAreTheQuantizers(Scheme scheme, ScaleRule rule) {
        UniformQuantizer quantizer = new UniformQuantizer(scheme, rule);
        Tensor w = weight(1);
        for (BitWidth bits : BitWidth.quantized()) {
            assertArrayEquals(quantizer.quantize(w, bits).values().toDoubles(),
                    fitted(quantizer, bits, w).quantized(w).toDoubles());
        }
    }

    @ParameterizedTest
    @CsvSource({"SYMMETRIC_PER_CHANNEL", "ASYMMETRIC_PER_LAYER"})
    void followingNeverAddsToTheError(Scheme scheme) {
        Tensor w = weight(2);
        TensorQuantizer q = fitted(new UniformQuantizer(scheme, ScaleRule.MSE), BitWidth.B2, w);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < w.size(); i++) {
            w.set(i, 1.3 * w.get(i) + 0.1 * random.nextGaussian());
        }
        double before = error(q, w);
        double first = before;
        for (int round = 0; round < 20; round++) {
            q.follow(w);
            double after = error(q, w);
            assertTrue(after <= before * (1 + 1e-6), round + ": " + before + " " + after);
            before = after;
        }
        assertTrue(before < 0.97 * first, "scales that were 1.3 times too small: " + first + " " + before);
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void followingUnderMaxIsFittingAgain(Scheme scheme) {
        UniformQuantizer quantizer = new UniformQuantizer(scheme, ScaleRule.MAX);
        TensorQuantizer q = fitted(quantizer, BitWidth.B4, weight(3));
        q.follow(weight(4));
        TensorQuantizer fresh = fitted(quantizer, BitWidth.B4, weight(4));
        fresh.state()
                .forEach((name, t) -> assertArrayEquals(t.toDoubles(), q.state().getOrDefault(name, t).toDoubles()));
        assertArrayEquals(fresh.levels().toDoubles(), q.levels().toDoubles());
    }

    @Test
    void weightsOfNothingButZerosKeepAScale() {
        Tensor zeros = Tensor.zeros(DType.FLOAT32, Shape.of(4, 2));
        TensorQuantizer q = fitted(UniformQuantizer.standard(), BitWidth.B2, zeros);
        q.follow(zeros);
        assertArrayEquals(new double[] {-1, -1, 0, 0, 1, 1}, q.levels().toDoubles());
        assertArrayEquals(new double[8], q.quantized(zeros).toDoubles());
    }
}
