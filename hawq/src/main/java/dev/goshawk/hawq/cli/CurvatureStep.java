package dev.goshawk.hawq.cli;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Samples;
import dev.goshawk.data.Subset;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.finetune.TrainingData;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.spectral.EigenOptions;
import dev.goshawk.hawq.spectral.Lanczos;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Parameters;
import dev.goshawk.tensor.DType;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The curvature of the float model that HAWQ goes by: options, computation, and its place in the run's folder. */
final class CurvatureStep {
    private static final int DEFAULT_SAMPLE = 128;
    private static final int MAX_PRODUCTS = 500;
    private static final int BATCH = 128;

    @Option(names = "--samples", paramLabel = "LIST",
            description = "File that names the images whose loss's curvature is taken, one path a line "
                    + "relative to the data folder; "
                    + "without it " + DEFAULT_SAMPLE + " training images drawn by the seed.")
    private @Nullable Path samples;

    @Option(names = "--tolerance", paramLabel = "T", defaultValue = "1e-3",
            description = "Of an eigenvalue: ||Hv - lambda v|| <= T |lambda| (default: 1e-3).")
    private double tolerance = 1e-3;

    /**
     * The top eigenvalue of each block's Hessian, kept in the run's folder.
     *
     * @param samples names of the images
     * @param report how it was computed
     * @param blocks in network order
     */
    record Curvature(List<String> samples, RunReport.Curvature report, List<Top> blocks) {
    }

    /** One block's top eigenvalue. */
    record Top(String block, double eigenvalue, double residual, int iterations, boolean converged) {
    }

    String describe() {
        return (samples == null ? DEFAULT_SAMPLE + " drawn" : samples.toString()) + ", tolerance " + tolerance;
    }

    private ImageDataset sample(SplitOptions data, TrainingData opened, long seed) {
        if (samples != null) {
            Path folder = data.folder();
            return folder == null ? Samples.select(samples, opened.train()) : Samples.read(samples, folder);
        }
        int[] drawn = new Batches(opened.train(), opened.normalization(), seed).order(0);
        return new Subset(opened.train(), Arrays.copyOf(drawn, Math.min(DEFAULT_SAMPLE, drawn.length)));
    }

    /** Computes the spectrum, or reads it where an earlier process of the same run has computed it. */
    Curvature compute(RunFolder folder, SplitOptions data, TrainingData opened, Network network, Parameters parameters,
            Backend backend, long seed, PrintWriter err) {
        Path file = folder.file("curvature.json");
        if (Files.exists(file)) {
            return JsonFiles.read(file, Curvature.class);
        }
        ImageDataset sample = sample(data, opened, seed);
        DataOptions.requireSize(sample, network);
        int batch = Math.min(BATCH, sample.size());
        Evaluation point = new Evaluator(network.trace(DType.FLOAT32, batch, Mode.EVALUATION), parameters, backend)
                .evaluate(new Batches(sample, opened.normalization(), 0), Evaluator.LogitsListener.NONE);
        LossProblem problem = LossProblem.of(network, parameters, sample, opened.normalization(), backend);
        EigenOptions options = EigenOptions.defaults().withTolerance(tolerance).withMaxIterations(MAX_PRODUCTS)
                .withSeed(seed);
        List<Spectrum.Entry> entries;
        double seconds;
        try (Progress progress = Progress.on(err)) {
            entries = Spectrum.of(problem, batch, new Lanczos(), options, (block, fraction, products, eigenvalue,
                    residual) -> progress.update(String.format(Locale.ROOT, "curvature of %s: product %d, lambda %.4g",
                            block.name(), products, eigenvalue), fraction));
            seconds = progress.elapsed() / 1e9;
        }
        Curvature result = new Curvature(IntStream.range(0, sample.size()).mapToObj(sample::name).toList(),
                new RunReport.Curvature("lanczos", options.target().name(), tolerance, MAX_PRODUCTS,
                        DType.FLOAT32.toString(),
                        point.loss(), point.accuracy(), seconds),
                entries.stream()
                        .map(e -> new Top(e.block().name(), e.top().eigenvalue(), e.top().residual(),
                                e.top().iterations(),
                                e.top().converged()))
                        .toList());
        JsonFiles.write(file, result);
        return result;
    }
}
