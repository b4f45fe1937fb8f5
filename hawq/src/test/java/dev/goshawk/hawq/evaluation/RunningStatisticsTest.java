package dev.goshawk.hawq.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Value;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Objective;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunningStatisticsTest {
    private static final Shape BATCH = Shape.of(5, 4, 4, 3);

    /** Normalizes the colors. */
    private record Colors() implements Network {
        @Override
        public String name() {
            return "colors";
        }

        @Override
        public int inputSize() {
            return 4;
        }

        @Override
        public int classes() {
            return 2;
        }

        @Override
        public Value logits(Layers net, Value images) {
            Layers all = net.block("all");
            return all.linear("fc", net.globalAvgPool(all.batchNorm("bn", images)), 2);
        }
    }

    private static Tensor images(int batches) {
        SplittableRandom random = new SplittableRandom(4);
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(5 * batches, 4, 4, 3));
        for (int i = 0; i < t.size(); i++) {
            // Means that differ from batch to batch, about a number far from zero.
            t.set(i, 100 * (i % 3) + random.nextDouble() + i / BATCH.size());
        }
        return t;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void areThoseOfAllImagesTogether(int batches) {
        Network network = new Colors();
        Parameters parameters = Parameters.initialize(network, DType.FLOAT64, 1);
        Tensor all = images(batches);
        Tensor batch = Tensor.zeros(DType.FLOAT64, BATCH);
        TracedNetwork traced = network.trace(DType.FLOAT64, BATCH, Mode.TRAINING, LayerHooks.NONE,
                Objective.CROSS_ENTROPY);
        RunningStatistics.measure(traced, parameters, forward -> {
        }, batch, batches, k -> {
            for (int i = 0; i < batch.size(); i++) {
                batch.set(i, all.get(k * batch.size() + i));
            }
        }, Backends.defaultBackend());
        for (int c = 0; c < 3; c++) {
            double n = all.size() / 3.0;
            double sum = 0;
            for (int i = c; i < all.size(); i += 3) {
                sum += all.get(i);
            }
            double mean = sum / n;
            double square = 0;
            for (int i = c; i < all.size(); i += 3) {
                square += (all.get(i) - mean) * (all.get(i) - mean);
            }
            assertEquals(mean, parameters.get("bn.running_mean").get(c), 1e-11);
            assertEquals(square / (n - 1), parameters.get("bn.running_var").get(c), 1e-11 * square / n);
        }
    }

    @Test
    void ofOneBatchAreTheBatchsOwn() {
        Network network = new Colors();
        Parameters one = Parameters.initialize(network, DType.FLOAT64, 1);
        Parameters other = one.copy();
        Tensor images = images(1);
        RunningStatistics.measure(network, one, images, Backends.defaultBackend());
        TracedNetwork traced = network.trace(DType.FLOAT64, BATCH, Mode.TRAINING, LayerHooks.NONE,
                Objective.CROSS_ENTROPY);
        RunningStatistics.measure(traced, other, forward -> {
        }, images, 1, k -> assertEquals(0, k), Backends.defaultBackend());
        one.tensors().forEach((name, t) -> assertArrayEquals(t.toDoubles(), other.get(name).toDoubles(), name));
    }
}
