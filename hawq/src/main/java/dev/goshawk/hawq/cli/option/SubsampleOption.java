package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.spectral.SpectrumMethod;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many images guide the search for eigenvalues. */
public final class SubsampleOption {
    @Option(names = "--subsample", paramLabel = "N",
            description = "Number of images with the most curvature whose Hessian guides the search (default: an eighth of a "
                    + "sample of 32 or more; 0: none, which is Lanczos' method). Results are those of the whole sample in "
                    + "any case.")
    private @Nullable Integer subsample;

    /**
     * Fails with one line before anything slow if the number is out of its range.
     *
     * @throws IllegalArgumentException if so
     */
    public void check() {
        method(1);
    }

    /** How many were asked for, or null. */
    public @Nullable Integer images() {
        return subsample;
    }

    /** How eigenvalues are found over so many images. */
    public SpectrumMethod method(int images) {
        if (subsample == null) {
            return SpectrumMethod.standard(images);
        }
        if (subsample < 0) {
            throw new IllegalArgumentException("--subsample: expected 0 images or more, got " + subsample);
        }
        return SpectrumMethod.davidson(subsample, images);
    }

    /** Says on {@code err} where the sample is no larger than the part of it that was asked for. */
    public void tell(int images, PrintWriter err) {
        if (subsample != null && subsample >= images) {
            err.println("goshawk: --subsample: " + subsample + " images asked for of a sample of " + images
                    + ": no subsample is used, the method is lanczos");
            err.flush();
        }
    }
}
