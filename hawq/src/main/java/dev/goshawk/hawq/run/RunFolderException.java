package dev.goshawk.hawq.run;

import dev.goshawk.hawq.setting.NamesSettings;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.setting.SettingNames;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A run's folder that cannot be used as was asked; what is in it is as it was. */
public final class RunFolderException extends IOException implements NamesSettings {
    private static final long serialVersionUID = 1;

    /** What is the matter with a folder. */
    public enum Problem {
        /** It can be neither made nor written. */
        NOT_WRITABLE,
        /** It holds a run, or something else, and nobody said what is to become of it. */
        NOT_EMPTY,
        /** Another run is at work in it. */
        IN_USE,
        /** It holds no run that could be resumed or overwritten. */
        NO_RUN,
        /** It holds what no run wrote, or what the new run is to read: overwriting would delete it. */
        NOT_DELETABLE,
        /** Its run was started with other settings, images or weights. */
        OTHER_RUN
    }

    private final String folder;
    private final Problem problem;
    private final Serializable[] parts;

    /** @param parts of the message: texts, settings, and exceptions that name settings */
    RunFolderException(Path folder, Problem problem, Serializable... parts) {
        this(folder, problem, null, parts);
    }

    RunFolderException(Path folder, Problem problem, @Nullable Throwable cause, Serializable... parts) {
        super(message(parts, SettingNames.PLAIN), cause);
        this.folder = folder.toString();
        this.problem = problem;
        this.parts = parts.clone();
    }

    /** The folder, or the file in it that is the matter. */
    public Path folder() {
        return Path.of(folder);
    }

    /** What is the matter with it. */
    public Problem problem() {
        return problem;
    }

    @Override
    public String message(SettingNames names) {
        return message(parts, names);
    }

    private static String message(Serializable[] parts, SettingNames names) {
        return Arrays.stream(parts).map(part -> switch (part) {
            case Setting setting -> names.of(setting);
            case NamesSettings failure -> failure.message(names);
            case Throwable failure -> failure.getMessage();
            default -> part.toString();
        }).collect(Collectors.joining());
    }
}
