package dev.goshawk.hawq.cli;

import dev.goshawk.data.DataException;
import dev.goshawk.data.Datasets;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.Samples;
import dev.goshawk.data.SyntheticShapes;
import dev.goshawk.models.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where images come from. */
final class DataOptions {
    static final Normalization NORMALIZATION = Normalization.IMAGENET;

    @Option(names = "--data", paramLabel = "DIR",
            description = "Data folder: <split>/<class>/<image.jpg>, classes in alphabetical order, or CIFAR-10's binary batches. "
                    + "Without it the embedded set of drawn shapes.")
    private @Nullable Path data;

    @Option(names = "--samples", paramLabel = "LIST",
            description = "File that names exact images, one path a line relative to DIR (such as test/cat/0001.jpg), used in that "
                    + "order in place of a split.")
    private @Nullable Path samples;

    /** The images of the sample list or, without one, of the split. */
    ImageDataset open(String split) {
        if (samples != null) {
            return data != null
                    ? Samples.read(samples, data)
                    : Samples.select(samples, SyntheticShapes.open(splitOf(samples)));
        }
        return data != null ? Datasets.open(data, split) : SyntheticShapes.open(split);
    }

    /** The embedded set's split that a list's first image is of. */
    private static String splitOf(Path list) {
        try (Stream<String> lines = Files.lines(list)) {
            return lines.map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith("#")).findFirst()
                    .filter(l -> l.startsWith("test/")).isPresent() ? "test" : "train";
        } catch (IOException | UncheckedIOException e) {
            // Reading the list itself fails the same way and says so.
            return "train";
        }
    }

    boolean hasSamples() {
        return samples != null;
    }

    /** For a person: what {@link #open} opened. */
    String describe(String split) {
        String folder = data == null ? "the embedded shapes" : data.toString();
        return samples == null ? split + " of " + folder : samples + " in " + folder;
    }

    /**
     * Checks that images are of the size a network was made for.
     *
     * @throws DataException if not
     */
    static void requireSize(ImageDataset dataset, Network network) {
        if (dataset.height() != network.inputSize() || dataset.width() != network.inputSize()) {
            throw new DataException(
                    network.name() + " takes images of " + network.inputSize() + "x" + network.inputSize()
                            + ", the data has " + dataset.height() + "x" + dataset.width());
        }
    }
}
