package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.Kept;
import dev.goshawk.hawq.run.RunSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The parts of a result that are finished, in a file beside it until all are: a command that is killed goes on after the last of them.
 * Numbers keep every bit.
 */
public final class FinishedParts {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES).build();

    private final RunSettings settings;
    private final Map<String, JsonNode> parts;
    private final Consumer<String> notes;
    /** Null where nothing is kept. */
    private final @Nullable Path file;
    /** False once the file could not be written. */
    private boolean writes = true;
    /** How many parts the file holds; asked for by the thread that ends the process too. */
    private volatile int kept;

    /** What the file holds. */
    record Content(RunSettings settings, Map<String, JsonNode> parts) {
    }

    private FinishedParts(@Nullable Path file, RunSettings settings, Map<String, JsonNode> parts,
            Consumer<String> notes) {
        this.file = file;
        this.settings = settings;
        this.parts = parts;
        this.kept = parts.size();
        this.notes = notes;
    }

    /** The file that is kept beside a result. */
    static Path beside(Path result) {
        return result.resolveSibling(result.getFileName() + ".parts");
    }

    /**
     * Reads what is there.
     *
     * @param file null if nothing is to be kept
     * @param settings what the parts depend on
     * @param anyBuild whether parts of another build of Goshawk will do
     * @param notes told where the file is damaged, or cannot be written
     * @throws IOException in one line, if the parts depend on something else
     */
    public static FinishedParts open(@Nullable Path file, RunSettings settings, boolean anyBuild,
            Consumer<String> notes)
            throws IOException {
        Content content = file == null ? null : Kept.read(file, "", Content.class, notes);
        Map<String, JsonNode> parts = new LinkedHashMap<>();
        if (file != null && content != null) {
            if (content.settings.engine().isEmpty()) {
                throw new IOException(
                        file + ": was kept by an earlier version, which did not say what computed it; delete the "
                                + "file to begin from the start");
            }
            content.settings.require(file, settings, anyBuild);
            content.settings.doubt(settings).ifPresent(why -> notes.accept(file + ": " + why));
            parts.putAll(content.parts);
        }
        return new FinishedParts(file, settings, parts, notes);
    }

    /** How many of them are in the file, from which another process goes on. */
    int kept() {
        return kept;
    }

    /** What fraction of so many parts they are. */
    public double share(int all) {
        return (double) parts.size() / all;
    }

    /** Whether a part is finished. */
    public boolean has(String name) {
        return parts.containsKey(name);
    }

    /**
     * A part that is finished.
     *
     * @throws UncheckedIOException in one line, if another build kept a part of other numbers
     */
    public <T> T get(String name, Class<T> type) {
        try {
            return JSON.treeToValue(Objects.requireNonNull(parts.get(name), name), type);
        } catch (JacksonException e) {
            throw new UncheckedIOException(new IOException(
                    file + ": '" + name
                            + "' was kept by a version that computed other numbers; delete the file to begin from "
                            + "the start",
                    e));
        }
    }

    /** A part: as it was kept, or computed now, and kept. */
    public <T> T get(String name, Class<T> type, Supplier<T> computation) {
        if (has(name)) {
            return get(name, type);
        }
        T part = computation.get();
        put(name, part);
        return part;
    }

    /** Keeps a part. */
    public void put(String name, Object part) {
        parts.put(name, JSON.valueToTree(part));
        if (file == null || !writes) {
            return;
        }
        try {
            Kept.write(file, "", new Content(settings, parts));
            kept = parts.size();
        } catch (UncheckedIOException e) {
            notes.accept(e.getMessage() + "; finished parts are no longer kept");
            writes = false;
        }
    }

    /** Lets go of what is kept: the result is written. */
    void delete() {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            notes.accept(file + ": cannot be deleted, which does no harm to the result (" + e.getMessage() + ")");
        }
    }
}
