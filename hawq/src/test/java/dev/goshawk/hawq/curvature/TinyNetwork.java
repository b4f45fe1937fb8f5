package dev.goshawk.hawq.curvature;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.Window;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.SplittableRandom;

/** Three blocks and 157 trainable parameters: small enough for its Hessian to be written out. */
public final class TinyNetwork implements Network {
    private static final int SIDE = 6;
    private static final int CLASSES = 3;

    @Override
    public String name() {
        return "tiny";
    }

    @Override
    public int inputSize() {
        return SIDE;
    }

    @Override
    public int classes() {
        return CLASSES;
    }

    @Override
    public Value logits(Layers net, Value images) {
        Layers first = net.block("first");
        Value x = first.relu("relu", first.batchNorm("bn", first.conv("conv", images, 2, Window.window(3).same())));
        Layers middle = net.block("middle").in("middle");
        Value y = middle.relu("relu1", middle.conv("conv1", x, 2, Window.window(3).stride(2).pad(1)));
        y = middle.relu("relu2", middle.conv("conv2", y, 3, Window.window(2)).add(0.2));
        return net.block("last").linear("fc", y.reshape(y.shape().dim(0), 12), CLASSES);
    }

    /** A loss at random weights and images. */
    public static LossProblem problem(int samples, DType dtype, Backend backend) {
        TinyNetwork network = new TinyNetwork();
        Parameters parameters = Parameters.initialize(network, dtype, 5);
        SplittableRandom random = new SplittableRandom(3);
        Tensor images = Tensor.zeros(dtype, Shape.of(samples, SIDE, SIDE, 3));
        Tensor labels = Tensor.zeros(dtype, Shape.of(samples, CLASSES));
        for (int i = 0; i < images.size(); i++) {
            images.set(i, random.nextDouble(-1, 1));
        }
        for (int i = 0; i < samples; i++) {
            labels.set(i * CLASSES + random.nextInt(CLASSES), 1);
        }
        return new LossProblem(network, parameters, images, labels, backend);
    }
}
