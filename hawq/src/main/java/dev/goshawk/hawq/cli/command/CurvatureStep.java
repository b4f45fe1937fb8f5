package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.option.DataOptions;
import dev.goshawk.hawq.cli.option.SampleOptions;
import dev.goshawk.hawq.cli.option.SplitOptions;
import dev.goshawk.hawq.cli.option.SubsampleOption;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.SpectrumProgress;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.data.source.Samples;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.tensor.DType;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The curvature of the float model that HAWQ goes by: options, computation, and its place in the run's folder. */
public final class CurvatureStep {
    private static final int MAX_PRODUCTS = 500;

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

    /**
     * The top eigenvalue of each block's Hessian, kept in the run's folder.
     *
     * @param samples names of the images
     * @param report how it was computed
     * @param blocks in network order
     */
    public record Curvature(List<String> samples, RunReport.Curvature report, List<BlockCurvature> blocks) {
    }

    /** Fails with one line, before any work, if a number is out of its range. */
    void check() {
        sampling.check();
        subsampling.check();
        if (!(tolerance > 0 && tolerance <= 1)) {
            throw new IllegalArgumentException("--tolerance: expected a number above 0, at most 1, got " + tolerance);
        }
    }

    /** Adds what is read here to what the command reads. */
    Map<String, Path> sources(Map<String, Path> sources) {
        if (samples != null) {
            sources.put("--samples", samples);
        }
        return sources;
    }

    /** Adds the fingerprint of the images that a list names. */
    void addTo(Map<String, String> contents, SplitOptions data, TrainingData opened, int inputSize) {
        if (samples != null) {
            contents.put("images of --samples", listed(samples, data, opened, inputSize).fingerprint());
        }
    }

    String describe(int inputSize) {
        return (samples == null ? sampling.size(inputSize) + " drawn" : "listed") + ", tolerance " + tolerance
                + ", micro-batch " + sampling.microBatch(inputSize);
    }

    private EigenOptions options(long seed) {
        return EigenOptions.defaults().withTolerance(tolerance).withMaxIterations(MAX_PRODUCTS).withSeed(seed);
    }

    /** What {@link #compute} takes in memory, for as many images as are wanted or there are. */
    SpectrumPlan plan(SplitOptions data, TrainingData opened, Network network, Backend backend) {
        ImageDataset train = opened.train();
        int inputSize = network.inputSize();
        int images = samples == null
                ? Math.min(sampling.size(inputSize), train.size())
                : listed(samples, data, opened, inputSize).size();
        HessianPlan.Task task = new HessianPlan.Task(network, DType.FLOAT32, images, train.height(), train.width(),
                backend);
        return SpectrumPlan.of(task, sampling.microBatch(inputSize), sampling.recompute(), subsampling.method(images),
                options(0), Heap.limit());
    }

    private static ImageDataset listed(Path list, SplitOptions data, TrainingData opened, int inputSize) {
        Path folder = data.folder();
        if (folder == null) {
            return Samples.select(list, opened.train());
        }
        return opened.train().decodesOnDemand()
                ? Samples.read(list, folder, data.photographs().preprocessing(inputSize))
                : Samples.read(list, folder);
    }

    private ImageDataset sample(SplitOptions data, TrainingData opened, int inputSize, long seed) {
        ImageDataset from = samples == null ? opened.train() : listed(samples, data, opened, inputSize);
        Batches batches = new Batches(from, opened.normalization(), seed);
        return samples == null
                ? Datasets.load(from, batches.order(0), sampling.size(inputSize), opened.faults())
                : Datasets.load(from, batches.inOrder(), from.size(), opened.faults());
    }

    /** Computes the spectrum, or reads it where an earlier process of the same run has computed it. */
    Curvature compute(RunFolder folder, SplitOptions data, TrainingData opened, Network network, Parameters parameters,
            Backend backend, long seed, PrintWriter err) {
        Path file = folder.file("curvature.json");
        Curvature kept = KeptCurvature.read(file, err);
        if (kept != null) {
            return kept;
        }
        ImageDataset sample = sample(data, opened, network.inputSize(), seed);
        if (samples == null) {
            sampling.tellSize(opened.train().size(), err);
        }
        subsampling.tell(sample.size(), err);
        data.photographs().requireSize(sample, network);
        int batch = Math.min(sampling.microBatch(network.inputSize()), sample.size());
        Evaluation point = new Evaluator(DataOptions.trace(network, DType.FLOAT32, batch, sample), parameters, backend)
                .evaluate(new Batches(sample, opened.normalization(), 0), Evaluator.LogitsListener.NONE);
        LossProblem problem = LossProblem.of(network, parameters, sample, opened.normalization(), backend);
        EigenOptions options = options(seed);
        SpectrumMethod method = subsampling.method(sample.size());
        List<Spectrum.Entry> entries;
        double seconds;
        try (Progress progress = Progress.on(err)) {
            entries = Spectrum.of(problem, batch, sampling.recompute(), method, options,
                    new SpectrumProgress(progress, "curvature of "));
            seconds = progress.elapsed() / 1e9;
        }
        Curvature result = new Curvature(IntStream.range(0, sample.size()).mapToObj(sample::name).toList(),
                new RunReport.Curvature(method.name(), options.target().name(), tolerance, MAX_PRODUCTS,
                        DType.FLOAT32.toString(),
                        point.loss(), point.accuracy(), seconds),
                entries.stream().map(Spectrum.Entry::curvature).toList());
        KeptCurvature.write(file, result);
        return result;
    }
}
