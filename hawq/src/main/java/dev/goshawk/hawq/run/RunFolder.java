package dev.goshawk.hawq.run;

import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.report.HtmlReport;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A folder that holds all there is of a run: {@code settings.json}, {@code checkpoints/}, weights, {@code run.json} and
 * {@code report.html}. While it is open no other process begins or goes on with a run in it, and a process that is interrupted says
 * how to go on.
 */
public final class RunFolder implements AutoCloseable {
    private final Path path;
    private final RunSettings settings;
    private final RunLock lock;
    private final boolean resumed;
    private final Thread interrupted;

    RunFolder(Path path, RunSettings settings, RunLock lock, boolean resumed) {
        this.path = path;
        this.settings = settings;
        this.lock = lock;
        this.resumed = resumed;
        this.interrupted = new Thread(() -> System.err.println("goshawk: interrupted; the same command with --out "
                + path + " --resume goes on from the last checkpoint"));
        Runtime.getRuntime().addShutdownHook(interrupted);
    }

    public Path path() {
        return path;
    }

    public RunSettings settings() {
        return settings;
    }

    /** Whether the run began in an earlier process. */
    public boolean isResumed() {
        return resumed;
    }

    /** The checkpoints of one of the run's trainings. */
    public Checkpoints checkpoints(String training) {
        return new Checkpoints(path.resolve(RunContents.CHECKPOINTS), training);
    }

    /**
     * A file of the run.
     *
     * @throws IllegalArgumentException if runs write none of that name: {@code --overwrite} would not know it
     */
    public Path file(String name) {
        if (!RunContents.isOurs(name)) {
            throw new IllegalArgumentException("run folder: expected a file that runs write, got " + name);
        }
        return path.resolve(name);
    }

    /** Writes weights as other programs read them: PyTorch's names and layout. */
    public void writeModel(String file, Parameters parameters, Map<String, String> metadata) {
        SafetensorsFile.write(file(file), parameters.toWeights(file).tensors(), metadata);
    }

    /** Writes {@code run.json} and {@code report.html}. */
    public void writeReport(RunReport report) {
        JsonFiles.write(file("run.json"), report);
        HtmlReport.write(file("report.html"), report);
    }

    /** Lets other processes in. */
    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(interrupted);
        } catch (IllegalStateException e) {
            // The process is ending already: its hook speaks, and the lock ends with it.
            return;
        }
        lock.close();
    }
}
