package dev.goshawk.spark;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.Window;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A network of one's own: executors get it serialized. */
record SmallNetwork(int classes) implements Network, Serializable {
    private static final int SIDE = 8;

    @Override
    public String name() {
        return "small";
    }

    @Override
    public int inputSize() {
        return SIDE;
    }

    @Override
    public Value logits(Layers net, Value images) {
        Layers first = net.block("first");
        Value x = first.relu("relu", first.batchNorm("bn", first.conv("conv", images, 4, Window.window(3).same())));
        return net.block("last").linear("fc", net.globalAvgPool(x), classes);
    }

    /** A loss at random weights and images. */
    static LossProblem problem(int samples, DType dtype, Backend backend) {
        SmallNetwork network = new SmallNetwork(3);
        Parameters parameters = Parameters.initialize(network, dtype, 5);
        SplittableRandom random = new SplittableRandom(3);
        Tensor images = Tensor.zeros(dtype, Shape.of(samples, SIDE, SIDE, 3));
        Tensor labels = Tensor.zeros(dtype, Shape.of(samples, 3));
        for (int i = 0; i < images.size(); i++) {
            images.set(i, random.nextDouble(-1, 1));
        }
        for (int i = 0; i < samples; i++) {
            labels.set(i * 3 + random.nextInt(3), 1);
        }
        return new LossProblem(network, parameters, images, labels, backend);
    }

    static List<String> trainable(LossProblem problem) {
        return problem.parameters().trainable();
    }

    static double[] random(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] v = new double[size];
        Arrays.setAll(v, i -> random.nextDouble(-1, 1));
        return v;
    }
}
