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
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Batch normalization's running statistics for weights that no training has come with. */
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
        if (traced.statistics().isEmpty()) {
            return;
        }
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        traced.statistics().forEach(b -> outputs.put(b.parameter(), b.value()));
        Executable forward = backend.compile(Graph.of(outputs));
        parameters.bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, images);
        forward.run();
        for (BatchStatistic b : traced.statistics()) {
            Tensor measured = forward.output(b.parameter());
            Tensor running = parameters.get(b.parameter());
            for (int i = 0; i < running.size(); i++) {
                running.set(i, b.correction() * measured.get(i));
            }
        }
    }
}
