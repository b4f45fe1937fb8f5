package dev.goshawk.hawq.cli.command;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.source.Samples;
import dev.goshawk.hawq.CurvatureSettings;
import dev.goshawk.hawq.cli.option.SampleOptions;
import dev.goshawk.hawq.cli.data.Reading;
import dev.goshawk.hawq.cli.data.SplitOptions;
import dev.goshawk.hawq.cli.option.SubsampleOption;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Over which images the curvature that HAWQ goes by is taken, and how it is found. */
final class CurvatureOptions {
    @Option(names = "--samples", paramLabel = "LIST",
            description = "File listing the images over which the loss and its curvature are taken, one path per line, "
                    + "relative to the data folder; without it, --sample-size training images chosen by the seed.")
    private @Nullable Path samples;

    @Mixin
    private SampleOptions sampling = new SampleOptions();

    @Mixin
    private SubsampleOption subsampling = new SubsampleOption();

    @Option(names = "--tolerance", paramLabel = "T", defaultValue = "1e-3",
            description = "Tolerance of an eigenvalue: ||Hv - lambda v|| <= T |lambda| (default: 1e-3).")
    private double tolerance = 1e-3;

    @Option(names = "--draws", paramLabel = "N", defaultValue = "50",
            description = "Random vectors for the trace of a block's Hessian, one product each, and a fifth as many for the "
                    + "activations of a site (default: 50; methods that go by traces).")
    private int draws = 50;

    /**
     * The settings, but for the images of a list.
     *
     * @throws IllegalArgumentException in one line, if a number is out of its range
     */
    CurvatureSettings settings(int inputSize) {
        return new CurvatureSettings(null, sampling.size(inputSize), sampling.microBatch(inputSize),
                sampling.recompute(), subsampling.images(), tolerance, draws);
    }

    /** The images of the list, or null without one. */
    @Nullable ImageDataset listed(SplitOptions data, TrainingData opened, Network network, PrintWriter err) {
        if (samples == null) {
            return null;
        }
        Path list = samples;
        ImageDataset listed = Reading.of(err, read -> read(list, data, opened, network.inputSize(), read));
        data.photographs().requireSize(listed, network);
        return listed;
    }

    private static ImageDataset read(Path list, SplitOptions data, TrainingData opened, int inputSize,
            ReadListener read) {
        Path folder = data.folder();
        if (folder == null) {
            return Samples.select(list, opened.train());
        }
        return opened.train().decodesOnDemand()
                ? Samples.read(list, folder, data.photographs().preprocessing(inputSize))
                : Samples.read(list, folder, read);
    }

    /** Says on {@code err} where fewer images are used than were asked for. */
    void tell(TrainingData opened, int images, PrintWriter err) {
        if (samples == null) {
            sampling.tellSize(opened.train().size(), err);
        }
        subsampling.tell(images, err);
    }

    /** Adds what is read here to what the command reads. */
    Map<String, Path> sources(Map<String, Path> sources) {
        if (samples != null) {
            sources.put("--samples", samples);
        }
        return sources;
    }

    /** Everything here that results depend on, but for the images themselves. */
    String describe(int inputSize) {
        return (samples == null ? sampling.size(inputSize) + " drawn" : "listed") + ", tolerance " + tolerance
                + ", micro-batch " + sampling.microBatch(inputSize) + ", draws " + draws;
    }
}
