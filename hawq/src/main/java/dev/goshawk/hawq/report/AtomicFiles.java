package dev.goshawk.hawq.report;

import dev.goshawk.weights.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes small files of a report through {@link AtomicFile}, making their folder. */
public final class AtomicFiles {
    private AtomicFiles() {
    }

    /**
     * Writes the file whole or not at all; its folder is created where missing.
     *
     * @throws UncheckedIOException if it cannot; the earlier file, if any, is untouched and nothing is left behind
     */
    public static void write(Path file, byte[] content) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException("cannot write " + file + ": expected a file, got a root folder");
        }
        try {
            Files.createDirectories(folder);
            AtomicFile.write(file, out -> {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": expected a writable folder with room, got "
                    + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
