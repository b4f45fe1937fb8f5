package dev.goshawk.hawq.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.Subset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    private final Backend backend = Backends.select(Workers.SINGLE);
    private final ImageDataset images = SyntheticShapes.generate("test", 23, 4);
    private final Batches batches = new Batches(images, Normalization.IMAGENET, 0);
    private final Network network = new MeanColor();
    private final Parameters parameters = Parameters.initialize(network, DType.FLOAT64, 2);

    /** A linear classifier of an image's mean color. */
    private static final class MeanColor implements Network {
        @Override
        public String name() {
            return "mean-color";
        }

        @Override
        public int inputSize() {
            return 32;
        }

        @Override
        public int classes() {
            return 10;
        }

        @Override
        public Value logits(Layers net, Value images) {
            return net.block("fc").linear("fc", net.globalAvgPool(images), 10);
        }
    }

    private Evaluation evaluate(int batch, List<double[]> logits) {
        return new Evaluator(network.trace(DType.FLOAT64, batch, Mode.EVALUATION), parameters, backend).evaluate(
                batches,
                (image, row) -> {
                    assertEquals(logits.size(), image);
                    logits.add(row);
                });
    }

    @Test
    void theBatchAndItsPaddingChangeNothing() {
        List<double[]> one = new ArrayList<>();
        Evaluation expected = evaluate(1, one);
        for (int batch : new int[] {5, 23, 64}) {
            List<double[]> logits = new ArrayList<>();
            Evaluation e = evaluate(batch, logits);
            assertEquals(expected.loss(), e.loss(), 1e-12);
            assertEquals(expected.correct(), e.correct());
            assertEquals(23, e.samples());
            for (int i = 0; i < 23; i++) {
                for (int c = 0; c < 10; c++) {
                    assertEquals(one.get(i)[c], logits.get(i)[c], 1e-12);
                }
            }
        }
    }

    @Test
    void lossAndAccuracyFollowFromTheLogits() {
        List<double[]> logits = new ArrayList<>();
        Evaluation e = evaluate(8, logits);
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < 23; i++) {
            double sum = 0;
            boolean largest = true;
            double own = logits.get(i)[images.label(i)];
            for (double z : logits.get(i)) {
                sum += Math.exp(z);
                largest &= z <= own;
            }
            loss -= Math.log(Math.exp(own) / sum) / 23;
            correct += largest ? 1 : 0;
        }
        assertEquals(loss, e.loss(), 1e-13);
        assertEquals(correct, e.correct());
        assertEquals(correct / 23.0, e.accuracy());
        assertTrue(correct > 0 && correct < 23, "tells images apart: " + correct);
    }

    @Test
    void laterChangesOfParametersAreSeen() {
        Evaluator evaluator = new Evaluator(network.trace(DType.FLOAT64, 8, Mode.EVALUATION), parameters, backend);
        double before = evaluator.evaluate(batches, Evaluator.LogitsListener.NONE).loss();
        parameters.tensors().values().forEach(t -> t.fill(0));
        assertTrue(before != Math.log(10));
        assertEquals(Math.log(10), evaluator.evaluate(batches, Evaluator.LogitsListener.NONE).loss(), 1e-15);
    }

    @Test
    void hugeLogitsDoNotOverflowAndNaNsNameTheImage() {
        parameters.tensors().values().forEach(t -> t.fill(0));
        parameters.get("fc.bias").set(3, 1e300);
        Batches fourth = new Batches(new Subset(images, 3), Normalization.IMAGENET, 0);
        Evaluator evaluator = new Evaluator(network.trace(DType.FLOAT64, 2, Mode.EVALUATION), parameters, backend);
        assertEquals(0, evaluator.evaluate(fourth, Evaluator.LogitsListener.NONE).loss());
        parameters.get("fc.bias").set(7, Double.NaN);
        assertEquals(
                images.name(3) + ": expected finite logits, got NaN for class 7: the weights are damaged, or float32 "
                        + "overflows",
                assertThrows(NonFiniteLogitsException.class,
                        () -> evaluator.evaluate(fourth, Evaluator.LogitsListener.NONE)).getMessage());
    }
}
