package dev.goshawk.hawq.run;

import dev.goshawk.hawq.run.RunFolderException.Problem;
import dev.goshawk.hawq.setting.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run was started with.
 *
 * @param created when, ISO 8601
 * @param command the command line
 * @param values options and choices that its results depend on, by name
 * @param contents fingerprints of the files it reads, by what they are
 * @param engine what else decides its bits, {@link Engine#values()}; empty where an earlier version began it, which did not write it
 */
public record RunSettings(String created, String command, Map<String, String> values, Map<String, String> contents,
        Map<String, String> engine) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_BYTES = 1 << 20;
    private static final String ENGINE = "engine";
    private static final Set<String> FIELDS = Set.of("created", "command", "values", "contents", ENGINE);

    /** Nothing is known of the engine where it is null. */
    public RunSettings {
        engine = Objects.requireNonNullElse((@Nullable Map<String, String>) engine, Map.of());
    }

    /**
     * Reads a run's settings.
     *
     * @throws IOException in one line, if the file is not what a run wrote
     */
    static RunSettings read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw damaged(file, "no file");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw damaged(file, Files.size(file) + " bytes");
        }
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw damaged(file, "no whole JSON object");
        }
        if (!root.isObject()) {
            throw damaged(file, root.isMissingNode() ? "nothing" : root.isArray() ? "a list" : "a single value");
        }
        for (String name : new TreeSet<>(root.propertyNames())) {
            if (!FIELDS.contains(name)) {
                throw damaged(file, "an unknown field '" + shown(name) + "'");
            }
        }
        return new RunSettings(text(file, root, "created"), text(file, root, "command"), texts(file, root, "values"),
                texts(file, root, "contents"), root.has(ENGINE) ? texts(file, root, ENGINE) : Map.of());
    }

    private static String text(Path file, JsonNode root, String field) throws IOException {
        JsonNode node = root.get(field);
        if (node == null || !node.isString()) {
            throw damaged(file, node == null ? "no field '" + field + "'" : "'" + field + "' that is no text");
        }
        return node.stringValue();
    }

    private static Map<String, String> texts(Path file, JsonNode root, String field) throws IOException {
        JsonNode node = root.get(field);
        if (node == null || !node.isObject()) {
            throw damaged(file, node == null ? "no field '" + field + "'" : "'" + field + "' that is no object");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : node.properties()) {
            if (!e.getValue().isString()) {
                throw damaged(file, "'" + shown(e.getKey()) + "' in '" + field + "' that is no text");
            }
            texts.put(e.getKey(), e.getValue().stringValue());
        }
        return texts;
    }

    private static IOException damaged(Path file, String got) {
        return new RunFolderException(file, Problem.NO_RUN,
                file + ": expected the settings that a run of this version wrote, got " + got + "; choose another ",
                Setting.RUN_FOLDER);
    }

    private static String shown(String name) {
        String shortened = name.length() <= 40 ? name : name.substring(0, 40) + "...";
        return shortened.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    }

    /**
     * Passes if the given values are those of the run.
     *
     * @param folder of the run, or its file, for the message
     * @param complete whether the run may have no others
     * @throws IOException in one line naming the first that differs
     */
    void requireValues(Path folder, Map<String, String> given, boolean complete) throws IOException {
        require(folder, values, given, complete);
    }

    /**
     * Passes if a process computes the bits of the one that began the run, as far as that is known.
     *
     * @param anyBuild whether another build of Goshawk passes too
     * @throws IOException in one line naming the first that differs
     */
    void requireEngine(Path folder, Map<String, String> now, boolean anyBuild) throws IOException {
        if (engine.isEmpty()) {
            return;
        }
        // Options first: how wide vectors are may follow from one.
        require(folder, part(engine, RunSettings::isOption), part(now, RunSettings::isOption), true);
        require(folder, part(engine, k -> !isOption(k) && !k.equals(Engine.GOSHAWK)),
                part(now, k -> !isOption(k) && !k.equals(Engine.GOSHAWK)), true);
        String then = engine.get(Engine.GOSHAWK);
        if (!anyBuild && then != null && !then.equals(now.get(Engine.GOSHAWK))) {
            throw new RunFolderException(folder, Problem.OTHER_RUN, folder + ": cannot be resumed with Goshawk "
                    + now.get(Engine.GOSHAWK) + ", it was started with " + shown(then) + "; ", Setting.OTHER_BUILD,
                    " goes on all the same, perhaps with other bits");
        }
    }

    private static boolean isOption(String name) {
        return name.startsWith("-");
    }

    private static Map<String, String> part(Map<String, String> values, Predicate<String> names) {
        Map<String, String> part = new LinkedHashMap<>(values);
        part.keySet().removeIf(name -> !names.test(name));
        return part;
    }

    /**
     * Passes if a process would begin the same run.
     *
     * @param anyBuild whether another build of Goshawk passes too
     * @throws IOException in one line naming the first that differs
     */
    public void require(Path file, RunSettings now, boolean anyBuild) throws IOException {
        requireValues(file, now.values, true);
        requireEngine(file, now.engine, anyBuild);
        requireContents(file, now.contents);
    }

    /**
     * What cannot be promised of results that another process goes on with, in one line without the name of what it is about; empty if
     * nothing.
     */
    public Optional<String> doubt(RunSettings now) {
        if (engine.isEmpty()) {
            return Optional.of("was started by an earlier version, which did not record its engine: the result "
                    + "is that of an uninterrupted run only if version, JDK, JVM options and processor are the same");
        }
        String then = engine.get(Engine.GOSHAWK);
        String here = now.engine.get(Engine.GOSHAWK);
        return then != null && then.equals(here)
                ? Optional.empty()
                : Optional.of("was started by " + (then == null ? "an earlier version" : "Goshawk " + shown(then))
                        + ", and this is Goshawk " + here
                        + ": the result may differ in a few bits from that of an uninterrupted run");
    }

    private static void require(Path folder, Map<String, String> values, Map<String, String> given, boolean complete)
            throws IOException {
        for (Map.Entry<String, String> e : given.entrySet()) {
            String before = values.get(e.getKey());
            if (!e.getValue().equals(before)) {
                Difference d = Difference.of(e.getKey(), e.getValue(), before == null ? "none" : before);
                throw new RunFolderException(folder, Problem.OTHER_RUN, folder + ": cannot be resumed with " + d.name()
                        + " " + d.now() + ", it was started with " + shown(d.before())
                        + (d.name().equals(Engine.LANES)
                                ? " (the JVM options are the same: the processor differs)"
                                : ""));
            }
        }
        @Nullable String other = complete ? firstOther(values, given) : null;
        if (other != null) {
            throw new RunFolderException(folder, Problem.OTHER_RUN,
                    folder + ": cannot be resumed without " + shown(other)
                            + ", it was started with " + shown(Objects.requireNonNull(values.get(other))));
        }
    }

    /**
     * Passes if the files have the contents that the run was started with, wherever they are now.
     *
     * @throws IOException in one line naming the first that differs
     */
    void requireContents(Path folder, Map<String, String> given) throws IOException {
        for (Map.Entry<String, String> e : given.entrySet()) {
            String before = contents.get(e.getKey());
            if (!e.getValue().equals(before)) {
                throw new RunFolderException(folder, Problem.OTHER_RUN,
                        folder + ": cannot be resumed, the " + e.getKey()
                                + " changed since it was started (now " + e.getValue() + ", then "
                                + (before == null ? "none" : shown(before)) + ")");
            }
        }
    }

    private static @Nullable String firstOther(Map<String, String> all, Map<String, String> given) {
        return all.keySet().stream().filter(k -> !given.containsKey(k)).findFirst().orElse(null);
    }
}
