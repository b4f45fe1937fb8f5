package dev.goshawk.hawq.cli.print;

import java.io.PrintWriter;
import java.util.function.Supplier;

/** A line on standard error if the process is ended before this is closed. */
public final class InterruptionHint implements AutoCloseable {
    private final Thread hint;

    /** @param line asked for when the process ends */
    public InterruptionHint(Supplier<String> line) {
        hint = new Thread(() -> Progress.tell(new PrintWriter(System.err, true, System.err.charset()),
                "goshawk: interrupted" + line.get()));
        Runtime.getRuntime().addShutdownHook(hint);
    }

    /**
     * From now on nothing is said.
     *
     * @return false where the process is ending already, and the line is being said
     */
    public boolean retract() {
        try {
            Runtime.getRuntime().removeShutdownHook(hint);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Override
    public void close() {
        retract();
    }
}
