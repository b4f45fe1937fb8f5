package dev.goshawk.benchmarks.work;

import dev.goshawk.data.Batches;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.dense.Vectors;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network at a point, the same on every machine and in every process: what all whole-network figures are taken on.
 *
 * @param network the network
 * @param parameters float32, in Goshawk's layout
 * @param images [batch, height, width, 3], normalized
 * @param labels [batch, classes], one-hot
 */
public record Problem(Network network, Parameters parameters, Tensor images, Tensor labels) {
    private static final String SHAPES_WEIGHTS = "/dev/goshawk/hawq/shapes-resnet20.safetensors";
    /** Small last scales keep the sum over residual blocks near unit variance (Goyal et al. 2017 start them at 0). */
    private static final double RESIDUAL_SCALE = 0.2;
    /** The last batch normalization of a residual unit: ResNet50's and SqueezeNext's. */
    private static final List<String> ENDS_OF_UNITS = List.of("bn3.weight", "conv5.bn.weight");

    /** The problem of a name like {@code resnet20-128}: a network and a batch. */
    public static Problem byName(String name) {
        int dash = name.indexOf('-');
        String network = name.substring(0, dash);
        int batch = Integer.parseInt(name.substring(dash + 1));
        return network.equals("resnet20") ? resnet20(batch) : seeded(Networks.byName(network), batch);
    }

    /** ResNet20 trained on the embedded drawn shapes, on the first images of their training set. */
    public static Problem resnet20(int batch) {
        Network network = Networks.byName("resnet20");
        Batches batches = new Batches(SyntheticShapes.generate("train", batch, SyntheticShapes.DEFAULT_SEED),
                Normalization.IMAGENET, 0);
        Tensor images = Tensor.zeros(DType.FLOAT32, batches.imageShape(batch));
        Tensor labels = Tensor.zeros(DType.FLOAT32, batches.labelShape(batch));
        batches.fill(batches.inOrder(), 0, images, labels);
        return new Problem(network, embedded(network), images, labels);
    }

    /** A network with seeded weights, on seeded images of the size it was designed for. */
    private static Problem seeded(Network network, int batch) {
        Parameters parameters = Parameters.initialize(network, DType.FLOAT32, 1);
        for (ParameterSpec s : parameters.specs()) {
            if (s.kind() == Kind.BN_WEIGHT && ENDS_OF_UNITS.stream().anyMatch(s.name()::endsWith)) {
                parameters.get(s.name()).fill(RESIDUAL_SCALE);
            }
        }
        int side = network.inputSize();
        Tensor images = Tensor.zeros(DType.FLOAT32, Shape.of(batch, side, side, 3));
        fill(images, 3);
        Tensor labels = Tensor.zeros(DType.FLOAT32, Shape.of(batch, network.classes()));
        for (int row = 0; row < batch; row++) {
            labels.set(row * network.classes() + row % network.classes(), 1);
        }
        return new Problem(network, parameters, images, labels);
    }

    private static Parameters embedded(Network network) {
        try (InputStream in = Problem.class.getResourceAsStream(SHAPES_WEIGHTS)) {
            if (in == null) {
                throw new FileNotFoundException(SHAPES_WEIGHTS + ": missing from the jar");
            }
            Path file = Files.createTempFile("goshawk", ".safetensors");
            try {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                return Parameters.load(network, WeightFile.read(file), DType.FLOAT32);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A direction in the space of all parameters, with elements in [-1, 1), the same each time. */
    public Parameters direction() {
        Parameters v = parameters.copy();
        long seed = 100;
        for (Tensor t : v.tensors().values()) {
            fill(t, seed++);
        }
        return v;
    }

    /** Random signs for some parameters, one draw of the estimators' own vectors; all others stay at the parameters. */
    public Parameters signs(List<String> names, SplittableRandom random) {
        Parameters v = parameters.copy();
        double[] z = new double[names.stream().mapToInt(n -> v.get(n).size()).sum()];
        Vectors.rademacher(z, random);
        int at = 0;
        for (String name : names) {
            Tensor t = v.get(name);
            for (int i = 0; i < t.size(); i++) {
                t.set(i, z[at++]);
            }
        }
        return v;
    }

    private static void fill(Tensor t, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, 2 * random.nextDouble() - 1);
        }
    }

    /** Number of images. */
    public int batch() {
        return images.shape().dim(0);
    }

    /** The class of each image. */
    public int[] classes() {
        int classes = network.classes();
        int[] of = new int[batch()];
        for (int i = 0; i < labels.size(); i++) {
            if (labels.get(i) > 0) {
                of[i / classes] = i % classes;
            }
        }
        return of;
    }

    /** The network traced for these images. */
    public TracedNetwork trace(Mode mode) {
        return network.trace(DType.FLOAT32, batch(), mode);
    }
}
