package dev.goshawk.hawq.cli.option;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.cli.print.InterruptionHint;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.run.RunStart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a run keeps what it makes, and what happens where there is one already. Closing lets other processes in; a process that is
 * interrupted before says how to go on.
 */
public final class RunOptions implements AutoCloseable {
    @Option(names = "--out", paramLabel = "DIR",
            description = "Folder for the run: checkpoints, weights, run.json, report.html. Must be new or empty, unless --resume or "
                    + "--overwrite is given. Default: a new folder in runs, named after the command and --seed or --model, "
                    + "such as runs/quantize-0.")
    private @Nullable Path out;

    @Option(names = "--resume",
            description = "Continue the interrupted run in --out, with the same options, data and weights. The result is "
                    + "bit-identical to that of an uninterrupted run.")
    private boolean resume;

    @Option(names = "--other-build",
            description = "With --resume: go on also if another build of Goshawk began the run. The result may then differ in a few bits "
                    + "from that of an uninterrupted run.")
    private boolean otherBuild;

    @Option(names = "--overwrite",
            description = "First delete the run in --out: only the files that a run writes.")
    private boolean overwrite;

    private @Nullable RunStart start;
    private @Nullable RunFolder folder;
    private @Nullable InterruptionHint interrupted;

    /** Fails with one line if the options contradict each other. */
    public void check() throws IOException {
        Outputs.refuseDash("--out", out, "a folder");
        if (resume && overwrite) {
            throw new IOException("--resume and --overwrite: expected one of them, got both");
        }
        if (otherBuild && !resume) {
            throw new IOException("--other-build: expected together with --resume");
        }
        if ((resume || overwrite) && out == null) {
            throw new IOException(
                    (resume ? "--resume" : "--overwrite") + ": expected --out with the folder of the run");
        }
    }

    /**
     * Fails with one line, before any work and without a trace, if the folder cannot be used.
     *
     * @param values options the results depend on, by name
     * @param backend that computes; with the JVM it decides the results' bits
     * @param sources what the command reads, by option
     */
    public void prepare(Map<String, String> values, Backend backend, Map<String, Path> sources) throws IOException {
        if (out != null) {
            RunStart prepared = resume ? RunStart.resume(out, values) : RunStart.create(out, overwrite, sources);
            start = otherBuild ? prepared.acceptOtherBuilds() : prepared;
            prepared.requireEngine(Engine.here(backend));
        }
    }

    /**
     * The folder, new or resumed.
     *
     * @param otherwise folder where {@code --out} was not given; another is chosen where it exists
     * @param values as for {@link #prepare}
     * @param contents fingerprints of everything the run reads
     * @param backend as for {@link #prepare}
     */
    public RunFolder begin(Path otherwise, String command, Map<String, String> values, Map<String, String> contents,
            Backend backend) throws IOException {
        RunFolder begun = start(otherwise).begin(command, values, contents, Engine.here(backend));
        folder = begun;
        hint(begun);
        return begun;
    }

    /**
     * The run that is about to begin or to go on; nothing is written yet.
     *
     * @param otherwise as for {@link #begin}
     */
    public RunStart start(Path otherwise) throws IOException {
        RunStart prepared = start;
        if (prepared == null) {
            prepared = RunStart.fresh(otherwise);
            start = prepared;
        }
        return prepared;
    }

    /** From now on a process that is interrupted says how to go on. */
    public void hint(RunFolder begun) {
        interrupted = new InterruptionHint(() -> "; the same command with --out " + begun.path()
                + " --resume goes on from the last checkpoint");
    }

    @Override
    public void close() throws IOException {
        if (start != null) {
            start.close();
        }
        if (interrupted != null && !interrupted.retract()) {
            // The process is ending already, and the lock ends with it.
            return;
        }
        if (folder != null) {
            folder.close();
        }
    }
}
