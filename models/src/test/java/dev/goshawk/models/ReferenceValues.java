package dev.goshawk.models;

import dev.goshawk.weights.GoshawkData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What PyTorch computed in float64: two networks' values are resources of the tests, the others lie in the data folder. */
public final class ReferenceValues {
    private ReferenceValues() {
    }

    /** A file of values by its name, such as {@code resnet18_seed7.json}; a skipped test where only the data folder has it. */
    public static JsonNode read(String file) {
        try (InputStream resource = ReferenceValues.class.getResourceAsStream("/reference/" + file)) {
            byte[] json = resource != null
                    ? resource.readAllBytes()
                    : Files.readAllBytes(GoshawkData.require().resolve("reference").resolve(file));
            return JsonMapper.shared().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
