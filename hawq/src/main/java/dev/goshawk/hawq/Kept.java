package dev.goshawk.hawq;

import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.report.JsonFiles;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A measurement as an earlier process of the same run left it.
 *
 * @param checksum of the others
 * @param key what it was measured with, where the run's settings do not say so
 * @param value the measurement
 */
public record Kept(String checksum, String key, JsonNode value) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Writes a measurement, whole or not at all. */
    public static void write(Path file, String key, Object value) {
        JsonNode node = JSON.valueToTree(value);
        JsonFiles.write(file, new Kept(checksum(key, node), key, node));
    }

    /**
     * What is in the file, or null where there is none, it is of another key, or it is damaged, which a note says: it is measured again
     * then.
     */
    public static <T> @Nullable T read(Path file, String key, Class<T> type, Consumer<String> notes) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            @Nullable Kept kept = JsonFiles.read(file, Kept.class);
            if (kept != null && checksum(kept.key, kept.value).equals(kept.checksum)) {
                return key.equals(kept.key) ? JSON.treeToValue(kept.value, type) : null;
            }
        } catch (IllegalArgumentException | UncheckedIOException | JacksonException e) {
            // Told below, as for any other damage.
        }
        notes.accept(file + ": is damaged and is computed again");
        return null;
    }

    private static String checksum(@Nullable String key, @Nullable JsonNode value) {
        return new Fingerprint().add(String.valueOf(key)).add(JSON.writeValueAsString(value)).text();
    }
}
