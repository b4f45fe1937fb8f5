package dev.goshawk.benchmarks;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.Random;

/** A ResNet20 with seeded weights and a seeded batch: what every whole-network benchmark runs on. */
final class ResNet20State {
    private static final int SIDE = 32;

    final Backend backend;
    final TracedNetwork network;
    final Parameters parameters;
    final Tensor images;
    final Tensor labels;

    ResNet20State(int batch, int threads, Mode mode) {
        Network definition = Networks.byName("resnet20");
        backend = Backends.select(ThreadPool.ofThreads(threads));
        network = definition.trace(DType.FLOAT32, batch, SIDE, SIDE, mode, LayerHooks.NONE);
        parameters = Parameters.initialize(definition, DType.FLOAT32, 1);
        images = Tensor.zeros(DType.FLOAT32, network.images().shape());
        labels = Tensor.zeros(DType.FLOAT32, network.labels().shape());
        Random random = new Random(1);
        for (int i = 0; i < images.size(); i++) {
            images.set(i, random.nextGaussian());
        }
        int classes = definition.classes();
        for (int row = 0; row < batch; row++) {
            labels.set(row * classes + random.nextInt(classes), 1);
        }
    }
}
