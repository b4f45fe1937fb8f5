package dev.goshawk.hawq.run;

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
    /** What a process that was killed while it wrote a file left of it. */
    private static final Pattern TEMPORARY = Pattern.compile("\\.(?<file>.+?)(\\.\\d+-\\d+)?\\.tmp");

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
                && (name(p).equals(LOCK) || TEMPORARY.matcher(name(p)).matches() && isFile(p)));
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
        List<Path> all = new ArrayList<>(entries(folder).stream().filter(RunContents::isFile).toList());
        Path checkpoints = folder.resolve(CHECKPOINTS);
        if (Files.isDirectory(checkpoints)) {
            entries(checkpoints).stream().filter(RunContents::isCheckpoint).forEach(all::add);
        }
        for (Path p : all) {
            if (TEMPORARY.matcher(name(p)).matches()) {
                Files.deleteIfExists(p);
            }
        }
    }

    private static boolean isFile(Path p) {
        return isRegular(p) && (FILES.contains(written(p)) || name(p).equals(LOCK));
    }

    private static boolean isCheckpoint(Path p) {
        return isRegular(p) && CHECKPOINT.matcher(written(p)).matches();
    }

    private static boolean isRegular(Path p) {
        return Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS);
    }

    /** The file's name, or that of the one it was to become. */
    private static String written(Path p) {
        var temporary = TEMPORARY.matcher(name(p));
        return temporary.matches() ? temporary.group("file") : name(p);
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
