package dev.goshawk.data;

import dev.goshawk.files.Printable;
import org.jspecify.annotations.Nullable;

/** Data that cannot be used. The message is one line naming the file, what was expected and what came. */
public class DataException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public DataException(String message) {
        this(message, null);
    }

    public DataException(String message, @Nullable Throwable cause) {
        super(Printable.line(message), cause);
    }
}
