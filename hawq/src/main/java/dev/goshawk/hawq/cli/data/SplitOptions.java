package dev.goshawk.hawq.cli.data;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.data.source.ImageFolder;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Network;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The images of commands that train: two splits of a data folder. */
public final class SplitOptions {
    private static final String TEST = "test";
    private static final String VALIDATION = "val";

    @Option(names = "--data", paramLabel = "DIR",
            description = "Data folder with the splits train and test (or val): <split>/<class>/<image.jpg>, classes in "
                    + "alphabetical order, or CIFAR-10's binary batches. For ImageNet networks, photographs of any size: "
                    + "<split>/<WordNet id>/<image>, or one folder of files named <WordNet id>_..., used for both splits. "
                    + "Default: the embedded data set of drawn shapes.")
    private @Nullable Path data;

    @Option(names = "--train-split", paramLabel = "NAME", defaultValue = "train",
            description = "Split to train on (default: train).")
    private String trainSplit = "train";

    @Option(names = "--test-split", paramLabel = "NAME",
            description = "Split to measure accuracy on (default: test, or val if there is no test).")
    private @Nullable String testSplit;

    @Option(names = "--validation", paramLabel = "N",
            description = "Hold N training images, drawn by the seed, out of training and measure on them while it goes on; the "
                    + "test set is then evaluated once, after the last step. Choose rates and lengths by them (default: 0).")
    private int validation;

    @Mixin
    private PhotographOptions photographs = new PhotographOptions();

    /**
     * Both splits.
     *
     * @param inputSize side of the network's input: photographs of any size are read for any but CIFAR's 32
     * @param seed of the choice of images that are held out
     * @param err has a bar while images are decoded, and the names of those that are left out
     */
    public TrainingData open(int inputSize, long seed, PrintWriter err) {
        ImageDataset train = Reading.of(err, read -> open(trainSplit, inputSize, read));
        ImageDataset test = Reading.of(err, read -> open(testSplit(), inputSize, read));
        TrainingData opened = new TrainingData(train, test, input().normalization(), photographs.faults(err));
        DataOptions.printNotes(train, err);
        DataOptions.printNotes(test, err);
        return validation == 0 ? opened : opened.holdOut(validation, seed);
    }

    /**
     * Fails with one line, before any work, if a number is out of its range.
     *
     * @throws IllegalArgumentException if so
     */
    public void check() {
        if (validation < 0) {
            throw new IllegalArgumentException("--validation: expected 0 images or more, got " + validation);
        }
    }

    private ImageDataset open(String split, int inputSize, ReadListener read) {
        if (data == null) {
            PhotographOptions.refuseWithoutData(photographs.asked());
            return SyntheticShapes.open(split);
        }
        return !photographs.asked().isEmpty() || inputSize != ImageFolder.DEFAULT_SIDE
                ? Datasets.open(data, split, photographs.preprocessing(inputSize))
                : Datasets.open(data, split, read);
    }

    private String testSplit() {
        if (testSplit != null) {
            return testSplit;
        }
        return data != null && !Files.isDirectory(data.resolve(TEST)) && Files.isDirectory(data.resolve(VALIDATION))
                ? VALIDATION
                : TEST;
    }

    /** Checks that images are of the size a network was made for, or that {@code --crop} asked for. */
    public void requireSize(TrainingData opened, Network network) {
        photographs.requireSize(opened.train(), network);
    }

    /** What a network sees of an image. */
    public InputOptions input() {
        return photographs.input();
    }

    public PhotographOptions photographs() {
        return photographs;
    }

    public boolean isEmbedded() {
        return data == null;
    }

    public @Nullable Path folder() {
        return data;
    }

    /** For a person. */
    public String describe() {
        return data == null ? "the embedded shapes" : data.toString();
    }

    /** Everything here that results depend on, but for the images themselves. */
    public String settings() {
        return (data == null ? "embedded, " : "") + trainSplit + " and " + testSplit() + "; " + photographs.describe()
                + (validation == 0 ? "" : "; " + validation + " held out");
    }

    /** What a command reads, by option. */
    public Map<String, Path> sources(@Nullable Path weights) {
        Map<String, Path> sources = new LinkedHashMap<>();
        if (weights != null) {
            sources.put("--weights", weights);
        }
        if (data != null) {
            sources.put("--data", data);
        }
        return sources;
    }

    /** The data set, for reports. */
    public String name(TrainingData opened) {
        return data == null
                ? "drawn shapes"
                : data.toAbsolutePath().getFileName() + " (" + opened.train().classes().size() + " classes)";
    }

    /** Where the data set is, for reports. */
    public String location() {
        return data == null ? "embedded" : data.toString();
    }
}
