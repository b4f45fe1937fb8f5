package dev.goshawk.hawq.cli.option;

import dev.goshawk.backend.Backend;
import dev.goshawk.files.AtomicFile;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.report.CurvaturePage;
import dev.goshawk.hawq.cli.print.InterruptionHint;
import dev.goshawk.hawq.cli.print.MemoryTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.JsonNode;

/**
 * Where the numbers of a command on curvature go beside the terminal, or whether it only says what it would take. A process that is
 * interrupted before this is closed says how to go on, where it can.
 */
public final class ResultOptions implements AutoCloseable {
    @Option(names = "--json", paramLabel = "FILE", description = Outputs.RESULT)
    private @Nullable Path json;

    @Option(names = "--out", paramLabel = "FILE",
            description = "Also draw the result: FILE.html is a page that can be sent to a colleague, FILE.svg the picture "
                    + "alone.")
    private @Nullable Path picture;

    @Option(names = "--dry-run", description = "Print how much memory the command would use, and exit.")
    private boolean dryRun;

    @Mixin
    private ResumeOption resuming = new ResumeOption();

    private @Nullable FinishedParts parts;
    private @Nullable InterruptionHint interrupted;

    /** Fails with one line before anything slow if a file cannot be written or its name does not say what it is to be. */
    public void check(CommandSpec spec) throws IOException {
        if (picture != null && !CurvaturePage.isPage(picture)) {
            throw new ParameterException(spec.commandLine(),
                    "--out: expected a file whose name ends in .html or .svg, got " + picture);
        }
        Outputs.check(spec);
        if (!dryRun) {
            resuming.check(file());
        }
    }

    /** The file beside which finished parts are kept, or null: there is none beside a stream or a device. */
    private @Nullable Path file() {
        for (Path result : new Path[] {json, picture}) {
            if (result != null && AtomicFile.isReplaced(result)) {
                return result;
            }
        }
        return null;
    }

    /**
     * The parts that are finished already, and where those are kept that will be, until the result is written.
     *
     * @param values options that the parts depend on, by name
     * @param backend what computes them
     * @throws IOException in one line, if those that are kept are of other options, images or weights
     */
    public FinishedParts parts(Map<String, String> values, Backend backend, LossProblem problem, PrintWriter err)
            throws IOException {
        FinishedParts opened = resuming.open(file(), values, backend, problem, err);
        parts = opened;
        if (file() != null) {
            interrupted = new InterruptionHint(() -> switch (opened.kept()) {
                case 0 -> " before the first part was finished: the same command begins from the start";
                case 1 -> "; the same command with --resume goes on after 1 finished part";
                default -> "; the same command with --resume goes on after " + opened.kept() + " finished parts";
            });
        }
        return opened;
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
        close();
        if (parts != null) {
            parts.delete();
        }
    }

    @Override
    public void close() {
        if (interrupted != null) {
            interrupted.close();
        }
    }
}
