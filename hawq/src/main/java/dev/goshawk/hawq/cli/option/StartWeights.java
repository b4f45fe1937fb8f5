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
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The weights a command starts from: a file's, or random ones where those are asked for by name. */
public final class StartWeights {
    private static final String RANDOM = "random";

    private StartWeights() {
    }

    /** Whether the option's value asks for random weights: the word, unless there is a file of that name. */
    public static boolean isRandom(@Nullable Path option) {
        return option != null && option.toString().equals(RANDOM) && Files.notExists(option);
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

    /** What the option's value asks for, to go on from as floats; lines on {@code err} say how names and entries were chosen. */
    public static Parameters load(Path option, IgnoredWeights ignored, Network network, DType dtype, long seed,
            PrintWriter err) {
        return open(option, ignored, network, dtype, seed, false, err).parameters();
    }

    /**
     * As {@link #load}.
     *
     * @param quantized whether activations are rounded where the file says how; otherwise a line says that they are not
     */
    static LoadedWeights open(Path option, IgnoredWeights ignored, Network network, DType dtype, long seed,
            boolean quantized, PrintWriter err) {
        if (isRandom(option)) {
            return new LoadedWeights(Parameters.initialize(network, dtype, seed), null);
        }
        if (PackedFile.isPacked(option)) {
            throw new WeightFileException(option.toString(),
                    "is a packed model, which evaluate, classify and size take; expected weights");
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
