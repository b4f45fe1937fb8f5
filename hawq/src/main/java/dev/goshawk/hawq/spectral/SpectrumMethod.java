package dev.goshawk.hawq.spectral;

import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.Subsample;
import dev.goshawk.models.Objective;
import dev.goshawk.spectral.Davidson;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.EigenSolver;
import dev.goshawk.spectral.Lanczos;
import java.util.Locale;

/**
 * How {@link Spectrum} finds a block's top eigenvalue.
 *
 * @param name of the eigenvalue algorithm
 * @param plain solves with the whole sample's products alone; told nothing where there is a subsample
 * @param subsample number of images whose Hessian {@link Davidson} takes for an approximation of the sample's, 0 for none
 */
public record SpectrumMethod(String name, EigenSolver plain, int subsample) {

    /** By the whole sample's products alone. */
    public static SpectrumMethod of(EigenSolver solver) {
        String name = solver.getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        return new SpectrumMethod(name.toLowerCase(Locale.ROOT), solver, 0);
    }

    /**
     * Davidson's method by a {@link Subsample} of so many images; Lanczos' for 0.
     *
     * @param subsample 0 or more; as many as the sample has, or more, count as 0
     * @param samples images in the sample
     */
    public static SpectrumMethod davidson(int subsample, int samples) {
        if (subsample < 0) {
            throw new IllegalArgumentException("subsample: expected 0 images or more, got " + subsample);
        }
        return subsample == 0 || subsample >= samples
                ? of(new Lanczos())
                : new SpectrumMethod("davidson", new Lanczos(), subsample);
    }

    /** What takes fewest products: {@link #davidson} with {@link Subsample#standardSize}. */
    public static SpectrumMethod standard(int samples) {
        return davidson(Subsample.standardSize(samples), samples);
    }

    /** As {@link #standard(int)}; Lanczos' where the loss is not cross-entropy, by which a subsample is chosen. */
    public static SpectrumMethod standard(LossProblem problem) {
        return problem.objective() == Objective.CROSS_ENTROPY ? standard(problem.samples()) : of(new Lanczos());
    }

    /** Most vectors of an operator's size that are held at one time. */
    int vectors(EigenOptions options) {
        return subsample == 0 ? plain.vectors(options) : Davidson.most();
    }
}
