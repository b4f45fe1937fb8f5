package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.option.MatrixOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.Provenance;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.spectral.estimate.Estimate;
import dev.goshawk.spectral.estimate.HutchinsonTrace;
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

/** {@code goshawk trace}: the trace of each block's curvature matrix, with its standard error. */
@Command(name = "trace", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Estimates the trace of a curvature matrix by block, by layer or of the whole network (Hutchinson).",
                "Blocks and layers are their convolution and linear weights; the network is everything that is trained.",
                ""},
        footerHeading = "%nExample:%n",
        footer = {"  goshawk trace --weights resnet20.th --data cifar10 --operator ggn --draws 100 --json trace.json",
                "",
                "--json writes {\"blocks\": [{\"name\", \"weights\", \"trace\", \"standard_error\", \"draws\"}, ...],",
                "  \"trace\": their sum, \"standard_error\": its error}. Random vectors of different blocks are independent."})
public final class TraceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private MatrixOptions matrix = new MatrixOptions();

    @Option(names = "--by", paramLabel = "PART", defaultValue = "block",
            description = "network, block (default) or layer.")
    private MatrixOptions.By by = MatrixOptions.By.BLOCK;

    @Option(names = "--draws", paramLabel = "N", defaultValue = "50",
            description = "Random vectors, one product each (default: 50).")
    private int draws = 50;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result there as well.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        if (draws < 2) {
            throw new ParameterException(spec.commandLine(), "--draws: expected at least 2 draws, got " + draws);
        }
        matrix.check(spec);
        Outputs.check(spec);
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        LossProblem problem = matrix.problem(err);
        List<MatrixOptions.Part> parts = matrix.parts(problem, by);
        out.println(matrix.describe(problem));
        out.printf(Locale.ROOT, "%-28s %10s %14s %14s%n", "", "weights", "trace", "std. error");
        ObjectNode file = Outputs.object();
        ArrayNode blocks = file.putArray("blocks");
        double sum = 0;
        double squares = 0;
        try (Progress progress = Progress.on(err)) {
            for (int i = 0; i < parts.size(); i++) {
                MatrixOptions.Part part = parts.get(i);
                double before = i;
                HessianOperator operator = matrix.operator(problem, part);
                Estimate e = new HutchinsonTrace().estimate(operator, matrix.seed() + i, 0, draws, (products, mean,
                        error) -> progress.update(part.name(), (before + (double) products / draws) / parts.size()));
                sum += e.value();
                squares += e.standardError() * e.standardError();
                out.printf(Locale.ROOT, "%-28s %10d %14.6g %14.2g%n", part.name(), operator.size(), e.value(),
                        e.standardError());
                blocks.addObject().put("name", part.name()).put("weights", operator.size()).put("trace", e.value())
                        .put("standard_error", e.standardError()).put("draws", e.draws());
            }
        }
        out.printf(Locale.ROOT, "%-28s %10s %14.6g %14.2g%n", "sum", "", sum, Math.sqrt(squares));
        out.printf(Locale.ROOT, "%d draws, seed %d%n%s%n", draws, matrix.seed(),
                Provenance.of(problem.backend(), problem.dtype()));
        out.flush();
        file.put("trace", sum).put("standard_error", Math.sqrt(squares)).put("operator", matrix.name())
                .put("samples", problem.samples()).put("seed", matrix.seed())
                .put("provenance", Provenance.of(problem.backend(), problem.dtype()));
        Outputs.write(json, file);
        return 0;
    }
}
