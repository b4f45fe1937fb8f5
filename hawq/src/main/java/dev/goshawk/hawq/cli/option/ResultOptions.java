package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.report.CurvaturePage;
import dev.goshawk.hawq.cli.print.MemoryTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.JsonNode;

/** Where the numbers of a command on curvature go beside the terminal, or whether it only says what it would take. */
public final class ResultOptions {
    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result to this file.")
    private @Nullable Path json;

    @Option(names = "--out", paramLabel = "FILE",
            description = "Also draw the result: FILE.html is a page that can be sent to a colleague, FILE.svg the picture "
                    + "alone.")
    private @Nullable Path picture;

    @Option(names = "--dry-run", description = "Print how much memory the command would use, and exit.")
    private boolean dryRun;

    /** Fails with one line before anything slow if a file cannot be written or its name does not say what it is to be. */
    public void check(CommandSpec spec) throws IOException {
        if (picture != null && !CurvaturePage.isPage(picture)) {
            throw new ParameterException(spec.commandLine(),
                    "--out: expected a file whose name ends in .html or .svg, got " + picture);
        }
        Outputs.check(spec);
    }

    /** Whether nothing is to be computed. */
    public boolean isDryRun() {
        return dryRun;
    }

    /** Says what a computation would take, and that nothing is written. */
    public void printPlan(String what, Footprint plan, PrintWriter out, PrintWriter err) {
        MemoryTable.print(out, what, plan);
        tellDryRun(err);
    }

    /** Says that nothing is written. */
    public void tellDryRun(PrintWriter err) {
        Outputs.tellDryRun(err, json, picture);
    }

    /** Writes what was asked for, the numbers first. */
    public void write(JsonNode numbers, Supplier<CurvaturePage> page) {
        Outputs.write(json, numbers);
        if (picture != null) {
            page.get().write(picture);
        }
    }
}
