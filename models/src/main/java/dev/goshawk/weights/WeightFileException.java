package dev.goshawk.weights;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A weight file that cannot be read or written. The message is one line starting with the file's name. */
public final class WeightFileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private static final int LONGEST_SHOWN = 120;

    public WeightFileException(String file, String problem) {
        this(file, problem, null);
    }

    public WeightFileException(String file, String problem, @Nullable Throwable cause) {
        super(printable(file) + ": " + problem, cause);
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

    /** Text taken from a file, fit for one line of a message: no control characters, not longer than a line. */
    static String shown(@Nullable Object text) {
        return printable(String.valueOf(text), LONGEST_SHOWN);
    }

    /** A file's name, fit for a message: no control characters. */
    static String printable(String text) {
        return printable(text, Integer.MAX_VALUE);
    }

    private static String printable(String text, int longest) {
        String shortened = text.length() <= longest ? text : text.substring(0, longest) + "...";
        return shortened.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    }
}
