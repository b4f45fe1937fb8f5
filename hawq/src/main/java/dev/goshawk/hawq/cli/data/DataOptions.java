package dev.goshawk.hawq.cli.data;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.data.source.ImageFolder;
import dev.goshawk.data.source.ImageNetFolder;
import dev.goshawk.data.source.Samples;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.DType;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where images come from. */
public final class DataOptions {
    @Option(names = "--data", paramLabel = "DIR",
            description = "Data folder: <split>/<class>/<image.jpg>, classes in alphabetical order, or CIFAR-10's binary "
                    + "batches. For ImageNet networks, photographs of any size: <split>/<WordNet id>/<image>, a folder of "
                    + "files named <WordNet id>_..., or those listed by --labels. Default: the embedded data set of drawn "
                    + "shapes.")
    private @Nullable Path data;

    @Option(names = "--samples", paramLabel = "LIST",
            description = "File listing the images to use instead of a split, in this order: one path per line, relative to "
                    + "DIR (such as test/cat/0001.jpg).")
    private @Nullable Path samples;

    @Option(names = "--labels", paramLabel = "LIST",
            description = "Photographs: file with one '<path relative to DIR> <label or WordNet id>' per line, used instead of "
                    + "a split.")
    private @Nullable Path labels;

    @Mixin
    private PhotographOptions photographs = new PhotographOptions();

    /**
     * The images of the sample list or, without one, of the label list or the split.
     *
     * @param inputSize side of the network's input: photographs of any size are read for any but CIFAR's 32
     * @param err has a bar while images are decoded
     */
    public ImageDataset open(String split, int inputSize, PrintWriter err) {
        return Reading.of(err, read -> open(split, inputSize, read));
    }

    private ImageDataset open(String split, int inputSize, ReadListener read) {
        List<String> asked = photographs.asked();
        if (labels != null) {
            asked.addFirst("--labels");
        }
        if (data != null && (!asked.isEmpty() || inputSize != ImageFolder.DEFAULT_SIDE)) {
            return photographs(data, split, inputSize);
        }
        PhotographOptions.refuseWithoutData(asked);
        if (samples != null) {
            return data != null
                    ? Samples.read(samples, data, read)
                    : Samples.select(samples, SyntheticShapes.open(Samples.split(samples)));
        }
        return data != null ? Datasets.open(data, split, read) : SyntheticShapes.open(split);
    }

    private ImageDataset photographs(Path folder, String split, int inputSize) {
        Preprocessing preprocessing = photographs.preprocessing(inputSize);
        if (labels != null) {
            ImageDataset listed = ImageNetFolder.openList(folder, labels, preprocessing);
            return samples == null ? listed : Samples.select(samples, listed);
        }
        return samples == null
                ? Datasets.open(folder, split, preprocessing)
                : Samples.read(samples, folder, preprocessing);
    }

    /** What a network sees of an image. */
    public InputOptions input() {
        return photographs.input();
    }

    /** What bytes of images become. */
    public Normalization normalization() {
        return photographs.input().normalization();
    }

    /** What becomes of photographs that cannot be read; they are named on {@code err}. */
    public ImageFaults faults(PrintWriter err) {
        return photographs.faults(err);
    }

    /** As {@link #faults}, without a word where they are tolerated: for a first of two passes. */
    public ImageFaults quietFaults() {
        return photographs.faults(new PrintWriter(Writer.nullWriter()));
    }

    public boolean isEmbedded() {
        return data == null;
    }

    public boolean hasSamples() {
        return samples != null;
    }

    /** For a person: what {@link #open} opened. */
    public String describe(String split) {
        String folder = data == null ? "the embedded shapes" : data.toString();
        if (samples == null && labels != null) {
            return labels + " in " + folder;
        }
        return samples == null ? split + " of " + folder : samples + " in " + folder;
    }

    /**
     * Checks that images are of the size a network was made for, or that {@code --crop} asked for.
     *
     * @throws DataException if not
     */
    public void requireSize(ImageDataset dataset, Network network) {
        photographs.requireSize(dataset, network);
    }

    /** Tells a person what was chosen or passed over when images were opened. */
    public static void printNotes(ImageDataset opened, PrintWriter err) {
        opened.notes().forEach(note -> err.println("goshawk: " + note));
        err.flush();
    }

    /** The network for so many images of a data set, in evaluation mode. */
    public static TracedNetwork trace(Network network, DType dtype, int batch, ImageDataset dataset) {
        return network.trace(dtype, batch, dataset.height(), dataset.width(), Mode.EVALUATION, LayerHooks.NONE);
    }
}
