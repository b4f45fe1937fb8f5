package dev.goshawk.hawq.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.goshawk.files.AtomicFile;
import dev.goshawk.json.JsonModule;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Records to JSON files and back. Null components are left out; numbers keep every bit. */
public final class JsonFiles {
    private JsonFiles() {
    }

    /**
     * Writes a value, whole or not at all; the file's folder is made where it is missing.
     *
     * @throws UncheckedIOException if the file cannot be written
     * @throws IllegalArgumentException if the value has no JSON form
     */
    public static void write(Path file, Object value) {
        JsonModule.require();
        byte[] bytes = Jackson.bytes(file, value);
        try {
            AtomicFile.writeMakingFolder(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * Reads a value.
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if it is not JSON of that type
     */
    public static <T> T read(Path file, Class<T> type) {
        JsonModule.require();
        try {
            return Jackson.parse(file, Files.readAllBytes(file), type);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": expected a readable file, got "
                    + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    /** Apart, because merely loading these methods loads Jackson. */
    private static final class Jackson {
        private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT)
                .changeDefaultPropertyInclusion(
                        inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
                .build();

        static byte[] bytes(Path file, Object value) {
            try {
                ByteArrayOutputStream text = new ByteArrayOutputStream();
                MAPPER.writeValue(text, value);
                text.write('\n');
                return text.toByteArray();
            } catch (JacksonException e) {
                throw new IllegalArgumentException("cannot write " + file + ": expected a value with a JSON form, got "
                        + value.getClass().getSimpleName() + ": " + e.getOriginalMessage(), e);
            }
        }

        static <T> T parse(Path file, byte[] json, Class<T> type) {
            try {
                return MAPPER.readValue(json, type);
            } catch (JacksonException e) {
                String message = e.getOriginalMessage();
                throw new IllegalArgumentException("cannot read " + file + ": expected JSON of a "
                        + type.getSimpleName() + ", got: "
                        + (message == null ? "no content" : message.lines().findFirst().orElse("")), e);
            }
        }
    }
}
