package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.option.DTypeConverter;
import dev.goshawk.hawq.cli.option.DataOptions;
import dev.goshawk.hawq.cli.option.EngineOptions;
import dev.goshawk.hawq.cli.option.Given;
import dev.goshawk.hawq.cli.option.ModelOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.cli.option.SampleOptions;
import dev.goshawk.hawq.cli.print.MemoryTable;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.Provenance;
import dev.goshawk.hawq.cli.print.SpectrumProgress;
import dev.goshawk.hawq.cli.print.SpectrumTable;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.source.Datasets;
import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.spectral.PowerIteration;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code goshawk spectrum}: the top Hessian eigenvalue of each block. */
@Command(name = "spectrum", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Finds the top eigenvalue of each block's Hessian, which shows how sensitive each part of a network is.",
                "The Hessian is that of the mean cross-entropy over the sample with respect to the block's "
                        + "convolution and linear weights; batch normalization uses its running statistics. 'Top' means "
                        + "largest in magnitude.",
                ""},
        footerHeading = "%nExample:%n",
        footer = {"  goshawk spectrum --weights resnet20.th --data cifar10 \\",
                "      --samples list.txt --dtype float64 --tolerance 1e-6 --json spectrum.json", "",
                "--json writes {\"loss\": L, \"accuracy\": A in [0, 1], \"blocks\": [...]}, a block being",
                "  name, parameters, weights (their number), eigenvalue,",
                "  residual      ||Hv - lambda v|| for the unit eigenvector v (absolute), rounding added,",
                "  rounding      rounding error of Hv, as products in other directions tell it, or null,",
                "  iterations    Hessian-vector products spent, by the whole sample,",
                "  subsample_products  further products, by the subsample,",
                "  sensitivity   |eigenvalue| / weights,",
                "  converged     whether residual <= tolerance * |eigenvalue|.",
                "Blocks are in network order. An eigenvalue of H lies within residual of the one given."})
public final class SpectrumCommand implements Callable<Integer> {
    private enum Method {
        DAVIDSON, LANCZOS, POWER
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(names = "--split", paramLabel = "NAME", defaultValue = "train",
            description = "Without --samples: the split from which the seed chooses images (default: train).")
    private String split = "train";

    @Option(names = "--method", paramLabel = "NAME", defaultValue = "davidson",
            description = "davidson (default; fewest products, see --subsample), lanczos, or power (power iteration, as in "
                    + "HAWQ).")
    private Method method = Method.DAVIDSON;

    @Option(names = "--tolerance", paramLabel = "T", defaultValue = "1e-3",
            description = "Stop when ||Hv - lambda v|| <= T |lambda| (default: 1e-3, which gives lambda itself to about 1e-6).")
    private double tolerance = 1e-3;

    @Option(names = "--max-iterations", paramLabel = "N", defaultValue = "500",
            description = "Maximum number of Hessian-vector products per block (default: 500).")
    private int maxIterations = 500;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Seed of the start vectors and of the sample (default: 0).")
    private long seed;

    @Option(names = "--dtype", paramLabel = "TYPE", converter = DTypeConverter.class, defaultValue = "float32",
            description = "float32 (default) or float64; float32 reaches tolerances down to about 1e-5.")
    private DType dtype = DType.FLOAT32;

    @Mixin
    private SampleOptions sampling = new SampleOptions();

    @Option(names = "--batch", paramLabel = "N", description = "Same as --micro-batch.")
    private @Nullable Integer batch;

    @Option(names = "--dry-run", description = "Print how much memory the command would use, and exit.")
    private boolean dryRun;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result to this file.")
    private @Nullable Path json;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Override
    public Integer call() throws IOException {
        check();
        EigenOptions options = EigenOptions.defaults().withTolerance(tolerance).withMaxIterations(maxIterations)
                .withSeed(seed);
        Backend backend = engine.backend();
        PrintWriter err = spec.commandLine().getErr();
        ImageDataset whole = data.open(split, model.inputSize());
        Network network = model.network(whole);
        data.requireSize(whole, network);
        SpectrumMethod solver = solver(sampleSize(whole));
        SpectrumPlan plan = plan(network, whole, backend, solver, options);
        if (dryRun) {
            MemoryTable.print(spec.commandLine().getOut(), plan);
            if (json != null) {
                err.println("goshawk: --dry-run finds no eigenvalues: " + json + " is not written");
                err.flush();
            }
            return 0;
        }
        plan.requireFits(Heap.limit(backend), "--micro-batch");
        ImageDataset dataset = sample(whole);
        Parameters parameters = model.parameters(network, dtype, data.isEmbedded(), seed, err);
        DataOptions.printNotes(whole, err);
        LossProblem problem = LossProblem.of(network, parameters, dataset, DataOptions.NORMALIZATION, backend);
        if (model.isRandom(data.isEmbedded())) {
            problem.measureStatistics(microBatch());
        }
        Evaluation point = new Evaluator(
                DataOptions.trace(network, dtype, Math.min(microBatch(), dataset.size()), dataset), parameters, backend)
                .evaluate(new Batches(dataset, DataOptions.NORMALIZATION, 0), Evaluator.LogitsListener.NONE);
        List<Spectrum.Entry> entries;
        double seconds;
        try (Progress progress = Progress.on(err)) {
            entries = Spectrum.of(problem, microBatch(), sampling.recompute(), solver, options,
                    new SpectrumProgress(progress, ""));
            seconds = progress.elapsed() / 1e9;
        }
        print(network, dataset, point, entries);
        int products = entries.stream().mapToInt(e -> e.top().iterations()).sum();
        int fewer = entries.stream().mapToInt(Spectrum.Entry::subsampleProducts).sum();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s, tolerance %.0e, seed %d, %d products%s, %.1f s%n%s%n", solver.name(), tolerance,
                seed, products, solver.subsample() == 0
                        ? ""
                        : " and " + fewer + " by " + solver.subsample() + " of the images",
                seconds, Provenance.of(backend, dtype));
        out.flush();
        warn(entries);
        Outputs.write(json, content(point, solver, entries, backend));
        return 0;
    }

    private void check() throws IOException {
        if (batch != null && batch < 1) {
            throw new ParameterException(spec.commandLine(), "--batch: expected at least 1 image, got " + batch);
        }
        if (!(tolerance > 0 && tolerance < 1)) {
            throw new ParameterException(spec.commandLine(),
                    "--tolerance: expected a number above 0 and below 1, got " + tolerance);
        }
        if (maxIterations < 1) {
            throw new ParameterException(spec.commandLine(),
                    "--max-iterations: expected at least 1 product, got " + maxIterations);
        }
        Given.refuseBoth(spec, "--batch", "--micro-batch", "they mean the same");
        Given.refuseBoth(spec, "--samples", "--sample-size", "the list says which images there are");
        if (method != Method.DAVIDSON && Given.is(spec, "--subsample")) {
            throw new ParameterException(spec.commandLine(),
                    "--subsample: expected --method davidson, the only one that uses "
                            + "a subsample, got --method " + method.name().toLowerCase(Locale.ROOT));
        }
        sampling.check();
        model.check();
        Outputs.check(spec);
    }

    private int microBatch() {
        return batch == null ? sampling.microBatch(model.inputSize()) : batch;
    }

    private SpectrumMethod solver(int images) {
        return switch (method) {
            case DAVIDSON -> sampling.method(images);
            case LANCZOS -> SpectrumMethod.of(new Lanczos());
            case POWER -> SpectrumMethod.of(new PowerIteration());
        };
    }

    private int sampleSize(ImageDataset whole) {
        return data.hasSamples() ? whole.size() : Math.min(whole.size(), sampling.size(model.inputSize()));
    }

    private SpectrumPlan plan(Network network, ImageDataset whole, Backend backend, SpectrumMethod solver,
            EigenOptions options) {
        HessianPlan.Task task = new HessianPlan.Task(network, dtype, sampleSize(whole), whole.height(), whole.width(),
                backend);
        return SpectrumPlan.of(task, microBatch(), sampling.recompute(), solver, options, Heap.limit());
    }

    private ImageDataset sample(ImageDataset whole) {
        Batches batches = new Batches(whole, DataOptions.NORMALIZATION, seed);
        int[] order = data.hasSamples() ? batches.inOrder() : batches.order(0);
        return Datasets.load(whole, order, sampleSize(whole), data.faults(spec.commandLine().getErr()));
    }

    private ObjectNode content(Evaluation point, SpectrumMethod solver, List<Spectrum.Entry> entries, Backend backend) {
        ObjectNode file = Outputs.object().put("loss", point.loss()).put("accuracy", point.accuracy())
                .put("samples", point.samples());
        file.put("method", solver.name()).put("subsample", solver.subsample()).put("tolerance", tolerance)
                .put("seed", seed).put("provenance", Provenance.of(backend, dtype));
        ArrayNode blocks = file.putArray("blocks");
        for (Spectrum.Entry e : entries) {
            ObjectNode block = blocks.addObject().put("name", e.block().name());
            ArrayNode names = block.putArray("parameters");
            e.block().weights().forEach(names::add);
            block.put("weights", e.block().weightCount()).put("eigenvalue", e.top().eigenvalue())
                    .put("residual", e.top().residual()).put("rounding", rounding(e))
                    .put("iterations", e.top().iterations())
                    .put("subsample_products", e.subsampleProducts())
                    .put("sensitivity", e.curvature().sensitivity()).put("converged", e.top().converged());
        }
        return file;
    }

    private static @Nullable Double rounding(Spectrum.Entry e) {
        return Double.isNaN(e.top().rounding()) ? null : e.top().rounding();
    }

    private void print(Network network, ImageDataset dataset, Evaluation point, List<Spectrum.Entry> entries) {
        PrintWriter out = spec.commandLine().getOut();
        String drawn = data.hasSamples() ? "" : " drawn from " + split;
        out.printf(Locale.ROOT, "%s at %d images%s (%s): loss %.6f, accuracy %.2f %%%n%n", network.name(),
                dataset.size(), drawn,
                data.describe(split), point.loss(), 100 * point.accuracy());
        new SpectrumTable(entries.stream().map(Spectrum.Entry::curvature).toList()).print(out);
        out.println();
    }

    private void warn(List<Spectrum.Entry> entries) {
        List<String> rounded = entries.stream().filter(e -> e.top().limitedByRounding())
                .map(e -> String.format(Locale.ROOT, "%s (%.1e)", e.block().name(),
                        e.top().rounding() / Math.abs(e.top().eigenvalue())))
                .toList();
        if (!rounded.isEmpty()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("goshawk: rounding in " + dtype + " limits what can be reached, as a share of the eigenvalue: "
                    + String.join(", ", rounded) + ": "
                    + (dtype == DType.FLOAT32 ? "use --dtype float64" : "use a larger --tolerance"));
            err.flush();
        }
        List<String> open = entries.stream().filter(e -> !e.top().converged())
                .map(e -> String.format(Locale.ROOT, "%s (%.1e)",
                        e.block().name(), e.top().relativeResidual()))
                .toList();
        if (!open.isEmpty()) {
            PrintWriter err = spec.commandLine().getErr();
            boolean stalled = entries.stream()
                    .anyMatch(e -> !e.top().converged() && e.top().iterations() < maxIterations);
            err.println("goshawk: not converged to the tolerance: " + String.join(", ", open) + ": "
                    + (stalled && dtype == DType.FLOAT32
                            ? "use --dtype float64 or a larger --tolerance"
                            : "raise --max-iterations"));
            err.flush();
        }
    }
}
