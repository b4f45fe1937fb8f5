package dev.goshawk.hawq.run;

import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.run.RunFolderException.Problem;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run that is about to begin or to go on. Everything that can be refused is refused here, before any work and without a trace; a
 * run that is in the folder already is locked from now on, a new folder is made by {@link #begin} alone.
 */
public final class RunStart implements AutoCloseable {
    private final Path wanted;
    /** Whether another name does as well where the wanted one is taken. */
    private final boolean anyName;
    private final boolean overwrite;
    private final @Nullable RunSettings resumed;
    private boolean anyBuild;
    private @Nullable RunLock lock;

    private RunStart(Path wanted, boolean anyName, boolean overwrite, @Nullable RunSettings resumed,
            @Nullable RunLock lock) {
        this.wanted = wanted;
        this.anyName = anyName;
        this.overwrite = overwrite;
        this.resumed = resumed;
        this.lock = lock;
    }

    /**
     * A run in a new or empty folder.
     *
     * @throws IOException in one line, if the folder cannot be made, is in use or holds anything
     */
    public static RunStart create(Path path) throws IOException {
        return create(path, false, Map.of());
    }

    /**
     * The run in a folder, to go on with.
     *
     * @throws IOException in one line, if there is none or it is in use
     */
    public static RunStart resume(Path path) throws IOException {
        return resume(path, Map.of());
    }

    /**
     * The run in a folder, to go on with, or a new one where there is none.
     *
     * @throws IOException in one line, if the folder cannot be made, is in use or holds something else
     */
    public static RunStart createOrResume(Path path) throws IOException {
        return Files.exists(path.resolve(RunContents.SETTINGS)) ? resume(path) : create(path);
    }

    /**
     * A run in a new or empty folder.
     *
     * @param overwrite whether a run that the folder holds may be deleted
     * @param sources files and folders that the run reads, by what they are; none may be in a folder that is to be deleted
     * @throws IOException in one line, if the folder cannot be made, is in use or holds something else
     */
    public static RunStart create(Path path, boolean overwrite, Map<String, Path> sources) throws IOException {
        if (path.toString().isEmpty()) {
            throw new InvalidSettingException(Setting.RUN_FOLDER, "a folder for the run", "an empty name");
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new RunFolderException(path, Problem.NOT_WRITABLE,
                    path + ": is a file, expected a folder for the run");
        }
        if (!Files.exists(path)) {
            requireCanBeMade(path);
            return new RunStart(path, false, overwrite, null, null);
        }
        requireWritable(path, path);
        if (RunContents.isEmpty(path)) {
            return new RunStart(path, false, overwrite, null, null);
        }
        if (!overwrite) {
            throw new RunFolderException(path, Problem.NOT_EMPTY, path + ": is not empty; ", Setting.RESUME,
                    " goes on with the run in it, ", Setting.OVERWRITE, " deletes it");
        }
        requireDeletable(path, sources);
        return new RunStart(path, false, true, null, RunLock.take(path));
    }

    /** A run in a folder that does not exist yet: the name, or the name with the lowest number after it that is free. */
    public static RunStart fresh(Path wanted) throws IOException {
        requireCanBeMade(wanted);
        return new RunStart(wanted, true, false, null, null);
    }

    private static Path makeFree(Path wanted) throws IOException {
        Path parent = wanted.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Path free = wanted;
        for (int i = 2;; i++) {
            try {
                return Files.createDirectory(free);
            } catch (FileAlreadyExistsException e) {
                free = wanted.resolveSibling(wanted.getFileName() + "-" + i);
            }
        }
    }

    /**
     * The run in a folder, to go on with.
     *
     * @param values some of what it depends on, the rest being checked by {@link #begin}
     * @throws IOException in one line, if there is none, it is in use or was started with other values
     */
    public static RunStart resume(Path path, Map<String, String> values) throws IOException {
        if (!Files.exists(path.resolve(RunContents.SETTINGS))) {
            throw new RunFolderException(path, Problem.NO_RUN,
                    path + ": there is no run to resume (no " + RunContents.SETTINGS + ")");
        }
        requireWritable(path, path);
        RunSettings settings = RunSettings.read(path.resolve(RunContents.SETTINGS));
        settings.requireValues(path, values, false);
        return new RunStart(path, false, false, settings, RunLock.take(path));
    }

    /** Lets a run go on that another build of Goshawk began: its results are then those of no build alone. */
    public RunStart acceptOtherBuilds() {
        anyBuild = true;
        return this;
    }

    /**
     * Passes if the run is new, or this process computes the bits of the one that began it; {@link #begin} asks as well.
     *
     * @throws IOException in one line naming what differs
     */
    public void requireEngine(Engine engine) throws IOException {
        if (resumed != null) {
            resumed.requireEngine(wanted, engine.values(), anyBuild);
        }
    }

    private static void requireCanBeMade(Path path) throws IOException {
        Path there = path.toAbsolutePath();
        while (there != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
            there = there.getParent();
        }
        if (there != null && Files.isSymbolicLink(there) && !Files.exists(there)) {
            throw new RunFolderException(path, Problem.NOT_WRITABLE,
                    path + ": cannot be made (" + there + " is a link to nothing)");
        }
        if (there == null) {
            throw new RunFolderException(path, Problem.NOT_WRITABLE, path + ": cannot be made");
        }
        requireWritable(path, there);
    }

    private static void requireWritable(Path path, Path there) throws IOException {
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new RunFolderException(path, Problem.NOT_WRITABLE, path + ": cannot be "
                    + (path.equals(there) ? "written" : "made") + " (" + there
                    + " is not a folder that can be written)");
        }
    }

    private static void requireDeletable(Path path, Map<String, Path> sources) throws IOException {
        if (!Files.isRegularFile(path.resolve(RunContents.SETTINGS), LinkOption.NOFOLLOW_LINKS)) {
            throw new RunFolderException(path, Problem.NO_RUN,
                    path + ": holds no run (no " + RunContents.SETTINGS + "), so ", Setting.OVERWRITE,
                    " does not delete it");
        }
        Path real = path.toRealPath();
        for (Map.Entry<String, Path> source : sources.entrySet()) {
            if (Files.exists(source.getValue()) && source.getValue().toRealPath().startsWith(real)) {
                throw new RunFolderException(path, Problem.NOT_DELETABLE,
                        source.getKey() + " " + source.getValue() + ": is in " + path + ", which ", Setting.OVERWRITE,
                        " deletes; copy it elsewhere, or choose another ", Setting.RUN_FOLDER);
            }
        }
        Optional<Path> stranger = RunContents.firstStranger(path);
        if (stranger.isPresent()) {
            throw new RunFolderException(path, Problem.NOT_DELETABLE,
                    path + ": holds " + path.relativize(stranger.get()) + ", which no run wrote, so ",
                    Setting.OVERWRITE,
                    " does not delete it; move it elsewhere, or choose another ", Setting.RUN_FOLDER);
        }
        try {
            RunSettings.read(path.resolve(RunContents.SETTINGS));
        } catch (IOException e) {
            throw new RunFolderException(path, Problem.NO_RUN, e, path + ": holds no run that ", Setting.OVERWRITE,
                    " could delete: ", e);
        }
    }

    /**
     * Begins the run, or takes it up again; the lock goes over to the folder returned.
     *
     * @param command the command line, for people
     * @param values everything the results depend on, by name
     * @param contents fingerprints of everything the run reads
     * @param engine what else decides the results' bits
     * @throws IOException in one line, if the folder cannot be written, a second run was quicker, or a run that goes on was
     *         started with anything else
     */
    public RunFolder begin(String command, Map<String, String> values, Map<String, String> contents, Engine engine)
            throws IOException {
        RunLock held = lock;
        Path path = wanted;
        if (held == null) {
            path = anyName ? makeFree(wanted) : Files.createDirectories(wanted);
            held = RunLock.take(path);
            lock = held;
            if (!RunContents.isEmpty(path)) {
                throw new RunFolderException(path, Problem.IN_USE,
                        path + ": another run began there meanwhile; choose another ", Setting.RUN_FOLDER);
            }
        }
        RunSettings now = new RunSettings(
                OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString(), command,
                values, contents, engine.values());
        if (resumed != null) {
            resumed.require(path, now, anyBuild);
            RunContents.deleteTemporary(path);
        } else {
            if (overwrite) {
                RunContents.delete(path);
            }
            JsonFiles.write(path.resolve(RunContents.SETTINGS), now);
        }
        lock = null;
        Path begun = path;
        return new RunFolder(path, resumed == null ? now : resumed, held, resumed != null,
                resumed == null ? null : resumed.doubt(now).map(why -> begun + ": this run " + why).orElse(null));
    }

    /** Ends the lock of a run that was not begun. */
    @Override
    public void close() throws IOException {
        RunLock held = lock;
        if (held != null) {
            lock = null;
            held.close();
        }
    }
}
