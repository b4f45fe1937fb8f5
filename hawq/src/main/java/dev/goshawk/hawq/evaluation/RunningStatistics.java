package dev.goshawk.hawq.evaluation;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.BatchStatistic;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Objective;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/** Batch normalization's running statistics measured, rather than averaged while weights move. */
public final class RunningStatistics {
    private RunningStatistics() {
    }

    /**
     * Sets every running mean and variance to the one measured on a batch. Without that, the activations of a deep network
     * with random weights grow from block to block and its loss means nothing.
     *
     * @param images [batch, height, width, 3] in the parameters' type
     */
    public static void measure(Network network, Parameters parameters, Tensor images, Backend backend) {
        Shape s = images.shape();
        TracedNetwork traced = network.trace(images.dtype(), s, Mode.TRAINING, LayerHooks.NONE,
                Objective.CROSS_ENTROPY);
        measure(traced, parameters, forward -> {
        }, images, 1, batch -> {
        }, backend);
    }

    /**
     * Sets every running mean and variance to those of all elements of several batches together: the mean of the batches' means, and the
     * unbiased variance about it, in float64.
     *
     * @param traced the network in training mode
     * @param bind binds inputs that are neither images nor parameters
     * @param images [batch, height, width, 3], where batches go
     * @param batches how many, at least 1
     * @param next fills {@code images} with a batch, by its number
     */
    public static void measure(TracedNetwork traced, Parameters parameters, Consumer<Executable> bind, Tensor images,
            int batches, IntConsumer next, Backend backend) {
        if (traced.statistics().isEmpty()) {
            return;
        }
        Executable forward = backend.compile(graph(traced));
        parameters.bindTo(forward);
        bind.accept(forward);
        forward.bind(TracedNetwork.IMAGES, images);
        List<Moments> all = traced.statistics().stream().map(b -> new Moments(b.value().shape().size())).toList();
        for (int k = 0; k < batches; k++) {
            next.accept(k);
            forward.run();
            for (int i = 0; i < all.size(); i++) {
                all.get(i).add(forward.output(traced.statistics().get(i).parameter()), k);
            }
        }
        Set<String> means = traced.specs().stream().filter(s -> s.kind() == ParameterSpec.Kind.BN_MEAN)
                .map(ParameterSpec::name).collect(Collectors.toSet());
        for (int i = 0; i < all.size(); i++) {
            BatchStatistic b = traced.statistics().get(i);
            double[] values = all.get(i).mean;
            if (!means.contains(b.parameter())) {
                // A variance follows its mean; what the batches' means vary by comes on top.
                double[] spread = all.get(i - 1).spread;
                Arrays.setAll(values, c -> values[c] + spread[c] / batches);
            }
            double factor = means.contains(b.parameter()) ? 1 : correction(b.correction(), batches);
            Tensor running = parameters.get(b.parameter());
            for (int c = 0; c < values.length; c++) {
                running.set(c, factor * values[c]);
            }
        }
    }

    /** Bytes that measuring takes, found without taking them; parameters are not counted. */
    public static long plannedBytes(TracedNetwork traced, Backend backend) {
        return traced.statistics().isEmpty()
                ? 0
                : backend.plannedBytes(graph(traced)) + traced.images().type().bytes();
    }

    private static Graph graph(TracedNetwork traced) {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        traced.statistics().forEach(b -> outputs.put(b.parameter(), b.value()));
        return Graph.of(outputs);
    }

    /** Of one statistic, by channel: the mean over the batches and the sum of squared deviations from it. */
    private static final class Moments {
        private final double[] mean;
        private final double[] spread;

        Moments(int channels) {
            mean = new double[channels];
            spread = new double[channels];
        }

        /** Welford's update by the k-th batch, from 0. */
        void add(Tensor batch, int k) {
            for (int i = 0; i < mean.length; i++) {
                double difference = batch.get(i) - mean[i];
                mean[i] += difference / (k + 1);
                spread[i] += difference * (batch.get(i) - mean[i]);
            }
        }
    }

    /** From n / (n - 1) of a batch's n elements to that of all batches'. */
    private static double correction(double batch, int batches) {
        if (batches == 1) {
            return batch;
        }
        double n = batches * (batch > 1 ? Math.rint(batch / (batch - 1)) : 1.0);
        return n / (n - 1);
    }
}
