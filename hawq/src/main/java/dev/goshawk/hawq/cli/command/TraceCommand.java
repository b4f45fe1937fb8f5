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
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.estimate.Estimate;
import dev.goshawk.spectral.estimate.HutchinsonTrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
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

/** {@code goshawk trace}: the trace of each block's curvature matrix, with its standard error. */
@Command(name = "trace", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Estimates the trace of a curvature matrix by block, layer or activations, or of the network (Hutchinson).",
                "Blocks and layers are their convolution and linear weights; the network is everything that is trained. By "
                        + "activations the trace is the mean over the images of the trace for one image, as in HAWQ-V2.",
                ""},
        footerHeading = "%nExamples:%n",
        footer = {"  bin/goshawk trace --out trace.html",
                "  bin/goshawk trace --weights resnet20.th --data cifar10 --operator ggn \\",
                "      --draws 100 --json trace.json --out trace.svg",
                "",
                "--json writes {\"blocks\": [{\"name\", \"weights\", \"trace\", \"standard_error\", \"draws\"}, ...], "
                        + "\"trace\": their sum, \"standard_error\": its error, \"run\": {model, weights, data, "
                        + "seed, backend, loss, ...}}. Random vectors of different blocks are "
                        + "independent. \"weights\" is the size of the matrix: by activations, theirs at all images."})
public final class TraceCommand implements Callable<Integer> {
    /** Of a part's size, held by the estimate. */
    private static final int VECTORS = 2;

    /** Of a part, with the size of its matrix. */
    record Traced(int size, Estimate trace) {
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private MatrixOptions matrix = new MatrixOptions();

    @Option(names = "--by", paramLabel = "PART", defaultValue = "block",
            description = "network, block (default), layer or activations (of each place where they can be quantized).")
    private Partition by = Partition.BLOCK;

    @Option(names = "--draws", paramLabel = "N", defaultValue = "50",
            description = "Random vectors, at least 2, one product each (default: 50).")
    private int draws = 50;

    @Mixin
    private ResultOptions results = new ResultOptions();

    @Override
    public Integer call() throws IOException {
        if (draws < 2) {
            throw new ParameterException(spec.commandLine(), "--draws: expected at least 2 draws, got " + draws);
        }
        matrix.check(by, results.isDryRun());
        results.check(spec);
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        MatrixOptions.Opened opened = matrix.open(err);
        List<CurvaturePart> parts = by.parts(opened.network().describe());
        Footprint plan = matrix.plan(opened, parts, matrix.microBatch(), VECTORS);
        if (results.isDryRun()) {
            results.printPlan("traces of the " + matrix.describe(opened),
                    plan, out, err);
            return 0;
        }
        matrix.requireFits(opened, plan);
        try (ResultOptions _ = results; OperatorSource source = matrix.connect(opened, matrix.microBatch(), err)) {
            estimate(opened, parts, source, out, err);
        }
        return 0;
    }

    private void estimate(MatrixOptions.Opened opened, List<CurvaturePart> parts, OperatorSource source,
            PrintWriter out, PrintWriter err) throws IOException {
        CurvaturePoint point = CurvaturePoint.of(matrix, opened, matrix.microBatch(), source, err);
        LossProblem problem = point.problem();
        Map<String, String> values = matrix.values(opened, by, matrix.microBatch());
        values.put("--draws", Integer.toString(draws));
        FinishedParts finished = results.parts(values, opened.backend(), problem, err);
        out.println(point.heading());
        out.printf(Locale.ROOT, "%-28s %10s %14s %14s%n", "", by.counted(), "trace", "std. error");
        ObjectNode file = Outputs.object();
        ArrayNode blocks = file.putArray("blocks");
        List<CurvaturePage.Row> rows = new ArrayList<>();
        List<List<String>> table = new ArrayList<>();
        table.add(List.of(by.one(), by.counted(), "trace", "standard error", "draws"));
        double sum = 0;
        double squares = 0;
        try (Progress progress = Progress.on(err).noting(source::state).after(finished.share(parts.size()))) {
            for (int i = 0; i < parts.size(); i++) {
                CurvaturePart part = parts.get(i);
                int before = i;
                Traced traced = finished.get(part.name(), Traced.class, () -> {
                    LinearOperator operator = source.operator(problem, part);
                    return new Traced(operator.size(), new HutchinsonTrace().estimate(operator, matrix.seed() + before,
                            0, draws, (products, mean, error) -> progress.update(part.name(),
                                    (before + (double) products / draws) / parts.size())));
                });
                Estimate e = traced.trace;
                sum += e.value();
                squares += e.standardError() * e.standardError();
                out.printf(Locale.ROOT, "%-28s %10d %14.6g %14.2g%n", part.name(), traced.size, e.value(),
                        e.standardError());
                out.flush();
                blocks.addObject().put("name", part.name()).put("weights", traced.size).put("trace", e.value())
                        .put("standard_error", e.standardError()).put("draws", e.draws());
                table.add(List.of(part.name(), Numbers.grouped(traced.size),
                        String.format(Locale.ROOT, "%.6g", e.value()),
                        String.format(Locale.ROOT, "%.2g", e.standardError()), Integer.toString(e.draws())));
                rows.add(CurvaturePage.Row.of(part.name(), e));
            }
        }
        if (parts.size() > 1) {
            out.printf(Locale.ROOT, "%-28s %10s %14.6g %14.2g%n", "sum", "", sum, Math.sqrt(squares));
            table.add(List.of("sum", "", String.format(Locale.ROOT, "%.6g", sum),
                    String.format(Locale.ROOT, "%.2g", Math.sqrt(squares)), ""));
        }
        out.printf(Locale.ROOT, "%d draws, seed %d%n%s%n", draws, matrix.seed(), point.engine());
        out.flush();
        file.put("trace", sum).put("standard_error", Math.sqrt(squares));
        point.addTo(file);
        results.write(file,
                () -> point.page("Traces of " + opened.network().name(),
                        "Hutchinson, " + draws + " draws for each, seed " + matrix.seed())
                        .rows("Trace by " + by.one(), "bars: one standard error to both sides", rows).table(table));
    }
}
