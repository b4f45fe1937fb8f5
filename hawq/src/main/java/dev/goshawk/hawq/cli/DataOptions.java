package dev.goshawk.hawq.cli;

import dev.goshawk.data.DataException;
import dev.goshawk.data.Datasets;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.Samples;
import dev.goshawk.data.SyntheticShapes;
import dev.goshawk.models.Network;
import java.nio.file.Path;
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
            return data != null ? Samples.read(samples, data) : Samples.select(samples, SyntheticShapes.open(splitOf(samples)));
        }
        return data != null ? Datasets.open(data, split) : SyntheticShapes.open(split);
    }

    /** The embedded set's split that holds the first image of a list. */
    private static String splitOf(Path list) {
        try {
            Samples.select(list, SyntheticShapes.open("test"));
            return "test";
        } catch (DataException e) {
            // The list is then of the other split, or wrong: reading it there tells.
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
            throw new DataException(network.name() + " takes images of " + network.inputSize() + "x" + network.inputSize()
                    + ", the data has " + dataset.height() + "x" + dataset.width());
        }
    }
}
