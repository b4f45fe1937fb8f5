package dev.goshawk.hawq;

import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.report.JsonFiles;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The curvature as an earlier process of the same run left it.
 *
 * @param checksum of the curvature
 */
public record KeptCurvature(String checksum, Curvature curvature) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static void write(Path file, Curvature curvature) {
        JsonFiles.write(file, new KeptCurvature(checksum(curvature), curvature));
    }

    /** What is in the file, or null where there is none or it is damaged, which a note says: it is computed again then. */
    static @Nullable Curvature read(Path file, Consumer<String> notes) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            @Nullable KeptCurvature kept = JsonFiles.read(file, KeptCurvature.class);
            if (kept != null && checksum(kept.curvature).equals(kept.checksum)) {
                return kept.curvature;
            }
        } catch (IllegalArgumentException | UncheckedIOException e) {
            // Told below, as for any other damage.
        }
        notes.accept(file + ": is damaged and is computed again");
        return null;
    }

    private static String checksum(@Nullable Curvature curvature) {
        return new Fingerprint().add(JSON.writeValueAsString(curvature)).text();
    }
}
