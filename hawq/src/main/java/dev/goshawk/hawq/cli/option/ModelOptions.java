package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.cli.data.InputOptions;
import dev.goshawk.hawq.run.LoadedWeights;
import dev.goshawk.hawq.run.EmbeddedRun;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A network with weights from a file. */
public final class ModelOptions {
    @Mixin
    private NetworkOptions model = new NetworkOptions();

    @Option(names = "--weights", paramLabel = "FILE",
            description = "Weights: a state dict saved by PyTorch (zip or legacy format; prefixes such as 'module.' are "
                    + "removed), a safetensors file, or the word random. Default: an ONNX file's own; for curvature also "
                    + "those that resnet20 has for the embedded shapes, or random ones by --seed.")
    private @Nullable Path weights;

    @Mixin
    private StartWeights start = new StartWeights();

    private @Nullable PackedModel packed;

    /**
     * Reads the weights if they are a packed model; {@link #network}, {@link #inputSize} and {@link #model} are then its own.
     *
     * @throws ParameterException if another network was named than the one it holds
     */
    public void openPacked(CommandSpec spec) {
        if (weights == null || !isPacked()) {
            return;
        }
        if (Given.is(spec, "--ignore-weights")) {
            throw new ParameterException(spec.commandLine(),
                    "--ignore-weights: expected with a file of weights, " + weights + " is a packed model");
        }
        for (String option : List.of(InputOptions.SIZE, InputOptions.MEAN, InputOptions.STD)) {
            if (Given.is(spec, option)) {
                throw new ParameterException(spec.commandLine(), option + ": expected with a float network, " + weights
                        + " is a packed model, which says it itself");
            }
        }
        packed = model.packed(spec, weights);
    }

    private boolean isPacked() {
        return weights != null && PackedFile.isPacked(weights);
    }

    /** The packed model, where the weights are one and have been opened. */
    public @Nullable PackedModel packed() {
        return packed;
    }

    /** What bytes of images become: what the options say, or a packed model. */
    public Normalization normalization(InputOptions input) {
        return packed != null ? packed.info().normalization() : input.normalization();
    }

    /** The network as it was published, or that of a packed model. */
    public Network network() {
        return packed != null ? packed.network() : model.network();
    }

    /** The network with as many classes as the data. */
    public Network network(ImageDataset dataset) {
        if (packed != null) {
            int held = packed.network().classes();
            if (held != dataset.classes().size()) {
                throw new IllegalArgumentException(weights + ": the network has " + held + " classes, the data have "
                        + dataset.classes().size());
            }
            return packed.network();
        }
        return model.network(dataset.classes().size());
    }

    /** Fails with one line before anything slow if there is no such network or an option cannot apply. */
    public void check(PrintWriter err) {
        start.check(weights);
        if (isPacked()) {
            model.useSizeOf(Objects.requireNonNull(weights));
        }
        model.network();
        model.tellRounding(err);
    }

    /** Before {@link #check}: rounds activations where an ONNX file says so and its own weights are used. */
    public void keepRounding() {
        if (!start.isGiven(weights)) {
            model.keepRounding();
        }
    }

    /** As {@link #check(PrintWriter)}, with what the network sees of images. */
    public void check(InputOptions input, PrintWriter err) {
        start.check(weights);
        if (isPacked()) {
            input.check();
            model.useSizeOf(Objects.requireNonNull(weights));
        } else if (start.isRandom(weights)) {
            model.useGiven(input, err);
        } else {
            model.use(input, weights, err);
        }
        model.network();
    }

    /** Fails with one line if no weights were named. */
    public void requireWeights(CommandSpec spec) {
        if (!start.isGiven(weights) && !model.isFile()) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '--weights=FILE'");
        }
    }

    /** Side of the network's input images. */
    public int inputSize() {
        return network().inputSize();
    }

    /** Whether {@link #parameters} are random. */
    public boolean isRandom(boolean embedded) {
        return start.isGiven(weights)
                ? start.isRandom(weights)
                : !(embedded && EmbeddedRun.hasWeights(model.name())) && !model.isFile();
    }

    /**
     * The weights named, or without any: an ONNX file's own, the embedded ones where they fit the embedded shapes, else random ones, which a
     * line says. Another line warns if a file's weights are used on the embedded shapes.
     */
    public Parameters parameters(Network network, DType dtype, boolean embedded, long seed, PrintWriter err)
            throws IOException {
        return weights(network, dtype, embedded, seed, false, err).parameters();
    }

    /**
     * As {@link #parameters}.
     *
     * @param quantized whether activations are rounded where a quantized network's file says how
     */
    public LoadedWeights weights(Network network, DType dtype, boolean embedded, long seed, boolean quantized,
            PrintWriter err) throws IOException {
        if (start.isGiven(weights)) {
            LoadedWeights loaded = start.open(weights, network, dtype, seed, quantized, err);
            if (embedded && !start.isRandom(weights)) {
                err.println("goshawk: no --data: the images are the embedded shapes, which the weights of " + weights
                        + " may not have been trained on");
                err.flush();
            }
            return loaded;
        }
        if (embedded && EmbeddedRun.hasWeights(model.name())) {
            return new LoadedWeights(Parameters.load(network, EmbeddedRun.weights(), dtype), null);
        }
        if (model.isFile()) {
            return new LoadedWeights(model.parameters(network, dtype), null);
        }
        err.println("goshawk: no --weights: random ones by the seed " + seed
                + ", which say nothing about a trained network");
        err.flush();
        return new LoadedWeights(Parameters.initialize(network, dtype, seed), null);
    }

    /** Where {@link #parameters} are from, for a person; random ones are by {@code seed} unless another was given for them. */
    public String source(boolean embedded, long seed) {
        String random = "random, seed " + seed;
        if (start.isGiven(weights)) {
            return StartWeights.isRandomWord(weights) ? random : start.describe(weights, "");
        }
        if (embedded && EmbeddedRun.hasWeights(model.name())) {
            return EmbeddedRun.SOURCE;
        }
        return model.isFile() ? model.name() : random;
    }

    /** The file that {@link #parameters} are from, or null where they are from none. */
    public @Nullable Path file() {
        if (start.isGiven(weights)) {
            return start.file(weights);
        }
        return model.isFile() ? Path.of(model.name()) : null;
    }

    /** The network's name. */
    public String model() {
        return packed != null ? packed.network().name() : model.name();
    }
}
