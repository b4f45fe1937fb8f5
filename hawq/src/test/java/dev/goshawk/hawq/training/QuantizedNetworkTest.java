package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.data.Batches;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuantizedNetworkTest {
    private static QuantizedNetwork network(Parameters parameters, BitWidth activationBits) {
        return new QuantizedNetwork(SmallTraining.NETWORK, parameters, UniformQuantizer.standard(), activationBits);
    }

    private static void calibrate(QuantizedNetwork network, Set<String> blocks) {
        Batches batches = new Batches(SmallTraining.data().train(), Normalization.IMAGENET, 0);
        Tensor images = Tensor.zeros(DType.FLOAT32, batches.imageShape(8));
        Tensor labels = Tensor.zeros(DType.FLOAT32, batches.labelShape(8));
        network.calibrate(blocks, images, 3, i -> batches.fill(batches.inOrder(), 8 * i, images, labels),
                Backends.defaultBackend());
    }

    private static Evaluation evaluate(QuantizedNetwork network) {
        return network.evaluator(8, 8, 8, Backends.defaultBackend())
                .evaluate(new Batches(SmallTraining.data().test(), Normalization.IMAGENET, 0),
                        Evaluator.LogitsListener.NONE);
    }

    @Test
    void eightBitsAfterTrainingLoseLittleAndOneBitLosesMuch() {
        double plain = evaluate(network(SmallTraining.parameters(), BitWidth.B8)).loss();
        QuantizedNetwork eight = network(SmallTraining.parameters(), BitWidth.B8);
        QuantizedNetwork one = network(SmallTraining.parameters(), BitWidth.B1);
        for (String block : List.of("first", "middle", "last")) {
            eight.quantize(block, BitWidth.B8);
            one.quantize(block, BitWidth.B1);
        }
        calibrate(eight, Set.of("first", "middle", "last"));
        calibrate(one, Set.of("first", "middle", "last"));
        assertEquals(plain, evaluate(eight).loss(), 0.02 * plain);
        assertTrue(Math.abs(evaluate(one).loss() - plain) > 0.05 * plain, plain + " " + evaluate(one).loss());
    }

    @Test
    void rangesAreMovingAveragesOfMaxima() {
        QuantizedNetwork q = network(SmallTraining.parameters(), BitWidth.B4);
        q.quantize("first", BitWidth.B8);
        calibrate(q, Set.of("first"));
        Tensor range = q.state().getOrDefault("quantizer/relu/range", Tensor.zeros(DType.FLOAT64, q.state()
                .firstEntry().getValue().shape()));
        assertEquals(3, range.get(2), "batches observed");
        assertEquals(range.get(1) / 15, q.state().lastEntry().getValue().size() == 3
                ? q.state().getOrDefault("quantizer/relu/scale", range).item()
                : Double.NaN, 1e-6);
        assertEquals(range.get(1), q.activations().firstEntry().getValue().largest());
    }

    @Test
    void savedStateIsTakenUpWhole() {
        Quantizers.all().forEach((name, quantizer) -> {
            Parameters parameters = SmallTraining.parameters();
            QuantizedNetwork q = new QuantizedNetwork(SmallTraining.NETWORK, parameters, quantizer, BitWidth.B4);
            q.quantize("first", BitWidth.B3);
            q.quantize("last", BitWidth.FLOAT);
            q.quantize("middle", BitWidth.B2);
            calibrate(q, Set.of("first", "middle"));
            assertEquals("{first=3, last=32, middle=2}", q.blocks().toString());
            QuantizedNetwork again = new QuantizedNetwork(SmallTraining.NETWORK, parameters, quantizer, BitWidth.B4);
            again.restore(q.blocks(), q.state());
            assertEquals(q.state().keySet(), again.state().keySet(), name);
            assertEquals(evaluate(q), evaluate(again), name);
            assertArrayEquals(q.quantizedParameters().get("conv.weight").toDoubles(),
                    again.quantizedParameters().get("conv.weight").toDoubles(), name);
        });
        QuantizedNetwork q = network(SmallTraining.parameters(), BitWidth.B4);
        q.quantize("first", BitWidth.B3);
        Map<String, Tensor> without = new LinkedHashMap<>(q.state());
        without.remove("quantizer/conv.weight/scale");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> network(SmallTraining.parameters(), BitWidth.B4).restore(q.blocks(), without));
        assertEquals("checkpoint: expected a tensor 'quantizer/conv.weight/scale', it has none", e.getMessage());
    }

    @Test
    void blocksAreQuantizedOnce() {
        QuantizedNetwork q = network(SmallTraining.parameters(), BitWidth.B4);
        q.quantize("first", BitWidth.B3);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> q.quantize("first", BitWidth.B2));
        assertEquals("quantization: expected a block with weights that is still float, got 'first'", e.getMessage());
    }
}
