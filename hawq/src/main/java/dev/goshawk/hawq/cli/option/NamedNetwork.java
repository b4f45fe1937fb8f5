package dev.goshawk.hawq.cli.option;

import dev.goshawk.graph.Names;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.packing.PackedPlan;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.onnx.BlockPatterns;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.PackedReader;
import dev.goshawk.tensor.DType;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What {@code --model} names: a network that Goshawk defines, or an ONNX file. */
public final class NamedNetwork {
    private static final String ONNX = ".onnx";
    /** A file is read once a process; the commands ask for their network more than once. */
    private static final Map<Key, OnnxNetwork> READ = new ConcurrentHashMap<>();

    private record Key(Path file, OnnxNetwork.Settings settings) {
    }

    private NamedNetwork() {
    }

    /** Whether the name is that of an ONNX file: it ends in {@code .onnx}, in capitals or not. */
    public static boolean isFile(String model) {
        return model.toLowerCase(Locale.ROOT).endsWith(ONNX);
    }

    /**
     * The network, with the number of classes it was published with.
     *
     * @throws IllegalArgumentException in one line, if there is none of that name or the file cannot be used
     */
    public static Network of(String model) {
        return isFile(model) ? new OfFile(model, null, 0, false).network() : Networks.byName(known(model));
    }

    private static String known(String model) {
        if (!Networks.names().contains(model)) {
            throw new IllegalArgumentException("--model: expected one of " + String.join(", ", Networks.names())
                    + " or an ONNX file, FILE.onnx, got '" + model + "'" + Names.suggestion(model, Networks.names())
                    + whatIsThere(model));
        }
        return model;
    }

    /** For who named a file that is something else. */
    private static String whatIsThere(String model) {
        try {
            Path path = Path.of(model);
            if (model.isEmpty() || Files.notExists(path)) {
                return "";
            }
            return Files.isDirectory(path) ? ", which is a folder" : ", a file whose name does not end in .onnx";
        } catch (InvalidPathException e) {
            return "";
        }
    }

    /**
     * The network of that name for data of so many classes.
     *
     * @throws IllegalArgumentException in one line, if there is none
     */
    static Network of(String model, int classes) {
        return Networks.byName(known(model), classes);
    }

    /**
     * A network in an ONNX file.
     *
     * @param blocks patterns, or null where each layer is a block
     * @param inputSize side of images in pixels, or 0 for the file's own
     * @param rounded whether activations are rounded where the file says so
     */
    record OfFile(String file, @Nullable String blocks, int inputSize, boolean rounded) {
        /**
         * Reads the network.
         *
         * @throws IllegalArgumentException in one line, if the file or the patterns cannot be used
         */
        OnnxNetwork network() {
            OnnxNetwork.Settings settings = new OnnxNetwork.Settings(
                    blocks == null ? BlockPatterns.NONE : BlockPatterns.parse(blocks), inputSize, rounded);
            return READ.computeIfAbsent(new Key(Path.of(file).toAbsolutePath().normalize(), settings), k -> {
                PackedPlan.requireReadable(Path.of(file), Heap.limit());
                return OnnxNetwork.read(Path.of(file), settings);
            });
        }

        /** As {@link #network()}, for data of so many classes. */
        Network network(int classes) {
            Network network = network();
            if (network.classes() != classes) {
                throw new IllegalArgumentException(file + ": the network has " + network.classes()
                        + " outputs, the data has " + classes + " classes");
            }
            return network;
        }

        /** The weights in the file. */
        Parameters parameters(Network network, DType dtype) {
            return Parameters.load(network, network().weights(), dtype);
        }
    }

    /**
     * The side in pixels of the images of a packed model.
     *
     * @throws IllegalArgumentException in one line, if it cannot be read
     */
    static int side(Path packed) {
        PackedPlan.requireReadable(packed, Heap.limit());
        return PackedReader.open(packed).info().height();
    }

    /**
     * A packed model.
     *
     * @param model what {@code --model} names, or null where it is not given
     * @throws dev.goshawk.weights.WeightFileException in one line, if the file cannot be read
     * @throws ParameterException if another network was named than the one it holds
     */
    public static PackedModel packed(CommandSpec spec, Path weights, @Nullable String model) {
        PackedPlan.requireReadable(weights, Heap.limit());
        if (model != null && isFile(model)) {
            return PackedModel.load(weights, new OfFile(model, null, side(weights), false).network());
        }
        PackedModel packed = PackedModel.load(weights);
        String held = packed.network().name();
        if (model != null && !model.equals(held)) {
            throw new ParameterException(spec.commandLine(),
                    "--model: expected " + held + ", the network of " + weights + ", or nothing, got " + model);
        }
        return packed;
    }
}
