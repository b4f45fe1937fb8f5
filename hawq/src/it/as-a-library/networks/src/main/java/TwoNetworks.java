import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.Window;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Two networks at once, each in a thread of its own; argument: the backend that is expected. */
public class TwoNetworks {
    record Small(int channels) implements Network {
        @Override
        public String name() {
            return "small" + channels;
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
            Layers stem = net.block("stem");
            Value x = stem.relu("relu", stem.conv("conv", images, channels, Window.window(3).stride(4)));
            return net.block("fc").linear("fc", net.globalAvgPool(x), classes());
        }
    }

    public static void main(String[] args) throws Exception {
        String expected = args.length > 0 ? args[0] : "vector";
        for (String absent : List.of("picocli.CommandLine", "jcuda.driver.JCudaDriver")) {
            try {
                Class.forName(absent);
                throw new AssertionError(absent + " came with goshawk-hawq");
            } catch (ClassNotFoundException e) {
                continue;
            }
        }
        List<List<Double>> alone = List.of(eigenvalues(new Small(4), expected), eigenvalues(new Small(6), expected));
        try (var threads = Executors.newFixedThreadPool(2)) {
            List<Future<List<Double>>> results = new ArrayList<>();
            for (Network network : List.of(new Small(4), new Small(6))) {
                results.add(threads.submit(() -> eigenvalues(network, expected)));
            }
            for (int i = 0; i < 2; i++) {
                if (!results.get(i).get().equals(alone.get(i))) {
                    throw new AssertionError("together " + results.get(i).get() + ", alone " + alone.get(i));
                }
            }
        }
        System.out.println("two networks in two threads: " + alone);
    }

    /** Top eigenvalue of each block, after a round trip of the weights through a file. */
    private static List<Double> eigenvalues(Network network, String expected) throws Exception {
        Backend backend = Backends.select(ThreadPool.ofThreads(1));
        if (!backend.name().equals(expected)) {
            throw new AssertionError("backend " + backend.name() + ", expected " + expected);
        }
        Path file = Files.createTempFile(network.name(), ".safetensors");
        SafetensorsFile.write(file, Parameters.initialize(network, DType.FLOAT32, 1).toWeights("x").tensors(), Map.of());
        Parameters weights = Parameters.load(network, WeightFile.read(file), DType.FLOAT32);
        Files.delete(file);
        ImageDataset images = SyntheticShapes.generate("train", 4, 1);
        LossProblem loss = LossProblem.of(network, weights, images, Normalization.IMAGENET, backend);
        return Spectrum.of(loss, 4, EigenOptions.defaults(), Spectrum.Listener.NONE).stream()
                .map(e -> e.top().eigenvalue()).toList();
    }
}
