package dev.goshawk.hawq.run;

import dev.goshawk.files.AtomicFile;
import dev.goshawk.hawq.method.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that runs write, all of them: what else is in a run's folder is somebody's and never deleted. A link is never a run's,
 * wherever it leads.
 */
final class RunContents {
    static final String SETTINGS = "settings.json";
    static final String LOCK = ".lock";
    static final String CHECKPOINTS = "checkpoints";

    private static final Set<String> FILES = files();
    private static final Pattern CHECKPOINT = Pattern.compile("[a-z][a-z0-9-]*-\\d+\\.safetensors");

    private RunContents() {
    }

    private static Set<String> files() {
        Set<String> files = new HashSet<>(Set.of(SETTINGS, "curvature.json", "products.json", "activations.json",
                "run.json", "report.html", RunFolder.MODEL, RunFolder.packed(RunFolder.MODEL)));
        Methods.names().stream().map(name -> name + ".safetensors")
                .forEach(name -> files.addAll(List.of(name, RunFolder.packed(name))));
        return Set.copyOf(files);
    }

    /** Whether a file of that name directly in the folder is a run's. */
    static boolean isOurs(String name) {
        return FILES.contains(name);
    }

    /** The first, by name, that no run wrote; below the folder for what lies in {@code checkpoints}. */
    static Optional<Path> firstStranger(Path folder) throws IOException {
        List<Path> strangers = new ArrayList<>();
        for (Path entry : entries(folder)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && name(entry).equals(CHECKPOINTS)) {
                entries(entry).stream().filter(p -> !isCheckpoint(p)).forEach(strangers::add);
            } else if (!isFile(entry)) {
                strangers.add(entry);
            }
        }
        return strangers.stream().min(Comparator.naturalOrder());
    }

    /** Whether nothing of a run, and nothing else, is in the folder; a lock and half a file do not count. */
    static boolean isEmpty(Path folder) throws IOException {
        return entries(folder).stream().allMatch(p -> isRegular(p)
                && (name(p).equals(LOCK) || AtomicFile.isTemporary(p)));
    }

    /**
     * Deletes what a run wrote, but for the lock. The settings go last: until then the folder is known for a run's.
     *
     * @throws IOException if a file cannot be deleted; a later try goes on
     */
    static void delete(Path folder) throws IOException {
        Path checkpoints = folder.resolve(CHECKPOINTS);
        if (Files.isDirectory(checkpoints, LinkOption.NOFOLLOW_LINKS)) {
            for (Path p : entries(checkpoints)) {
                if (isCheckpoint(p)) {
                    Files.delete(p);
                }
            }
            Files.delete(checkpoints);
        }
        for (Path p : entries(folder)) {
            if (isFile(p) && !name(p).equals(LOCK) && !name(p).equals(SETTINGS)) {
                Files.delete(p);
            }
        }
        Files.deleteIfExists(folder.resolve(SETTINGS));
    }

    /** Deletes what processes that were killed while writing left behind. */
    static void deleteTemporary(Path folder) throws IOException {
        List<Path> all = new ArrayList<>(entries(folder));
        Path checkpoints = folder.resolve(CHECKPOINTS);
        if (Files.isDirectory(checkpoints)) {
            all.addAll(entries(checkpoints));
        }
        for (Path p : all) {
            if (isRegular(p) && AtomicFile.isTemporary(p)) {
                Files.deleteIfExists(p);
            }
        }
    }

    private static boolean isFile(Path p) {
        return isRegular(p) && (FILES.contains(name(p)) || name(p).equals(LOCK) || AtomicFile.isTemporary(p));
    }

    private static boolean isCheckpoint(Path p) {
        return isRegular(p) && (CHECKPOINT.matcher(name(p)).matches() || AtomicFile.isTemporary(p));
    }

    private static boolean isRegular(Path p) {
        return Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS);
    }

    private static String name(Path p) {
        return String.valueOf(p.getFileName());
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
