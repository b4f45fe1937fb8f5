package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.run.LoadedWeights;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.ParameterMismatchException;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.ReadProgress;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The weights a command starts from: a file's, or random ones where those are asked for. */
public final class StartWeights {
    private static final String RANDOM = "random";
    private static final String INIT = "--init";

    @Mixin
    private IgnoredWeights ignored = new IgnoredWeights();

    @Option(names = INIT, paramLabel = "SEED",
            description = "Start from random weights drawn by this seed instead of a file's, an ONNX file's too.")
    private @Nullable Long init;

    /** Whether the value of {@code --weights} asks for random weights: the word, unless there is a file of that name. */
    static boolean isRandomWord(@Nullable Path option) {
        return option != null && option.toString().equals(RANDOM) && Files.notExists(option);
    }

    /** Whether random weights are asked for. */
    public boolean isRandom(@Nullable Path option) {
        return init != null || isRandomWord(option);
    }

    /** The file named by {@code --weights}, or null. */
    public @Nullable Path file(@Nullable Path option) {
        return isRandom(option) ? null : option;
    }

    /** Where the weights come from, for a person. */
    public String describe(@Nullable Path option, String otherwise) {
        return init != null ? "random, seed " + init : option != null ? option.toString() : otherwise;
    }

    /** Whether an option says which weights to start from. */
    public boolean isGiven(@Nullable Path option) {
        return init != null || option != null;
    }

    /**
     * Fails with one line, before any work, if the options contradict each other.
     *
     * @throws IllegalArgumentException if so
     */
    public void check(@Nullable Path option) {
        if (init != null && option != null) {
            throw new IllegalArgumentException(INIT + " and --weights: expected one of them, got both");
        }
        ignored.check(option);
    }

    /** Adds the options to a run's settings, where they were given. */
    public void putInto(Map<String, String> settings) {
        ignored.putInto(settings);
        if (init != null) {
            settings.put(INIT, Long.toString(init));
        }
    }

    /** A file's tensors, with a bar on {@code err} while a large one is read. */
    static Weights read(Path file, PrintWriter err) {
        return read(file, err, WeightFile::read);
    }

    /** As {@link #read}, with integers of any width. */
    public static Weights readNumbers(Path file, PrintWriter err) {
        return read(file, err, WeightFile::readNumbers);
    }

    private static Weights read(Path file, PrintWriter err, BiFunction<Path, ReadProgress, Weights> reader) {
        try (Progress progress = Progress.on(err)) {
            return reader.apply(file, (bytes, total) -> progress.update(
                    "reading " + file.getFileName() + ", " + (bytes >> 20) + " of " + (total >> 20) + " MiB",
                    (double) bytes / total));
        }
    }

    /**
     * What the options ask for, to go on from as floats; lines on {@code err} say how names and entries were chosen.
     *
     * @param option value of {@code --weights}; null only with {@code --init}
     * @param seed of random weights where none is given
     */
    public Parameters load(@Nullable Path option, Network network, DType dtype, long seed, PrintWriter err) {
        return open(option, network, dtype, seed, false, err).parameters();
    }

    /**
     * As {@link #load}.
     *
     * @param quantized whether activations are rounded where the file says how; otherwise a line says that they are not
     */
    public LoadedWeights open(@Nullable Path option, Network network, DType dtype, long seed, boolean quantized,
            PrintWriter err) {
        if (isRandom(option)) {
            return new LoadedWeights(Parameters.initialize(network, dtype, init == null ? seed : init), null);
        }
        Objects.requireNonNull(option);
        if (PackedFile.isPacked(option)) {
            throw new WeightFileException(option.toString(),
                    "is a packed model, whose weights are codes; expected float ones, such as the model.safetensors of the "
                            + "same run; a packed model is for evaluate, classify, size and export");
        }
        Weights weights = read(option, err);
        List<String> notes = new ArrayList<>(weights.notes());
        try {
            LoadedWeights loaded = LoadedWeights.of(ignored.apply(weights, notes), network, dtype, quantized,
                    notes::add);
            notes.forEach(note -> err.println("goshawk: " + weights.source() + ": " + note));
            err.flush();
            return loaded;
        } catch (ParameterMismatchException e) {
            throw IgnoredWeights.withRemedy(e);
        }
    }
}
