package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import dev.goshawk.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A weight file that cannot be read or written. The message is one line starting with the file's name. */
public final class WeightFileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public WeightFileException(String file, String problem) {
        this(file, problem, null);
    }

    public WeightFileException(String file, String problem, @Nullable Throwable cause) {
        super(Printable.name(file) + ": " + problem, cause);
    }

    WeightFileException(Path file, String problem) {
        this(file.toString(), problem, null);
    }

    WeightFileException(Path file, String problem, Throwable cause) {
        this(file.toString(), problem, cause);
    }

    private WeightFileException(IOException failure) {
        super(failure.getMessage(), failure);
    }

    /** What {@link AtomicFile} says, which names the file. */
    static WeightFileException of(IOException failure) {
        return new WeightFileException(failure);
    }
}
