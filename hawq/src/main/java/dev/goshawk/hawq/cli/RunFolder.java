package dev.goshawk.hawq.cli;

import dev.goshawk.hawq.finetune.Checkpoints;
import dev.goshawk.hawq.report.HtmlReport;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.models.Parameters;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A folder that holds all there is of a run: {@code settings.json}, {@code checkpoints/}, weights, {@code run.json} and
 * {@code report.html}.
 */
final class RunFolder {
    private static final String SETTINGS = "settings.json";
    private static final String CHECKPOINTS = "checkpoints";

    private final Path path;
    private final Settings settings;

    /**
     * What a run was started with.
     *
     * @param created when, ISO 8601
     * @param command the command line
     * @param values everything its results depend on, by name
     */
    record Settings(String created, String command, Map<String, String> values) {
    }

    private RunFolder(Path path, Settings settings) {
        this.path = path;
        this.settings = settings;
    }

    /**
     * Finds out, without a trace, whether a run can begin in a folder.
     *
     * @param overwrite whether a run that the folder holds may be deleted
     * @throws IOException in one line, if the folder cannot be made or holds something else
     */
    static void check(Path path, boolean overwrite) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new IOException(path + ": is a file, expected a folder for the run");
        }
        if (Files.isDirectory(path) && !isEmpty(path)) {
            if (!overwrite) {
                throw new IOException(
                        path + ": is not empty; --resume goes on with the run in it, --overwrite deletes it");
            }
            if (!Files.exists(path.resolve(SETTINGS))) {
                throw new IOException(path + ": holds no run (no " + SETTINGS + "), so --overwrite does not delete it");
            }
        }
        Path there = path.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new IOException(path + ": cannot be made (" + there + " is no folder that can be written)");
        }
    }

    /**
     * Begins a run in a new or empty folder.
     *
     * @param overwrite whether a run that the folder holds may be deleted
     * @throws IOException in one line, if the folder cannot be written or holds something else
     */
    static RunFolder create(Path path, boolean overwrite, String command, Map<String, String> values)
            throws IOException {
        check(path, overwrite);
        if (Files.isDirectory(path) && !isEmpty(path)) {
            delete(path);
        }
        Settings settings = new Settings(
                OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString(), command,
                values);
        try {
            Files.createDirectories(path.resolve(CHECKPOINTS));
        } catch (IOException e) {
            throw new IOException(path + ": cannot be made (" + ErrorLines.oneLine(e) + ")", e);
        }
        JsonFiles.write(path.resolve(SETTINGS), settings);
        return new RunFolder(path, settings);
    }

    /**
     * Goes on with a run.
     *
     * @throws IOException if there is none, or it was started with other settings; the message names the first that
     *     differs
     */
    static RunFolder resume(Path path, Map<String, String> values) throws IOException {
        if (!Files.exists(path.resolve(SETTINGS))) {
            throw new IOException(path + ": there is no run to resume (no " + SETTINGS + ")");
        }
        Settings settings = JsonFiles.read(path.resolve(SETTINGS), Settings.class);
        for (Map.Entry<String, String> e : values.entrySet()) {
            String before = settings.values().get(e.getKey());
            if (!Objects.equals(before, e.getValue())) {
                throw new IOException(
                        path + ": cannot be resumed with " + e.getKey() + " " + e.getValue() + ", it was started with "
                                + before);
            }
        }
        removeLeftovers(path);
        return new RunFolder(path, settings);
    }

    /** A folder that does not exist yet: the name, or the name with the lowest number after it that is free. */
    static Path nextFree(Path wanted) {
        Path free = wanted;
        for (int i = 2; Files.exists(free); i++) {
            free = wanted.resolveSibling(wanted.getFileName() + "-" + i);
        }
        return free;
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> tree = Files.walk(folder)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path p : all) {
            Files.delete(p);
        }
    }

    /** What a process that was killed while writing left behind. */
    private static void removeLeftovers(Path folder) throws IOException {
        List<Path> left;
        try (Stream<Path> tree = Files.walk(folder, 2)) {
            left = tree.filter(p -> p.getFileName().toString().matches("\\..*\\.tmp")).toList();
        }
        for (Path p : left) {
            Files.deleteIfExists(p);
        }
    }

    Path path() {
        return path;
    }

    Settings settings() {
        return settings;
    }

    /** The checkpoints of one of the run's trainings. */
    Checkpoints checkpoints(String training) {
        return new Checkpoints(path.resolve(CHECKPOINTS), training);
    }

    /** A file of the run. */
    Path file(String name) {
        return path.resolve(name);
    }

    /** Writes weights as other programs read them: PyTorch's names and layout. */
    void writeModel(String file, Parameters parameters, Map<String, String> metadata) {
        SafetensorsFile.write(path.resolve(file), parameters.toWeights(file).tensors(), metadata);
    }

    /** Writes {@code run.json} and {@code report.html}. */
    void writeReport(RunReport report) {
        JsonFiles.write(path.resolve("run.json"), report);
        HtmlReport.write(path.resolve("report.html"), report);
    }
}
