package dev.goshawk.hawq.quantize;

import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.family.ValueAwareQuantizer;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.quantize.family.LearnedBasis;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quantizers that are fitted to the distribution of values: LQ-Nets' learned basis, and RVQuant's large values. */
class FittedQuantizersTest {
    private static Tensor gaussian(DType dtype, long seed, int rows, int channels) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor t = Tensor.zeros(dtype, Shape.of(rows, channels));
        for (int i = 0; i < t.size(); i++) {
            t.set(i, random.nextGaussian() * (1 + i % channels));
        }
        return t;
    }

    private static double error(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            double d = a.get(i) - b.get(i);
            sum += d * d;
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(names = {"B1", "B2", "B3", "B4", "B5", "B6"})
    void aLearnedBasisFitsBetterThanUniformLevels(BitWidth bits) {
        Tensor w = gaussian(DType.FLOAT64, 3, 2000, 3);
        double learned = Quantizers.byName("lq-nets").perturbation(w, bits);
        double uniform = UniformQuantizer.standard().perturbation(w, bits);
        assertTrue(learned <= uniform * (1 + 1e-9), learned + " of " + uniform);
        if (bits == BitWidth.B2) {
            // Four free levels of a Gaussian have 0.1175 of its variance (Lloyd, Max), three uniform ones 0.19.
            double variance = error(w, Tensor.zeros(DType.FLOAT64, w.shape()));
            assertEquals(0.1175, learned / variance, 0.005);
        }
    }

    @Test
    void aLevelIsASumOfTheBasisWithSigns() {
        LearnedBasis basis = new LearnedBasis(new double[] {0.3, 1}, true);
        assertArrayEquals(new double[] {-1.3, -0.7, 0.7, 1.3}, basis.levels(), 1e-15);
        assertArrayEquals(new double[] {0, 0.3, 1, 1.3}, new LearnedBasis(new double[] {0.3, 1}, false).levels(),
                1e-15);
        // Values that are levels of a basis have that basis.
        SplittableRandom random = new SplittableRandom(1);
        double[] levels = new LearnedBasis(new double[] {0.21, 0.5, 1.3}, true).levels();
        double[] values = new double[400];
        Arrays.setAll(values, i -> levels[random.nextInt(levels.length)]);
        assertArrayEquals(new double[] {0.21, 0.5, 1.3},
                new LearnedBasis(new double[] {0.2, 0.52, 1.28}, true).turned(values), 1e-12);
        assertArrayEquals(new double[2], LearnedBasis.fitted(new double[7], 2, true));
    }

    @Test
    void aTurnOfTrainingMovesTheBasisATenthOfTheWay() {
        Tensor w = gaussian(DType.FLOAT64, 4, 500, 1);
        TensorQuantizer q = Quantizers.byName("lq-nets").weight(w.shape(), DType.FLOAT64, BitWidth.B1);
        q.fit(w);
        double before = q.levels().get(1);
        assertEquals(Arrays.stream(w.toDoubles()).map(Math::abs).average().orElse(0), before, 1e-12, "E|w| at one bit");
        for (int i = 0; i < w.size(); i++) {
            w.set(i, 3 * w.get(i));
        }
        q.follow(w);
        assertEquals(before * (0.9 + 0.1 * 3), q.levels().get(1), 1e-12);
    }

    @Test
    void activationsAreFittedToTheirSample() {
        SplittableRandom random = new SplittableRandom(2);
        Tensor sample = Tensor.zeros(DType.FLOAT32, Shape.of(4000));
        for (int i = 0; i < sample.size(); i++) {
            sample.set(i, Math.max(0, random.nextGaussian()));
        }
        TensorQuantizer learned = Quantizers.byName("lq-nets").activation(DType.FLOAT32, BitWidth.B2);
        learned.observe(Map.of("sample", sample));
        TensorQuantizer uniform = UniformQuantizer.standard().activation(DType.FLOAT32, BitWidth.B2);
        Tensor most = Tensor.zeros(DType.FLOAT32, Shape.scalar());
        most.fill(Arrays.stream(sample.toDoubles()).max().orElse(0));
        uniform.observe(Map.of("maximum", most));
        assertTrue(error(learned.quantized(sample), sample) < 0.5 * error(uniform.quantized(sample), sample));
        assertEquals(0, learned.levels().get(0), 1e-12, "nothing stays nothing");
    }

    @ParameterizedTest
    @EnumSource(names = {"B2", "B3", "B4", "B8"})
    void largeValuesAreKeptAndTheOthersGetFinerSteps(BitWidth bits) {
        Tensor w = gaussian(DType.FLOAT64, 5, 1000, 1);
        // Outliers that no linear grid of few levels can afford.
        for (int i = 0; i < 10; i++) {
            w.set(97 * i, 50 + i);
        }
        ValueAwareQuantizer family = ValueAwareQuantizer.standard();
        TensorQuantizer q = family.weight(w.shape(), DType.FLOAT64, bits);
        q.fit(w);
        Tensor rounded = q.quantized(w);
        for (int i = 0; i < 10; i++) {
            assertEquals(w.get(97 * i), rounded.get(97 * i), 59.0 / 32767 / 2 + 1e-12, "kept to 16 bits");
        }
        Tensor levels = q.levels();
        double step = levels.get(1) - levels.get(0);
        double top = levels.get(levels.size() - 1);
        for (int i = 0; i < w.size(); i++) {
            double x = w.get(i);
            double expected = x >= 50 ? x : Math.clamp(Math.rint(x / step), -top / step, top / step) * step;
            assertEquals(expected, rounded.get(i), x >= 50 ? 1e-2 : 1e-12, i + ": " + x);
        }
        assertTrue(top < 4, "the outliers do not stretch the others' range: " + top);
        assertTrue(family.perturbation(w, bits) < UniformQuantizer.standard().perturbation(w, bits) / 2);
    }

    @Test
    void theSizeCountsLargeValuesAndTheirPlaces() {
        ValueAwareQuantizer family = new ValueAwareQuantizer(0.01, 0.01);
        // 10 of 1,000: 990 codes of 2 bits, 10 values of 16, 10 places of 10 bits.
        assertEquals(990 * 2 + 10 * 16 + 10 * 10, family.storedBits(1000, BitWidth.B2));
        // 10 of 100: a bitmap of 100 bits is no longer than 10 places of 7 bits; the list is shorter.
        assertEquals(90 * 4 + 10 * 16 + 70, new ValueAwareQuantizer(0.1, 0.1).storedBits(100, BitWidth.B4));
        // 50 of 100: the bitmap is shorter.
        assertEquals(50 * 4 + 50 * 16 + 100, new ValueAwareQuantizer(0.5, 0.1).storedBits(100, BitWidth.B4));
        assertEquals(1000 * 32, family.storedBits(1000, BitWidth.FLOAT));
        assertEquals(1000 * 3, Quantizers.byName("uniform").storedBits(1000, BitWidth.B3));
        assertThrows(IllegalArgumentException.class, () -> new ValueAwareQuantizer(0, 0.1));
        assertThrows(IllegalArgumentException.class, () -> new ValueAwareQuantizer(0.1, 1));
    }
}
