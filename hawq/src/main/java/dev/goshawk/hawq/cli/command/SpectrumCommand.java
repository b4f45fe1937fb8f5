package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.cli.cluster.OperatorSource;
import dev.goshawk.hawq.cli.option.FinishedParts;
import dev.goshawk.hawq.cli.option.Given;
import dev.goshawk.hawq.cli.option.MatrixOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.cli.option.ResultOptions;
import dev.goshawk.hawq.cli.option.SubsampleOption;
import dev.goshawk.hawq.cli.print.MemoryTable;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.SpectrumRow;
import dev.goshawk.hawq.cli.print.SpectrumTable;
import dev.goshawk.hawq.cli.print.SpectrumWarnings;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.CurvaturePart;
import dev.goshawk.hawq.curvature.Partition;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.report.CurvaturePage;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.spectral.PowerIteration;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

/** {@code goshawk spectrum}: the top eigenvalues of each block's Hessian, or of another matrix by another part. */
@Command(name = "spectrum", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Finds the top eigenvalue of each block's Hessian, which shows how sensitive each part of a network is.",
                "Or the largest eigenvalues of another matrix, by layer, activations or of the whole network.",
                "The Hessian is that of the mean cross-entropy over the sample with respect to the block's "
                        + "convolution and linear weights; batch normalization uses its running statistics. 'Top' means "
                        + "largest in magnitude.",
                ""},
        footerHeading = "%nExamples:%n",
        footer = {"  bin/goshawk spectrum --out spectrum.html",
                "  bin/goshawk spectrum --weights resnet20.th --data cifar10 \\",
                "      --samples list.txt --dtype float64 --tolerance 1e-6 --json spectrum.json", "",
                "--json writes {\"loss\": L, \"accuracy\": A in [0, 1], \"run\": {model, weights, data, seed, backend, ...}, "
                        + "\"blocks\": [...]}, a block being",
                "  name, parameters, weights (their number), eigenvalue,",
                "  residual            ||Hv - lambda v|| for the unit eigenvector v (absolute), rounding added,",
                "  rounding            rounding error of Hv, as products in other directions tell it, or null,",
                "  iterations          Hessian-vector products spent, by the whole sample,",
                "  subsample_products  further products, by the subsample,",
                "  sensitivity         |eigenvalue| / weights,",
                "  converged           whether residual <= tolerance * |eigenvalue|.",
                "With --top above 1 a block has eigenpairs as well: [{eigenvalue, residual, rounding, converged}, ...].",
                "Blocks are in network order. An eigenvalue of H lies within residual of the one given.",
                "A block that did not converge is told on standard error and has converged false; the exit code is 0, "
                        + "or 3 with --require-convergence."})
public final class SpectrumCommand implements Callable<Integer> {
    private static final int MOST_EIGENVALUES = 30;
    private static final int NOT_CONVERGED = 3;

    private enum Method {
        DAVIDSON, LANCZOS, POWER
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private MatrixOptions matrix = new MatrixOptions();

    @Option(names = "--by", paramLabel = "PART", defaultValue = "block",
            description = "network, block (default), layer or activations (of each place where they can be quantized).")
    private Partition by = Partition.BLOCK;

    @Option(names = "--top", paramLabel = "K", defaultValue = "1",
            description = "Number of eigenvalues of each part, the largest in magnitude (default: 1; at most "
                    + MOST_EIGENVALUES + ").")
    private int top = 1;

    @Option(names = "--method", paramLabel = "NAME",
            description = "davidson (fewest products, see --subsample; default for the one top eigenvalue of each block's "
                    + "Hessian), lanczos (default otherwise), or power (power iteration, as in HAWQ).")
    private @Nullable Method method;

    @Option(names = "--tolerance", paramLabel = "T", defaultValue = "1e-3",
            description = "Stop when ||Hv - lambda v|| <= T |lambda| (default: 1e-3, which gives lambda itself to about "
                    + "1e-6); float32 reaches about 1e-5.")
    private double tolerance = 1e-3;

    @Option(names = "--max-iterations", paramLabel = "N", defaultValue = "500",
            description = "Most Hessian-vector products a part (default: 500). Each eigenvalue takes two or more: where there are "
                    + "not as many, fewer eigenvalues are found.")
    private int maxIterations = 500;

    @Option(names = "--require-convergence",
            description = "End with exit code 3 if something has not converged; the results are printed and written all the same.")
    private boolean requireConvergence;

    @Mixin
    private SubsampleOption subsampling = new SubsampleOption();

    @Option(names = "--batch", paramLabel = "N", description = "Same as --micro-batch.")
    private @Nullable Integer batch;

    @Mixin
    private ResultOptions results = new ResultOptions();

    @Override
    public Integer call() throws IOException {
        check();
        EigenOptions options = EigenOptions.defaults().withTolerance(tolerance).withMaxIterations(maxIterations)
                .withSeed(matrix.seed());
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        MatrixOptions.Opened opened = matrix.open(err);
        SpectrumMethod solver = solver(opened.images());
        if (isOfHawq()) {
            subsampling.tell(opened.images(), err);
        }
        List<CurvaturePart> parts = by.parts(opened.network().describe());
        SpectrumPlan plan = isOfHawq() && !matrix.isOnCluster()
                ? SpectrumPlan.of(matrix.task(opened), microBatch(), matrix.recompute(), solver, options, Heap.limit())
                : null;
        Footprint other = plan == null
                ? matrix.plan(opened, parts, microBatch(), solver.plain().vectors(options) + top)
                : plan.footprint();
        if (results.isDryRun()) {
            if (plan == null) {
                MemoryTable.print(out, "spectra of the " + matrix.describe(opened), other);
            } else {
                MemoryTable.print(out, plan);
            }
            results.tellDryRun(err);
            return 0;
        }
        if (plan != null) {
            plan.requireFits(Heap.limit(opened.backend()));
        } else {
            matrix.requireFits(opened, other);
        }
        try (ResultOptions _ = results; OperatorSource source = matrix.connect(opened, microBatch(), err)) {
            return solve(opened, parts, solver, options, source, out, err) || !requireConvergence ? 0 : NOT_CONVERGED;
        }
    }

    /** Whether all has converged. */
    private boolean solve(MatrixOptions.Opened opened, List<CurvaturePart> parts, SpectrumMethod solver,
            EigenOptions options, OperatorSource source, PrintWriter out, PrintWriter err) throws IOException {
        CurvaturePoint point = CurvaturePoint.of(matrix, opened, microBatch(), source, err);
        FinishedParts finished = results.parts(values(opened, solver), opened.backend(), point.problem(), err);
        out.println(point.heading());
        out.flush();
        List<SpectrumRow> rows;
        double seconds;
        try (Progress progress = Progress.on(err).noting(source::state)) {
            SpectrumSearch search = new SpectrumSearch(point.problem(), solver, options, source, progress,
                    finished);
            rows = isOfHawq() ? search.ofBlocks() : search.of(parts, top);
            seconds = progress.elapsed() / 1e9;
        }
        String found = found(solver, rows);
        out.println();
        SpectrumTable table = new SpectrumTable(rows);
        table.print(by.one(), by.counted(), out);
        out.printf(Locale.ROOT, "%n%s, %.1f s%n%s%n", found, seconds, point.engine());
        out.flush();
        List<String> warnings = SpectrumWarnings.of(rows, isOfHawq() ? 1 : top, matrix.dtype(), maxIterations);
        warnings.forEach(line -> err.println("goshawk: " + line));
        err.flush();
        results.write(content(point, solver, rows), () -> {
            boolean open = rows.stream().anyMatch(row -> !row.top().converged());
            CurvaturePage page = point.page("Spectrum of " + opened.network().name(), found)
                    .rows((top == 1 ? "Top eigenvalue" : "Top " + top + " eigenvalues") + " by " + by.one(),
                            open ? "bars where it has not converged: an eigenvalue lies within" : "",
                            rows.stream().map(SpectrumRow::drawn).toList())
                    .table(table.cells(by.one(), by.counted()));
            warnings.forEach(line -> page.fact("Warning", line));
            return page;
        });
        return rows.stream().allMatch(row -> row.isSolved(top));
    }

    private void check() throws IOException {
        if (batch != null && batch < 1) {
            throw new ParameterException(spec.commandLine(), "--batch: expected at least 1 image, got " + batch);
        }
        if (!(tolerance > 0 && tolerance < 1)) {
            throw new ParameterException(spec.commandLine(),
                    "--tolerance: expected a number above 0 and below 1, got " + tolerance);
        }
        if (maxIterations < 2) {
            throw new ParameterException(spec.commandLine(),
                    "--max-iterations: expected at least 2 products, one to search and one to check, got "
                            + maxIterations);
        }
        if (top < 1 || top > MOST_EIGENVALUES) {
            throw new ParameterException(spec.commandLine(), "--top: expected 1 to " + MOST_EIGENVALUES
                    + " eigenvalues, got " + top);
        }
        if (method == Method.POWER && top > 1) {
            throw new ParameterException(spec.commandLine(),
                    "--method power: expected with --top 1, --method lanczos finds more");
        }
        if (method == Method.DAVIDSON && !isOfHawq()) {
            throw new ParameterException(spec.commandLine(), "--method davidson: expected with --by block, --operator "
                    + "hessian and --top 1, --method lanczos finds other eigenvalues");
        }
        Given.refuseBoth(spec, "--batch", "--micro-batch", "they mean the same");
        if (Given.is(spec, "--subsample") && chosen() != Method.DAVIDSON) {
            throw new ParameterException(spec.commandLine(),
                    "--subsample: expected --method davidson, the only one that uses a subsample, got --method "
                            + chosen().name().toLowerCase(Locale.ROOT));
        }
        subsampling.check();
        matrix.check(by, results.isDryRun());
        results.check(spec);
    }

    /** Whether what is asked for is what HAWQ goes by, which has a way of its own. */
    private boolean isOfHawq() {
        return by == Partition.BLOCK && matrix.matrix() == CurvatureMatrix.HESSIAN && top == 1;
    }

    private Method chosen() {
        if (method != null) {
            return method;
        }
        return isOfHawq() ? Method.DAVIDSON : Method.LANCZOS;
    }

    private int microBatch() {
        return batch == null ? matrix.microBatch() : batch;
    }

    private SpectrumMethod solver(int images) {
        return switch (chosen()) {
            case DAVIDSON -> subsampling.method(images);
            case LANCZOS -> SpectrumMethod.of(new Lanczos());
            case POWER -> SpectrumMethod.of(new PowerIteration());
        };
    }

    /** What the numbers depend on besides images and weights. */
    private Map<String, String> values(MatrixOptions.Opened opened, SpectrumMethod solver) {
        Map<String, String> values = matrix.values(opened, by, microBatch());
        values.put("--method", solver.name());
        values.put("--subsample", Integer.toString(solver.subsample()));
        values.put("--top", Integer.toString(top));
        values.put("--tolerance", Double.toString(tolerance));
        values.put("--max-iterations", Integer.toString(maxIterations));
        return values;
    }

    private String found(SpectrumMethod solver, List<SpectrumRow> rows) {
        int fewer = rows.stream().mapToInt(SpectrumRow::subsampleProducts).sum();
        return String.format(Locale.ROOT, "%s, tolerance %.0e, seed %d, %d products%s", solver.name(), tolerance,
                matrix.seed(), rows.stream().mapToInt(SpectrumRow::products).sum(), solver.subsample() == 0
                        ? ""
                        : " and " + fewer + " by " + solver.subsample() + " of the images");
    }

    private ObjectNode content(CurvaturePoint point, SpectrumMethod solver, List<SpectrumRow> rows) {
        ObjectNode file = Outputs.object().put("loss", point.found().loss()).put("accuracy", point.found().accuracy());
        point.addTo(file);
        file.put("by", by.name().toLowerCase(Locale.ROOT)).put("method", solver.name())
                .put("subsample", solver.subsample()).put("tolerance", tolerance);
        ArrayNode blocks = file.putArray("blocks");
        rows.forEach(row -> row.writeTo(blocks.addObject(), top > 1));
        return file;
    }
}
