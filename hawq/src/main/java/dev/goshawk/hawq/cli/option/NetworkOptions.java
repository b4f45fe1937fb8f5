package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.cli.data.InputOptions;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.tensor.DType;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Which network, and what its blocks are. */
public final class NetworkOptions {
    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet20",
            description = "Network (default: resnet20); 'goshawk models' lists them all. Or an ONNX file, FILE.onnx.")
    private String model = "resnet20";

    @Option(names = "--blocks", paramLabel = "PATTERNS",
            description = "ONNX files: which layers are one block, by patterns of their names (those of weights without "
                    + "'.weight', or of nodes), separated by commas: * stands for any characters, ? for one. NAME=PATTERN names "
                    + "the block; a part in parentheses makes a block for each text it stands for, such as '(layer?.?).*'. "
                    + "Other layers are a block each (default: all are).")
    private @Nullable String blocks;

    private @Nullable InputOptions input;
    /** Side in pixels of the images of a packed model, or 0. */
    private int packedSide;
    private boolean rounded;

    /** The value of {@code --model}. */
    public String name() {
        return model;
    }

    /** Whether it is an ONNX file. */
    public boolean isFile() {
        return NamedNetwork.isFile(model);
    }

    /** From now on activations are rounded where an ONNX file says so. */
    void keepRounding() {
        rounded = true;
    }

    /** Says on {@code err} where a file's activations are quantized and are not rounded here. */
    void tellRounding(PrintWriter err) {
        if (!rounded && isFile() && file().network().roundsActivations()) {
            err.println("goshawk: " + model + ": activations are quantized; here they are float, and only 'evaluate' "
                    + "without other weights rounds them");
            err.flush();
        }
    }

    /**
     * Takes the size of images from options, or from timm's file beside the weights.
     *
     * @param weights the file, or null where there is none: then one beside an ONNX file counts
     * @throws IllegalArgumentException in one line, if an option or the file cannot be used
     */
    public void use(InputOptions options, @Nullable Path weights, PrintWriter err) {
        options.check();
        if (weights != null || isFile()) {
            options.readBeside(weights != null ? weights : Path.of(model), err);
        }
        input = options;
        tellRounding(err);
    }

    /** Takes the size of images from options alone, as for random weights. */
    public void useGiven(InputOptions options, PrintWriter err) {
        options.check();
        input = options;
        tellRounding(err);
    }

    /**
     * The network, with the number of classes it was published with.
     *
     * @throws IllegalArgumentException in one line, if there is none of that name, the file cannot be used or the blocks do not fit it
     */
    public Network network() {
        if (isFile()) {
            return file().network();
        }
        if (blocks != null) {
            throw new IllegalArgumentException("--blocks: expected with an ONNX file as --model, the blocks of " + model
                    + " are part of its definition");
        }
        return sized(NamedNetwork.of(model));
    }

    /** As {@link #network()}, for data of so many classes. */
    public Network network(int classes) {
        network();
        if (input != null) {
            input.requireClasses(classes);
        }
        return isFile() ? file().network(classes) : sized(NamedNetwork.of(model, classes));
    }

    private Network sized(Network network) {
        return input == null ? network : input.of(network);
    }

    private NamedNetwork.OfFile file() {
        return new NamedNetwork.OfFile(model, blocks, input == null ? packedSide : input.size(), rounded);
    }

    /**
     * A packed model of this network, or of the one that it names where none was given.
     *
     * @throws IllegalArgumentException in one line, if it cannot be read or is of another network
     */
    public PackedModel packed(CommandSpec spec, Path weights) {
        if (isFile()) {
            useSizeOf(weights);
            return PackedModel.load(weights, network());
        }
        return NamedNetwork.packed(spec, weights, Given.is(spec, "--model") ? model : null);
    }

    /**
     * Takes the size of images from a packed model.
     *
     * @throws IllegalArgumentException in one line, if it cannot be read
     */
    void useSizeOf(Path weights) {
        packedSide = NamedNetwork.side(weights);
    }

    /** The weights in an ONNX file. */
    public Parameters parameters(Network network, DType dtype) {
        return file().parameters(network, dtype);
    }

    /** Adds the options to a run's settings, where they were given. */
    public void putInto(Map<String, String> settings) {
        settings.put("--model", model);
        if (blocks != null) {
            settings.put("--blocks", blocks);
        }
    }
}
