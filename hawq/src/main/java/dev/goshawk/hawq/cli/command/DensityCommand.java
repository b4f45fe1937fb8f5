package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.cli.cluster.OperatorSource;
import dev.goshawk.hawq.cli.option.FinishedParts;
import dev.goshawk.hawq.cli.option.MatrixOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.cli.option.ResultOptions;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.curvature.CurvaturePart;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.Partition;
import dev.goshawk.hawq.report.CurvaturePage;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.estimate.DensityOptions;
import dev.goshawk.spectral.estimate.SpectralDensity;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code goshawk density}: the density of a curvature matrix's eigenvalues. */
@Command(name = "density", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Estimates the density of a curvature matrix's eigenvalues by stochastic Lanczos quadrature.",
                "Every eigenvalue is smoothed to a bell of the given width: finer structure cannot be seen, and some density "
                        + "lies beyond the outermost eigenvalues. Moments, nodes and weights are not smoothed.",
                ""},
        footerHeading = "%nExamples:%n",
        footer = {"  bin/goshawk density --out density.html",
                "  bin/goshawk density --weights resnet20.th --data cifar10 --probes 10 \\",
                "      --steps 30 --json density.json --out density.html",
                "",
                "--json writes {\"grid\", \"density\", \"standard_errors\" (of the density), \"moments\" (the first four, of "
                        + "H / ||H||), \"moment_errors\", \"nodes\", \"weights\" (of sum 1), \"norm\" (||H||), \"width\", "
                        + "\"probes\", \"products\", \"sampling_error\", \"step_error\", "
                        + "\"range_error\", \"converged\"}; by block, layer or activations {\"blocks\": [the same, each with its \"name\", ...]}; and in "
                        + "either \"run\": {model, weights, data, seed, backend, loss, ...}.",
                "A density that has not settled is told on standard error and has converged false; the exit code is 0."})
public final class DensityCommand implements Callable<Integer> {
    private static final int MOST_POINTS = 1_000_000;

    /** Of a part, with the size of its matrix. */
    record Found(int size, SpectralDensity density) {
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private MatrixOptions matrix = new MatrixOptions();

    @Option(names = "--by", paramLabel = "PART", defaultValue = "network",
            description = "network (default), block, layer or activations (of each place where they can be quantized).")
    private Partition by = Partition.NETWORK;

    @Option(names = "--probes", paramLabel = "N", defaultValue = "10",
            description = "Random vectors, at least 2 (default: 10).")
    private int probes = 10;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "30",
            description = "Lanczos steps for each, at least 4, one product and one vector of memory each (default: 30).")
    private int steps = 30;

    @Option(names = "--points", paramLabel = "N", defaultValue = "1024",
            description = "Points of the grid, 2 to 1000000 (default: 1024).")
    private int points = 1024;

    @Option(names = "--width", paramLabel = "SIGMA", defaultValue = "0",
            description = "Standard deviation of the smoothing (default: 0, which stands for a hundredth of the spectrum's range).")
    private double width;

    @Mixin
    private ResultOptions results = new ResultOptions();

    @Override
    public Integer call() throws IOException {
        check();
        DensityOptions options = DensityOptions.defaults().withSeed(matrix.seed()).withProbes(probes).withSteps(steps)
                .withPoints(points).withWidth(width);
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        MatrixOptions.Opened opened = matrix.open(err);
        List<CurvaturePart> parts = by.parts(opened.network().describe());
        Footprint plan = matrix.plan(opened, parts, matrix.microBatch(), steps + 2);
        if (results.isDryRun()) {
            results.printPlan("densities of the " + matrix.describe(opened),
                    plan, out,
                    err);
            return 0;
        }
        matrix.requireFits(opened, plan);
        try (ResultOptions _ = results; OperatorSource source = matrix.connect(opened, matrix.microBatch(), err)) {
            estimate(opened, parts, options, source, out, err);
        }
        return 0;
    }

    private void estimate(MatrixOptions.Opened opened, List<CurvaturePart> parts, DensityOptions options,
            OperatorSource source, PrintWriter out, PrintWriter err) throws IOException {
        CurvaturePoint point = CurvaturePoint.of(matrix, opened, matrix.microBatch(), source, err);
        LossProblem problem = point.problem();
        ObjectNode file = Outputs.object();
        ArrayNode blocks = by == Partition.NETWORK ? null : file.putArray("blocks");
        CurvaturePage page = point.page("Spectral density of " + opened.network().name(),
                "stochastic Lanczos quadrature, "
                        + probes + " probes of " + steps + " steps, seed " + matrix.seed());
        Map<String, String> values = matrix.values(opened, by, matrix.microBatch());
        values.put("--probes", Integer.toString(probes));
        values.put("--steps", Integer.toString(steps));
        values.put("--points", Integer.toString(points));
        values.put("--width", Double.toString(width));
        FinishedParts finished = results.parts(values, opened.backend(), problem, err);
        out.println(point.heading());
        try (Progress progress = Progress.on(err).noting(source::state).after(finished.share(parts.size()))) {
            for (int i = 0; i < parts.size(); i++) {
                CurvaturePart part = parts.get(i);
                double before = i;
                Found found = finished.get(part.name(), Found.class, () -> {
                    LinearOperator operator = source.operator(problem, part);
                    return new Found(operator.size(), SpectralDensity.of(operator, options, (products, diagonal,
                            rest) -> progress.update(part.name(),
                                    (before + (double) products / (probes * steps)) / parts.size())));
                });
                SpectralDensity d = found.density;
                print(out, part.name(), d);
                fill(blocks == null ? file : blocks.addObject().put("name", part.name()), d);
                page.density("Density of the eigenvalues, " + part.name(), d, found.size);
                if (!d.converged()) {
                    err.println("goshawk: " + part.name() + ": the density has not settled: raise "
                            + (!d.isFine()
                                    ? "--points"
                                    : Math.max(d.stepError(), d.rangeError()) > d.samplingError()
                                            ? "--steps"
                                            : "--probes")
                            + (d.rangeError() > options.tolerance() ? "" : " or --width"));
                    err.flush();
                }
            }
        }
        out.printf(Locale.ROOT, "%d probes of %d steps, seed %d%n%s%n", probes, steps, matrix.seed(), point.engine());
        out.flush();
        point.addTo(file);
        results.write(file, () -> page);
    }

    private void check() throws IOException {
        require(probes >= 2, "--probes: expected at least 2, got " + probes);
        require(steps >= 4, "--steps: expected at least 4, got " + steps);
        require(points >= 2 && points <= MOST_POINTS, "--points: expected 2 to " + MOST_POINTS + ", got " + points);
        require(width == 0 || width >= DensityOptions.NARROWEST && width <= DensityOptions.WIDEST,
                "--width: expected 0 or a number from " + DensityOptions.NARROWEST + " to " + DensityOptions.WIDEST
                        + ", got " + width);
        matrix.check(by, results.isDryRun());
        results.check(spec);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private static void print(PrintWriter out, String name, SpectralDensity d) {
        out.printf(Locale.ROOT,
                "%s: spectrum from %.6g to %.6g, width %.3g, L1 errors %.2g (probes) and %.2g (steps), range error %.2g%n",
                name,
                Arrays.stream(d.nodes()).min().orElse(0), Arrays.stream(d.nodes()).max().orElse(0),
                d.width(), d.samplingError(), d.stepError(), d.rangeError());
        out.printf(Locale.ROOT, "  moments of H / ||H||, ||H|| = %.6g:", d.norm());
        for (int k = 0; k < d.moments().length; k++) {
            out.printf(Locale.ROOT, " %.4g (+- %.1g)", d.moments()[k], d.momentErrors()[k]);
        }
        out.println();
    }

    private static void fill(ObjectNode node, SpectralDensity d) {
        array(node, "grid", d.grid());
        array(node, "density", d.density());
        array(node, "standard_errors", d.standardErrors());
        array(node, "moments", d.moments());
        array(node, "moment_errors", d.momentErrors());
        array(node, "nodes", d.nodes());
        array(node, "weights", d.weights());
        node.put("norm", d.norm()).put("width", d.width()).put("probes", d.probes()).put("products", d.products())
                .put("sampling_error", d.samplingError()).put("step_error", d.stepError())
                .put("range_error", d.rangeError())
                .put("converged", d.converged());
    }

    private static void array(ObjectNode node, String name, double[] values) {
        ArrayNode array = node.putArray(name);
        for (double v : values) {
            array.add(v);
        }
    }
}
