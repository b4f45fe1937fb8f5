package dev.goshawk.hawq.cli;

import dev.goshawk.weights.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A JSON file named on the command line: tried before the work, written whole or not at all after it. */
final class JsonFile {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private JsonFile() {
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Finds out now whether the file can be written later; leaves no trace.
     *
     * @param target the file, or null for none
     * @throws IOException in one line, if it cannot
     */
    static void check(@Nullable Path target) throws IOException {
        if (target == null) {
            return;
        }
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(target)) {
            throw new IOException(target + ": is a folder, expected a file to write");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(target + ": cannot be written, there is no folder " + folder);
        }
        try {
            Files.delete(Files.createTempFile(folder, ".goshawk", ".tmp"));
        } catch (IOException e) {
            throw new IOException(target + ": cannot be written (" + ErrorLines.oneLine(e) + ")", e);
        }
    }

    /** Writes the file; does nothing for null. */
    static void write(@Nullable Path target, JsonNode content) throws IOException {
        if (target == null) {
            return;
        }
        String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
        try {
            AtomicFile.write(target, out -> writeFully(out, text));
        } catch (IOException e) {
            throw new IOException(target + ": cannot be written (" + ErrorLines.oneLine(e) + ")", e);
        }
    }

    private static void writeFully(WritableByteChannel out, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
