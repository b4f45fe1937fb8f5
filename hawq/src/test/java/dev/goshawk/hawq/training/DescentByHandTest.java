package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.data.Augmentation;
import dev.goshawk.data.Batches;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps of a network whose gradient is written by hand. */
class DescentByHandTest {
    @TempDir
    private Path folder;

    /** logits = mean color * W + b: a gradient that fits on a line. */
    private record Softmax() implements Network {
        @Override
        public String name() {
            return "softmax";
        }

        @Override
        public int inputSize() {
            return 8;
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

    @Test
    void stepsOverMoreThanAnEpochEqualGradientDescentByHand() {
        Network network = new Softmax();
        Parameters parameters = Parameters.initialize(network, DType.FLOAT64, 1);
        double[] w = parameters.get("fc.weight").toDoubles();
        double[] b = parameters.get("fc.bias").toDoubles();
        double[] mw = new double[9];
        double[] mb = new double[3];
        TrainingSettings settings = new TrainingSettings(8, 5, 0.9, 0.01, Augmentation.NONE, SmallTraining.QUANTIZER,
                BitWidth.FLOAT, 1);
        TrainingData data = SmallTraining.data();
        Batches batches = new Batches(data.train(), data.normalization(), 5);
        for (int step = 0; step < 9; step++) {
            Tensor images = Tensor.zeros(DType.FLOAT64, batches.imageShape(8));
            Tensor labels = Tensor.zeros(DType.FLOAT64, batches.labelShape(8));
            batches.fill(batches.order(step / 6), step % 6 * 8, images, labels);
            double[] gw = new double[9];
            double[] gb = new double[3];
            softmaxGradient(images, labels, w, b, gw, gb);
            descend(w, mw, gw);
            descend(b, mb, gb);
        }
        new Trainer(network, parameters, data, settings, Schedule.plain(9 / 6.0, new LearningRate.Constant(0.3)),
                Backends.select("reference", Workers.SINGLE)).run(new Checkpoints(folder, "t"), TrainingListener.NONE);
        for (int i = 0; i < 9; i++) {
            assertEquals(w[i], parameters.get("fc.weight").get(i), 1e-12);
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(b[i], parameters.get("fc.bias").get(i), 1e-12);
        }
    }

    private static void softmaxGradient(Tensor images, Tensor labels, double[] w, double[] b, double[] gw,
            double[] gb) {
        for (int n = 0; n < 8; n++) {
            double[] x = new double[3];
            for (int i = 0; i < 192; i++) {
                x[i % 3] += images.get(192 * n + i) / 64;
            }
            double[] p = new double[3];
            double sum = 0;
            for (int c = 0; c < 3; c++) {
                p[c] = Math.exp(b[c] + x[0] * w[c] + x[1] * w[3 + c] + x[2] * w[6 + c]);
                sum += p[c];
            }
            for (int c = 0; c < 3; c++) {
                double d = (p[c] / sum - labels.get(3 * n + c)) / 8;
                gb[c] += d;
                for (int i = 0; i < 3; i++) {
                    gw[3 * i + c] += d * x[i];
                }
            }
        }
    }

    private static void descend(double[] w, double[] m, double[] g) {
        for (int i = 0; i < w.length; i++) {
            m[i] = 0.9 * m[i] + g[i] + 0.01 * w[i];
            w[i] -= 0.3 * m[i];
        }
    }
}
