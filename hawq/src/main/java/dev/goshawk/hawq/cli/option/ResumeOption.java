package dev.goshawk.hawq.cli.option;

import dev.goshawk.backend.Backend;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.hawq.run.RunSettings;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether a command that computes part after part goes on where an earlier process of the same command was ended. */
public final class ResumeOption {
    @Option(names = "--resume",
            description = "Go on after the last part that the same command had finished when it was ended. Finished parts are kept "
                    + "beside the file of --json, or else of --out, until all are.")
    private boolean resume;

    @Option(names = "--other-build",
            description = "With --resume: go on also if another build of Goshawk computed the finished parts. Those that follow may differ "
                    + "in a few bits from its own.")
    private boolean otherBuild;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /**
     * Fails with one line before anything slow if there is nowhere to go on from, or parts would be lost.
     *
     * @param result the file beside which parts are kept, or null where none is written
     */
    void check(@Nullable Path result) {
        if (otherBuild && !resume) {
            throw new ParameterException(spec.commandLine(), "--other-build: expected together with --resume");
        }
        if (resume && result == null) {
            throw new ParameterException(spec.commandLine(),
                    "--resume: expected --json or --out with the file of the command that was ended");
        }
        if (!resume && result != null && Files.exists(FinishedParts.beside(result))) {
            throw new ParameterException(spec.commandLine(), FinishedParts.beside(result)
                    + ": holds what a command had finished when it was ended; --resume goes on from there, or delete the file");
        }
    }

    /**
     * The finished parts, none at the beginning.
     *
     * @param values options that the result depends on, by name
     * @param backend what computes them
     * @throws IOException in one line, if those that are kept are of other options, images or weights
     */
    FinishedParts open(@Nullable Path result, Map<String, String> values, Backend backend, LossProblem problem,
            PrintWriter err) throws IOException {
        Path file = result == null ? null : FinishedParts.beside(result);
        RunSettings settings = new RunSettings(Instant.now().toString(),
                "goshawk " + String.join(" ", spec.commandLine().getParseResult().originalArgs()), values,
                file == null ? Map.of() : contents(problem), file == null ? Map.of() : Engine.here(backend).values());
        FinishedParts parts = FinishedParts.open(file, settings, otherBuild, note -> tell(err, note));
        if (resume) {
            tell(err, parts.kept() == 0
                    ? "no part was finished: beginning from the start"
                    : parts.kept() + (parts.kept() == 1 ? " part is" : " parts are") + " finished already");
        }
        return parts;
    }

    private static Map<String, String> contents(LossProblem problem) {
        SequencedMap<String, Tensor> sample = new LinkedHashMap<>();
        sample.put("images", problem.images());
        sample.put("labels", problem.labels());
        Map<String, String> contents = new LinkedHashMap<>();
        contents.put("sample", new Fingerprint().addTensors(sample).text());
        contents.put("weights", new Fingerprint().addTensors(problem.parameters().tensors()).text());
        return contents;
    }

    private static void tell(PrintWriter err, String note) {
        err.println("goshawk: " + note);
        err.flush();
    }
}
