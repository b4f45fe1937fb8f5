package dev.goshawk.hawq.training.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectiveTest {
    private static final Backend BACKEND = Backends.defaultBackend();
    private static final double[] LOGITS = {0.3, -1.2, 0.7, 2, 0.1, -0.4};
    private static final double[] LABELS = {0, 0, 1, 1, 0, 0};

    /** Mean color times a matrix. */
    private record Linear() implements Network {
        @Override
        public String name() {
            return "linear";
        }

        @Override
        public int inputSize() {
            return 2;
        }

        @Override
        public int classes() {
            return 3;
        }

        @Override
        public Value logits(Layers net, Value images) {
            return net.block("all").linear("fc", net.globalAvgPool(images), 3);
        }
    }

    private static double[] softmax(double[] z, int from, double temperature) {
        double[] p = new double[3];
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            p[i] = Math.exp(z[from + i] / temperature);
            sum += p[i];
        }
        for (int i = 0; i < 3; i++) {
            p[i] /= sum;
        }
        return p;
    }

    /** -sum q log softmax(z / T), the mean of two rows. */
    private static double crossEntropy(double[] z, double[] q, double temperature) {
        double sum = 0;
        for (int row = 0; row < 2; row++) {
            double[] p = softmax(z, 3 * row, temperature);
            for (int i = 0; i < 3; i++) {
                sum -= q[3 * row + i] * Math.log(p[i]);
            }
        }
        return sum / 2;
    }

    private static Executable compile(TrainingObjective objective, Map<String, Tensor> bound) {
        Value logits = Value.input("z", DType.FLOAT64, Shape.of(2, 3));
        Value loss = objective.of(logits, Value.input("y", DType.FLOAT64, Shape.of(2, 3)));
        LinkedHashMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("loss", loss);
        outputs.put("slope", ReverseMode.gradient(loss, List.of(logits)).getFirst());
        Executable e = BACKEND.compile(Graph.of(outputs));
        e.bind("z", Tensor.of(Shape.of(2, 3), LOGITS));
        e.bind("y", Tensor.of(Shape.of(2, 3), LABELS));
        bound.forEach(e::bind);
        return e;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.6})
    void smoothedLabels(double epsilon) {
        Executable e = compile(new LabelSmoothing(epsilon), Map.of());
        e.run();
        double[] q = new double[6];
        for (int i = 0; i < 6; i++) {
            q[i] = (1 - epsilon) * LABELS[i] + epsilon / 3;
        }
        assertEquals(crossEntropy(LOGITS, q, 1), e.output("loss").item(), 1e-14);
        for (int i = 0; i < 6; i++) {
            assertEquals((softmax(LOGITS, i / 3 * 3, 1)[i % 3] - q[i]) / 2, e.output("slope").get(i), 1e-14);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 3})
    void distillationFromATeacherThatStaysAsItIs(double temperature) {
        Network network = new Linear();
        Parameters parameters = Parameters.initialize(network, DType.FLOAT64, 3);
        Distillation objective = new Distillation(network, parameters, 0.3, temperature);
        double[] w = parameters.get("fc.weight").toDoubles();
        double[] b = parameters.get("fc.bias").toDoubles();
        parameters.get("fc.weight").fill(7);
        Tensor images = Tensor.zeros(DType.FLOAT64, Shape.of(2, 2, 2, 3));
        TrainingObjective.Inputs inputs = objective.inputs(images, BACKEND);
        Executable e = compile(objective, inputs.tensors());
        for (double shift : new double[] {0, 0.7}) {
            double[] said = new double[6];
            for (int row = 0; row < 2; row++) {
                for (int i = 0; i < 12; i++) {
                    images.set(12 * row + i, shift + 0.1 * (i % 3) - row);
                }
                for (int c = 0; c < 3; c++) {
                    said[3 * row + c] = b[c];
                    for (int k = 0; k < 3; k++) {
                        said[3 * row + c] += (shift + 0.1 * k - row) * w[3 * k + c];
                    }
                }
            }
            inputs.fill();
            e.run();
            double[] q = new double[6];
            System.arraycopy(softmax(said, 0, temperature), 0, q, 0, 3);
            System.arraycopy(softmax(said, 3, temperature), 0, q, 3, 3);
            assertEquals(0.7 * crossEntropy(LOGITS, LABELS, 1)
                    + 0.3 * temperature * temperature * crossEntropy(LOGITS, q, temperature), e.output("loss").item(),
                    1e-13);
            for (int i = 0; i < 6; i++) {
                double hard = softmax(LOGITS, i / 3 * 3, 1)[i % 3] - LABELS[i];
                double soft = softmax(LOGITS, i / 3 * 3, temperature)[i % 3] - q[i];
                assertEquals((0.7 * hard + 0.3 * temperature * soft) / 2, e.output("slope").get(i), 1e-13);
            }
        }
    }

    @Test
    void objectivesWithTheSameNumbersHaveTheSameTextAndNoOthers() {
        Network network = new Linear();
        Parameters one = Parameters.initialize(network, DType.FLOAT64, 3);
        Parameters other = Parameters.initialize(network, DType.FLOAT64, 4);
        String text = new Distillation(network, one, 0.5, 1).describe();
        assertEquals(text, new Distillation(network, one.copy(), 0.5, 1).describe());
        assertNotEquals(text, new Distillation(network, other, 0.5, 1).describe());
        assertNotEquals(text, new Distillation(network, one, 0.5, 2).describe());
        assertNotEquals(new LabelSmoothing(0.1).describe(), TrainingObjective.crossEntropy().describe());
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        Network network = new Linear();
        Parameters parameters = Parameters.initialize(network, DType.FLOAT64, 3);
        assertEquals("label smoothing: expected an epsilon in [0, 1), got 1.0", assertThrows(
                IllegalArgumentException.class, () -> new LabelSmoothing(1)).getMessage());
        assertEquals("distillation: expected a weight in [0, 1], got 1.5", assertThrows(
                IllegalArgumentException.class, () -> new Distillation(network, parameters, 1.5, 1)).getMessage());
        assertEquals("distillation: expected a finite temperature above 0, got 0.0", assertThrows(
                IllegalArgumentException.class, () -> new Distillation(network, parameters, 0.5, 0)).getMessage());
    }
}
