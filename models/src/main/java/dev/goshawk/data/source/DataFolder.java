package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.files.RegularFile;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Paths in a data folder, and what a folder holds. */
final class DataFolder {
    /** What programs of other systems leave behind: macOS in archives, Synology for previews. */
    private static final Set<String> LEFT_BEHIND = Set.of("__MACOSX", "@eaDir");
    private static final String CURRENT = ".";

    private DataFolder() {
    }

    /** Fails where there is no such folder. */
    static void require(Path root) {
        if (!Files.isDirectory(root)) {
            throw new DataException(root + (Files.exists(root) ? ": is not a folder" : ": no such data folder"));
        }
    }

    /**
     * A split's path relative to the data folder, with {@code /} between its parts; {@code .} for the folder itself.
     *
     * @param split a path as a user writes it
     * @throws DataException if it leads out of the data folder
     */
    static String splitName(Path root, String split) {
        if (split.equals(CURRENT) || split.equals(CURRENT + "/")) {
            return CURRENT;
        }
        List<String> parts = parts(root, split);
        if (parts.isEmpty()) {
            throw new DataException(root + ": the split '" + split
                    + "' is no path inside the data folder, expected the "
                    + "name of a folder in it" + (Files.isDirectory(root) ? ", such as one of " + folders(root) : ""));
        }
        return String.join("/", parts);
    }

    /** The folder of a split, which is there. */
    static Path split(Path root, String split) {
        require(root);
        Path folder = root.resolve(splitName(root, split));
        if (!Files.isDirectory(folder)) {
            throw new DataException(root + ": has no split '" + split + "', its folders are " + folders(root)
                    + (CifarBinary.isPresent(root)
                            ? "; CIFAR-10's batches, which it holds, are read for networks of 32 x 32 images"
                            : ""));
        }
        return folder;
    }

    /**
     * The parts of a path relative to the data folder, without {@code .} and {@code ..}.
     *
     * @param path relative to the folder or absolute; {@code \} parts as {@code /} does, unless a file is named so
     * @return nothing if the path leads out of the folder, or cannot be one
     */
    static List<String> parts(Path root, String path) {
        try {
            String relative = Path.of(path).isAbsolute() ? relative(root, Path.of(path)) : path;
            if (relative.indexOf('\\') >= 0 && !Files.exists(root.resolve(relative))) {
                relative = relative.replace('\\', '/');
            }
            Deque<String> parts = new ArrayDeque<>();
            for (String part : relative.split("/", -1)) {
                if (part.chars().anyMatch(Character::isISOControl)) {
                    return List.of();
                }
                if (part.equals("..")) {
                    if (parts.pollLast() == null) {
                        return List.of();
                    }
                } else if (!part.isEmpty() && !part.equals(".")) {
                    parts.add(part);
                }
            }
            return List.copyOf(parts);
        } catch (InvalidPathException | IOException e) {
            return List.of();
        }
    }

    private static String relative(Path root, Path absolute) throws IOException {
        Path path = absolute.normalize();
        for (Path folder : List.of(root.toAbsolutePath().normalize(), root.toRealPath())) {
            if (path.startsWith(folder)) {
                return folder.relativize(path).toString();
            }
        }
        return "..";
    }

    static boolean isImageName(String file) {
        String lower = file.toLowerCase(Locale.ROOT);
        return lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png");
    }

    /** Names of wanted entries of a folder, sorted; hidden ones and what other systems leave behind are passed over. */
    static List<String> entries(Path folder, Predicate<Path> wanted) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(folder::relativize).filter(f -> !isHidden(f.toString())).filter(wanted)
                    .map(f -> text(folder, f)).sorted().toList();
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed (" + RegularFile.reason(e) + ")", e);
        }
    }

    private static boolean isHidden(String name) {
        return name.startsWith(".") || LEFT_BEHIND.contains(name);
    }

    /** The name as text that leads to the file again: on Linux a name may be any bytes. */
    private static String text(Path folder, Path name) {
        String text = name.toString();
        try {
            if (folder.resolve(text).equals(folder.resolve(name))) {
                return text;
            }
        } catch (InvalidPathException _) {
            // As if it led nowhere.
        }
        throw new DataException(folder + ": holds a file name, '" + text + "', that is no text in "
                + Charset.forName(System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()))
                + ": rename it, or set LC_ALL=C.UTF-8");
    }

    /** Names of the folders in a folder, sorted. */
    static List<String> folders(Path folder) {
        return entries(folder, f -> Files.isDirectory(folder.resolve(f)));
    }

    /** Names of the image files in a folder, sorted. */
    static List<String> images(Path folder) {
        return entries(folder, f -> isImageName(f.toString()) && !Files.isDirectory(folder.resolve(f)));
    }
}
