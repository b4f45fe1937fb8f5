package dev.goshawk.hawq.quantize;

import dev.goshawk.hawq.quantize.family.DorefaQuantizer;
import dev.goshawk.hawq.quantize.family.LearnedStepQuantizer;
import dev.goshawk.hawq.quantize.family.PactQuantizer;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** The papers' formulas for the derivatives with respect to steps and clips, in numbers. */
class LearnedParametersTest {
    /** Derivatives of the sum of Q(x) with respect to x and the one trained parameter. */
    private static List<double[]> gradients(TensorQuantizer q, Tensor x) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>(Map.of("x", x));
        tensors.putAll(q.state());
        Value input = Value.input("x", x.dtype(), x.shape());
        Value trained = Value.input(q.trained().getFirst().state(), x.dtype(), Shape.scalar());
        Value sum = q.apply(input, name -> trained).sum();
        return ReverseMode.gradient(sum, List.of(input, trained)).stream()
                .map(g -> QuantizerTest.run(Backends.defaultBackend(), g, tensors).toDoubles()).toList();
    }

    @Test
    void stepOfAWeight() {
        // 3 bits: levels -4 to 3. The first step is 2 E|x| / sqrt(3).
        Tensor x = Tensor.of(Shape.of(2, 2), 0.3, -5.0, 9.0, 1.2);
        TensorQuantizer q = new LearnedStepQuantizer().weight(x.shape(), DType.FLOAT64, BitWidth.B3);
        q.fit(x);
        Tensor step = q.state().firstEntry().getValue();
        assertEquals(2 * 15.5 / 4 / Math.sqrt(3), step.item(), 1e-15);
        step.fill(1);
        List<double[]> g = gradients(q, x);
        assertArrayEquals(new double[] {1, 0, 0, 1}, g.get(0), 1e-15);
        // 0 - 0.3, -4, 3 and 1 - 1.2, times 1 / sqrt(4 * 3).
        assertArrayEquals(new double[] {-1.5 / Math.sqrt(12)}, g.get(1), 1e-15);
    }

    @Test
    void stepOfActivationsIsScaledByTheActivationsOfAnImage() {
        // 2 bits: levels 0 to 3; two images of three activations.
        Tensor x = Tensor.of(Shape.of(2, 3), 0.0, 0.4, 1.3, 2.9, 3.6, 8.0);
        TensorQuantizer q = new LearnedStepQuantizer().activation(DType.FLOAT64, BitWidth.B2);
        // -0.4, -0.3, 0.1, 3 and 3, times 1 / sqrt(3 * 3).
        assertArrayEquals(new double[] {5.4 / 3}, gradients(q, x).get(1), 1e-15);
    }

    @Test
    void clip() {
        Tensor x = Tensor.of(Shape.of(1, 4), 0.0, 9.9, 10.5, 12.0);
        TensorQuantizer q = PactQuantizer.standard().activation(DType.FLOAT64, BitWidth.B2);
        assertEquals(10, q.largest());
        assertArrayEquals(new double[] {0, 10, 10, 10}, q.quantized(x).toDoubles(), 1e-15);
        List<double[]> g = gradients(q, x);
        assertArrayEquals(new double[] {1, 1, 0, 0}, g.get(0));
        assertArrayEquals(new double[] {2}, g.get(1));
        assertEquals(2e-4, q.trained().getFirst().decay());
    }

    @Test
    void dorefaByHand() {
        // tanh is 1, -1 and 0.5; halved and moved to [0, 1] it is 1, 0 and 0.75, of which the nearest third is 2/3.
        double w = 0.5 * Math.log(3);
        Tensor x = Tensor.of(Shape.of(3, 1), 40.0, -40.0, w);
        TensorQuantizer q = new DorefaQuantizer().weight(x.shape(), DType.FLOAT64, BitWidth.B2);
        assertArrayEquals(new double[] {1, -1, 1 / 3.0}, q.quantized(x).toDoubles(), 1e-15);
    }
}
