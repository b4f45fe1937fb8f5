package dev.goshawk.onnx.format;

import dev.goshawk.files.RegularFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Weights in a file beside the model. Only regular files in the model's own folder, or below it, are opened. */
final class ExternalData {
    private ExternalData() {
    }

    /**
     * The bytes of a tensor.
     *
     * @param entries {@code location}, relative to the folder; {@code offset} and {@code length} in bytes, both optional
     * @param bytes what the tensor's shape and type need
     */
    static ByteBuffer read(Path folder, Map<String, String> entries, long bytes) {
        String location = entries.getOrDefault("location", "");
        try {
            Path file = folder.resolve(location).normalize();
            if (location.isEmpty() || Path.of(location).isAbsolute() || !file.startsWith(folder.normalize())
                    || !file.toRealPath().startsWith(folder.toRealPath())) {
                throw new OnnxException("external data " + OnnxException.quoted(location)
                        + ": expected a path within the model's folder");
            }
            long size = size(file, location);
            long offset = number(entries, "offset", 0);
            long length = number(entries, "length", bytes);
            if (length != bytes || offset < 0 || offset > size - bytes || bytes > Integer.MAX_VALUE) {
                throw new OnnxException("external data " + OnnxException.quoted(location) + ": expected " + bytes
                        + " bytes, got " + length + " at " + offset + " of " + size);
            }
            ByteBuffer buffer = ByteBuffer.allocate((int) bytes);
            try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                channel.position(offset);
                while (buffer.hasRemaining()) {
                    if (channel.read(buffer) < 0) {
                        throw new EOFException();
                    }
                }
            }
            return buffer.flip();
        } catch (IOException | InvalidPathException e) {
            throw new OnnxException("external data " + OnnxException.quoted(location) + ": cannot be read ("
                    + (e instanceof NoSuchFileException
                            ? "no such file"
                            : e instanceof EOFException ? "became shorter meanwhile" : e.getClass().getSimpleName())
                    + ")", e);
        }
    }

    private static long size(Path file, String location) {
        try {
            return RegularFile.size(file);
        } catch (IOException e) {
            throw new OnnxException("external data " + OnnxException.quoted(location) + ": " + e.getMessage(), e);
        }
    }

    private static long number(Map<String, String> entries, String key, long otherwise) {
        String text = entries.get(key);
        try {
            return text == null ? otherwise : Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new OnnxException("external data: " + key + ": expected a number, got "
                    + OnnxException.quoted(text), e);
        }
    }
}
