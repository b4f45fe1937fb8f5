package dev.goshawk.hawq.run;

import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.report.HtmlReport;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedSize;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A folder that holds all there is of a run: {@code settings.json}, {@code checkpoints/}, weights, {@code run.json} and
 * {@code report.html}. While it is open no other process begins or goes on with a run in it.
 */
public final class RunFolder implements AutoCloseable {
    /** The weights that the run is about. */
    public static final String MODEL = "model.safetensors";
    private static final String WEIGHTS = ".safetensors";
    /** The report for people. */
    public static final String REPORT = "report.html";

    private final Path path;
    private final RunSettings settings;
    private final RunLock lock;
    private final boolean resumed;
    private final @Nullable String doubt;

    RunFolder(Path path, RunSettings settings, RunLock lock, boolean resumed, @Nullable String doubt) {
        this.doubt = doubt;
        this.path = path;
        this.settings = settings;
        this.lock = lock;
        this.resumed = resumed;
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

    /** What cannot be promised of a run that goes on, in one line; empty if nothing. */
    public Optional<String> doubt() {
        return Optional.ofNullable(doubt);
    }

    /** The checkpoints of one of the run's trainings. */
    public Checkpoints checkpoints(String training) {
        return new Checkpoints(path.resolve(RunContents.CHECKPOINTS), training);
    }

    /** Whether runs write a file of that name: overwriting deletes no others. */
    public static boolean writes(String name) {
        return RunContents.isOurs(name);
    }

    /**
     * A file of the run.
     *
     * @throws IllegalArgumentException if runs write none of that name: overwriting would not delete it
     */
    public Path file(String name) {
        if (!writes(name)) {
            throw new IllegalArgumentException("run folder: expected a file that runs write, got " + name);
        }
        return path.resolve(name);
    }

    /** Writes weights as other programs read them: PyTorch's names and layout. */
    public void writeModel(String file, Parameters parameters, Map<String, String> metadata) {
        SafetensorsFile.write(file(file), parameters.toWeights(file).tensors(), metadata);
    }

    /** Name of the packed file beside that of weights. */
    public static String packed(String file) {
        return file.replace(WEIGHTS, ".packed" + WEIGHTS);
    }

    /**
     * Writes the packed file beside that of weights.
     *
     * @throws IllegalArgumentException in one line, if there is something that the format has no place for
     */
    public PackedSize writePacked(String file, PackedNetwork network) {
        return PackedFile.write(file(packed(file)), network);
    }

    /** Writes {@code run.json} and {@code report.html}. */
    public void writeReport(RunReport report) {
        JsonFiles.write(file("run.json"), report);
        HtmlReport.write(file(REPORT), report);
    }

    /** Lets other processes in. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
