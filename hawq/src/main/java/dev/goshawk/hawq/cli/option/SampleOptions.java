package dev.goshawk.hawq.cli.option;

import dev.goshawk.data.source.ImageFolder;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many images curvature is taken over, and how many of them at once. */
public final class SampleOptions {
    private static final int IMAGES = 128;
    /** Photographs cost some hundred times as much as images of 32 pixels. */
    private static final int PHOTOGRAPHS = 16;

    @Option(names = "--sample-size", paramLabel = "N",
            description = "Without --samples: number of images in the sample (default: 128; 16 for ImageNet networks).")
    private @Nullable Integer size;

    @Option(names = {"--micro-batch"}, paramLabel = "N",
            description = "Images of the sample processed at once (default: 128; 16 for ImageNet networks). A larger sample is "
                    + "processed in parts, which are added in a fixed order.")
    private @Nullable Integer microBatch;

    @Option(names = "--recompute",
            description = "Keep the activations of one micro-batch only and recompute the others for each product: least "
                    + "memory, about half as long again. Chosen automatically if the heap cannot hold them all.")
    private boolean recompute;

    /**
     * Fails with one line before anything slow if a number is out of its range.
     *
     * @throws IllegalArgumentException if so
     */
    public void check() {
        size(ImageFolder.DEFAULT_SIDE);
        microBatch(ImageFolder.DEFAULT_SIDE);
    }

    /** Images that are wanted; the data may have fewer. */
    public int size(int inputSize) {
        return checked("--sample-size", size, inputSize);
    }

    /** Says on {@code err} where the data has fewer images than were asked for. */
    public void tellSize(int there, PrintWriter err) {
        if (size != null && size > there) {
            err.println("goshawk: --sample-size: " + size + " images asked for, " + there
                    + " used: the data has no more");
            err.flush();
        }
    }

    public int microBatch(int inputSize) {
        return checked("--micro-batch", microBatch, inputSize);
    }

    private static int checked(String option, @Nullable Integer given, int inputSize) {
        if (given == null) {
            return inputSize == ImageFolder.DEFAULT_SIDE ? IMAGES : PHOTOGRAPHS;
        }
        if (given < 1) {
            throw new IllegalArgumentException(option + ": expected at least 1 image, got " + given);
        }
        return given;
    }

    public boolean recompute() {
        return recompute;
    }
}
