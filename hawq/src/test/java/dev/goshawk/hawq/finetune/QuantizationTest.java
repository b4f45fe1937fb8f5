package dev.goshawk.hawq.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizationTest {
    private static Tensor weight(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor w = Tensor.zeros(DType.FLOAT32, Shape.of(3, 3, 6, 5));
        for (int i = 0; i < w.size(); i++) {
            w.set(i, random.nextGaussian() * (1 + i % 5));
        }
        return w;
    }

    private static double error(WeightGrid grid, Tensor w) {
        Tensor q = grid.quantized(w);
        double sum = 0;
        for (int i = 0; i < w.size(); i++) {
            sum += (q.get(i) - w.get(i)) * (q.get(i) - w.get(i));
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"SYMMETRIC_PER_CHANNEL, MSE", "SYMMETRIC_PER_CHANNEL, MAX", "ASYMMETRIC_PER_LAYER, MSE",
            "ASYMMETRIC_PER_LAYER, MAX"})
    void fittedGridIsTheQuantizersAndTheGraphsToo(Scheme scheme, ScaleRule rule) {
        UniformQuantizer quantizer = new UniformQuantizer(scheme, rule);
        Tensor w = weight(1);
        for (BitWidth bits : BitWidth.quantized()) {
            WeightGrid grid = new WeightGrid(quantizer, bits, DType.FLOAT32, 5);
            grid.fit(w);
            double[] values = grid.quantized(w).toDoubles();
            assertArrayEquals(quantizer.quantize(w, bits).values().toDoubles(), values);
            Value x = Value.input("w", DType.FLOAT32, w.shape());
            Value y = Functions.fakeQuantize(x, Value.input("s", DType.FLOAT32, Shape.of(5)),
                    Value.input("z", DType.FLOAT32, Shape.of(5)), grid.levels().min(), grid.levels().max());
            Executable graph = Backends.defaultBackend().compile(Graph.of("y", y));
            assertArrayEquals(values, graph.call(Map.of("w", w, "s", grid.scale(), "z", grid.zero())).toDoubles());
        }
    }

    @ParameterizedTest
    @CsvSource({"SYMMETRIC_PER_CHANNEL", "ASYMMETRIC_PER_LAYER"})
    void followingNeverAddsToTheError(Scheme scheme) {
        WeightGrid grid = new WeightGrid(new UniformQuantizer(scheme, ScaleRule.MSE), BitWidth.B2, DType.FLOAT32, 5);
        Tensor w = weight(2);
        grid.fit(w);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < w.size(); i++) {
            w.set(i, 1.3 * w.get(i) + 0.1 * random.nextGaussian());
        }
        double before = error(grid, w);
        double first = before;
        for (int round = 0; round < 20; round++) {
            grid.follow(w);
            double after = error(grid, w);
            assertTrue(after <= before * (1 + 1e-6), round + ": " + before + " " + after);
            before = after;
        }
        assertTrue(before < 0.97 * first, "scales that were 1.3 times too small: " + first + " " + before);
    }

    @ParameterizedTest
    @CsvSource({"SYMMETRIC_PER_CHANNEL", "ASYMMETRIC_PER_LAYER"})
    void followingUnderMaxIsFittingAgain(Scheme scheme) {
        UniformQuantizer quantizer = new UniformQuantizer(scheme, ScaleRule.MAX);
        WeightGrid grid = new WeightGrid(quantizer, BitWidth.B4, DType.FLOAT32, 5);
        grid.fit(weight(3));
        grid.follow(weight(4));
        WeightGrid fresh = new WeightGrid(quantizer, BitWidth.B4, DType.FLOAT32, 5);
        fresh.fit(weight(4));
        assertArrayEquals(fresh.scale().toDoubles(), grid.scale().toDoubles());
        assertArrayEquals(fresh.zero().toDoubles(), grid.zero().toDoubles());
    }

    @Test
    void weightsOfNothingButZerosKeepAScale() {
        WeightGrid grid = new WeightGrid(UniformQuantizer.standard(), BitWidth.B2, DType.FLOAT32, 2);
        Tensor zeros = Tensor.zeros(DType.FLOAT32, Shape.of(4, 2));
        grid.fit(zeros);
        grid.follow(zeros);
        assertArrayEquals(new double[] {1, 1}, grid.scale().toDoubles());
        assertArrayEquals(new double[8], grid.quantized(zeros).toDoubles());
    }

    @Test
    void rangesAreMovingAveragesOfMaxima() {
        Quantization q = new Quantization(UniformQuantizer.standard(), BitWidth.B4, SmallTraining.parameters());
        q.enter("first", BitWidth.B8);
        Tensor scale = q.activationScale("relu", DType.FLOAT32);
        q.observe("relu", 3);
        assertEquals(3.0 / 15, scale.item(), 1e-7);
        q.observe("relu", 4);
        assertEquals(0.9 * 3 + 0.1 * 4, q.range("relu"), 1e-12);
        assertEquals((0.9 * 3 + 0.1 * 4) / 15, scale.item(), 1e-7);
    }

    @Test
    void savedStateIsTakenUpWhole() {
        Parameters parameters = SmallTraining.parameters();
        Quantization q = new Quantization(UniformQuantizer.standard(), BitWidth.B4, parameters);
        q.enter("first", BitWidth.B3);
        q.enter("last", BitWidth.FLOAT);
        Tensor scale = q.activationScale("relu", DType.FLOAT32);
        q.observe("relu", 5);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> bits = new HashMap<>();
        q.save(tensors, bits);
        assertEquals(Map.of("first", "3", "last", "32"), bits);
        Quantization again = new Quantization(UniformQuantizer.standard(), BitWidth.B4, parameters);
        again.restore(tensors, bits);
        assertEquals(scale.item(), again.activationScale("relu", DType.FLOAT32).item());
        assertArrayEquals(q.quantizedParameters().get("conv.weight").toDoubles(),
                again.quantizedParameters().get("conv.weight").toDoubles());
        tensors.remove("scale/conv.weight");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new Quantization(
                UniformQuantizer.standard(), BitWidth.B4, parameters).restore(tensors, bits));
        assertEquals("checkpoint: expected a tensor 'scale/conv.weight', it has none", e.getMessage());
    }

    @Test
    void blocksAreQuantizedOnce() {
        Quantization q = new Quantization(UniformQuantizer.standard(), BitWidth.B4, SmallTraining.parameters());
        q.enter("first", BitWidth.B3);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> q.enter("first", BitWidth.B2));
        assertEquals("quantization: expected a block with weights that is still float, got 'first'", e.getMessage());
    }
}
