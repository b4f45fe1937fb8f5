package dev.goshawk.hawq.cli.option;

import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.packed.PackedModel;
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
    private static final Map<Path, OnnxNetwork> READ = new ConcurrentHashMap<>();

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
        return isFile(model) ? file(model) : Networks.byName(known(model));
    }

    private static String known(String model) {
        if (!Networks.names().contains(model)) {
            throw new IllegalArgumentException("--model: expected one of " + String.join(", ", Networks.names())
                    + " or an ONNX file, FILE.onnx, got '" + model + "'" + whatIsThere(model));
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
     * The network for data of so many classes.
     *
     * @throws IllegalArgumentException as {@link #of(String)}, or if a file's network has another number of classes
     */
    public static Network of(String model, int classes) {
        if (!isFile(model)) {
            return Networks.byName(known(model), classes);
        }
        Network network = file(model);
        if (network.classes() != classes) {
            throw new IllegalArgumentException(model + ": the network has " + network.classes()
                    + " outputs, the data has " + classes + " classes");
        }
        return network;
    }

    /** The weights in an ONNX file. */
    public static Parameters parameters(String model, Network network, DType dtype) {
        return Parameters.load(network, file(model).weights(), dtype);
    }

    /**
     * A packed model.
     *
     * @param model what {@code --model} names, or null where it is not given
     * @throws dev.goshawk.weights.WeightFileException in one line, if the file cannot be read
     * @throws ParameterException if another network was named than the one it holds
     */
    public static PackedModel packed(CommandSpec spec, Path weights, @Nullable String model) {
        if (model != null && isFile(model)) {
            return PackedModel.load(weights, file(model));
        }
        PackedModel packed = PackedModel.load(weights);
        String held = packed.network().name();
        if (model != null && !model.equals(held)) {
            throw new ParameterException(spec.commandLine(),
                    "--model: expected " + held + ", the network of " + weights + ", or nothing, got " + model);
        }
        return packed;
    }

    private static OnnxNetwork file(String model) {
        return READ.computeIfAbsent(Path.of(model).toAbsolutePath().normalize(), p -> OnnxNetwork.read(Path.of(model)));
    }
}
