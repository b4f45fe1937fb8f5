package dev.goshawk.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where an output path leads: symbolic links are followed to their end, which need not exist, so that a link stays a link
 * and what it points to is replaced.
 *
 * @param kind what is there
 * @param path the path without links; of a descriptor the one that opens it
 */
record OutputTarget(Kind kind, Path path) {
    /** A longer chain of links is a loop. */
    private static final int MOST_LINKS = 40;
    private static final Path DESCRIPTORS = Path.of("/dev/fd");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /** How a target is written. */
    enum Kind {
        /** A regular file, or none yet: replaced as a whole. */
        FILE,
        /** A device, a named pipe or a socket: written through. */
        SPECIAL,
        /** One of this process's open files ({@code /dev/stdout}, {@code /dev/fd/3}): written through, at its end. */
        DESCRIPTOR
    }

    /**
     * Follows a path.
     *
     * @throws IOException if it is a folder, lies in none or its links go in a circle; the message says which
     */
    static OutputTarget of(Path output) throws IOException {
        if (output.toString().isEmpty()) {
            throw new IOException("the name is empty, expected a file to write");
        }
        Path path = output.toAbsolutePath();
        for (int links = 0; links < MOST_LINKS; links++) {
            Path name = path.getFileName();
            Path folder = path.getParent();
            if (name == null || folder == null) {
                throw isFolder();
            }
            if (!Files.isDirectory(folder)) {
                throw new IOException(Files.exists(folder)
                        ? folder + " is a file, expected a folder"
                        : "there is no folder " + folder);
            }
            Path real = folder.toRealPath();
            Path file = name.toString().equals(".") || name.toString().equals("..")
                    ? real.resolve(name).normalize()
                    : real.resolve(name);
            if (Files.isDirectory(DESCRIPTORS) && real.equals(DESCRIPTORS.toRealPath())
                    && NUMBER.matcher(name.toString()).matches()) {
                if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException("no file is open under that number");
                }
                return new OutputTarget(Kind.DESCRIPTOR, file);
            }
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                throw isFolder();
            }
            if (!Files.isSymbolicLink(file)) {
                boolean plain = Files.isRegularFile(file) || Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
                return new OutputTarget(plain ? Kind.FILE : Kind.SPECIAL, file);
            }
            path = real.resolve(Files.readSymbolicLink(file));
        }
        throw new IOException("symbolic links go in a circle");
    }

    private static IOException isFolder() {
        return new IOException("is a folder, expected a file to write");
    }

    /** The number of a descriptor. */
    int descriptor() {
        return Integer.parseInt(String.valueOf(path.getFileName()));
    }

    /** What a file system's exception says, without Java's names. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemLoopException _ -> "symbolic links go in a circle";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            case FileSystemException _ -> "the file system refuses it";
            default -> e.getMessage() == null ? "the file system refuses it" : e.getMessage();
        };
    }
}
