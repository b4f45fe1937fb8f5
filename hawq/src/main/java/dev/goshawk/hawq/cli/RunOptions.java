package dev.goshawk.hawq.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a run keeps what it makes, and what happens where there is one already. */
final class RunOptions {
    @Option(names = "--out", paramLabel = "DIR",
            description = "Folder of the run: checkpoints, weights, run.json, report.html. A new one, "
                    + "without --resume or --overwrite.")
    private @Nullable Path out;

    @Option(names = "--resume",
            description = "Go on with the run in --out that was stopped or killed, given with the same "
                    + "options. It ends with the same "
                    + "bits as if it had not been.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Delete the run in --out first.")
    private boolean overwrite;

    /**
     * Fails with one line, before any work and without a trace, if the options contradict each other or the folder
     * cannot be used.
     *
     * @param values everything the results depend on, by name
     */
    void check(Map<String, String> values) throws IOException {
        if (resume && overwrite) {
            throw new IOException("--resume and --overwrite: expected one of them, got both");
        }
        if (resume && out == null) {
            throw new IOException("--resume: expected --out with the folder of the run");
        }
        if (out != null && resume) {
            RunFolder.resume(out, values);
        } else if (out != null) {
            RunFolder.check(out, overwrite);
        }
    }

    /**
     * The folder, begun or taken up again.
     *
     * @param otherwise folder where {@code --out} was not given; another is chosen where it exists
     * @param values as checked
     */
    RunFolder open(Path otherwise, String command, Map<String, String> values) throws IOException {
        if (out == null) {
            return RunFolder.create(RunFolder.nextFree(otherwise), false, command, values);
        }
        return resume ? RunFolder.resume(out, values) : RunFolder.create(out, overwrite, command, values);
    }
}
