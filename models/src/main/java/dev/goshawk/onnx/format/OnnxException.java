package dev.goshawk.onnx.format;

import dev.goshawk.files.Printable;
import org.jspecify.annotations.Nullable;

/** An ONNX file that cannot be read or that holds something Goshawk has no counterpart of. The message is one line. */
public final class OnnxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private static final int LONGEST = 120;

    public OnnxException(String problem) {
        this(problem, null);
    }

    public OnnxException(String problem, @Nullable Throwable cause) {
        super(Printable.line(problem), cause);
    }

    /** Text taken from a file, quoted and no longer than fits a message. */
    public static String quoted(String text) {
        return "'" + shortened(text) + "'";
    }

    /** Text taken from a file, no longer than fits a message. */
    public static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
