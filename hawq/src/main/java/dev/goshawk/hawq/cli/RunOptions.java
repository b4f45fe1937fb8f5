package dev.goshawk.hawq.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a run keeps what it makes, and what happens where there is one already. */
final class RunOptions {
    @Option(names = "--out", paramLabel = "DIR",
            description = "Folder of the run: checkpoints, weights, run.json, report.html. A new one, without --resume or --overwrite.")
    private @Nullable Path out;

    @Option(names = "--resume",
            description = "Go on with the run in --out that was stopped or killed, given with the same options. It ends with the same "
                    + "bits as if it had not been.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Delete the run in --out first.")
    private boolean overwrite;

    /**
     * The folder, begun or taken up again.
     *
     * @param otherwise folder where {@code --out} was not given; another is chosen where it exists
     * @param values everything the results depend on, by name
     */
    RunFolder open(Path otherwise, String command, Map<String, String> values) throws IOException {
        if (resume && overwrite) {
            throw new IOException("--resume and --overwrite: expected one of them, got both");
        }
        if (resume) {
            if (out == null) {
                throw new IOException("--resume: expected --out with the folder of the run");
            }
            return RunFolder.resume(out, values);
        }
        return RunFolder.create(out == null ? RunFolder.nextFree(otherwise) : out, overwrite, command, values);
    }

    boolean isResumed() {
        return resume;
    }
}
