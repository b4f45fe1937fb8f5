package dev.goshawk.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads regular files and nothing else: a named pipe may never have a writer, and a device never end. What is read is
 * bounded by the length that was checked. Messages say what is wrong without naming the file.
 */
public final class RegularFile {
    private RegularFile() {
    }

    /**
     * The file's length in bytes, links followed.
     *
     * @throws IOException if it is no regular file that is there
     */
    public static long size(Path file) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new IOException(Files.isSymbolicLink(file)
                    ? "is a link to " + Printable.name(Files.readSymbolicLink(file)) + ", which is not there"
                    : "no such file", e);
        } catch (IOException e) {
            throw new IOException(reason(e), e);
        }
        if (attributes.isDirectory()) {
            throw new IOException("is a folder, expected a file");
        }
        if (!attributes.isRegularFile()) {
            throw new IOException("is a named pipe, a device or another special file, expected a regular file");
        }
        return attributes.size();
    }

    /**
     * The whole file.
     *
     * @param longest bytes it may have, below 2 GiB
     * @throws IOException if it is no regular file, longer or cannot be read
     */
    public static byte[] read(Path file, long longest) throws IOException {
        long size = size(file);
        if (size > longest) {
            throw new IOException("is " + size + " bytes long, expected at most " + longest);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(Math.toIntExact(size));
        } catch (IOException e) {
            throw new IOException(reason(e), e);
        }
    }

    /** What a file system's exception says, without Java's names and without the file's. */
    public static String reason(IOException e) {
        return Printable.shown(OutputTarget.reason(e).strip());
    }
}
