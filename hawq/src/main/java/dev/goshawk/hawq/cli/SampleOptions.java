package dev.goshawk.hawq.cli;

import dev.goshawk.data.ImageFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many images curvature is taken over, and how many of them at once. */
final class SampleOptions {
    private static final int IMAGES = 128;
    /** Photographs cost some hundred times as much as images of 32 pixels. */
    private static final int PHOTOGRAPHS = 16;

    @Option(names = "--sample-size", paramLabel = "N",
            description = "Without --samples: number of images drawn (default: 128; for networks of photographs 16).")
    private @Nullable Integer size;

    @Option(names = {"--micro-batch"}, paramLabel = "N",
            description = "Images of the sample computed at once (default: 128; for networks of photographs 16). A larger "
                    + "sample is summed up in parts, in order.")
    private @Nullable Integer microBatch;

    @Option(names = "--recompute",
            description = "Keep the activations of one micro-batch only and compute the others' again for each product: least "
                    + "memory, half as long again. Chosen by itself where the heap cannot keep them all.")
    private boolean recompute;

    int size(int inputSize) {
        return checked("--sample-size", size, inputSize);
    }

    int microBatch(int inputSize) {
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

    boolean recompute() {
        return recompute;
    }
}
