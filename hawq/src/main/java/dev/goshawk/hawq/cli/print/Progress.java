package dev.goshawk.hawq.cli.print;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells how far a long piece of work is, on standard error: a bar that is redrawn on a terminal, else a line every few seconds.
 * Not for use by two threads at once.
 */
public final class Progress implements AutoCloseable {
    private static final int CELLS = 24;
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long LINE_NANOS = 5_000_000_000L;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private final LongSupplier nanos;
    private final long start;
    private long last;
    private double begun;
    private Supplier<String> note = () -> "";

    public Progress(PrintWriter err, boolean terminal, LongSupplier nanos) {
        this.err = err;
        this.terminal = terminal;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        this.last = start;
    }

    /** On the process's own standard error. */
    public static Progress on(PrintWriter err) {
        return new Progress(err, isTerminal(), System::nanoTime);
    }

    @SuppressWarnings("SystemConsoleNull") // null where there is no terminal, unless the JVM is told to use jdk.internal.le
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Prints a line, in place of a bar that may be there: it is drawn again below. */
    public static void tell(PrintWriter err, String line) {
        err.println((isTerminal() ? ERASE_LINE : "") + line);
        err.flush();
    }

    /** Ends every line with what this says, unless that is empty. */
    public Progress noting(Supplier<String> said) {
        note = said;
        return this;
    }

    /** Counts a fraction of the work as done by an earlier process: the time left is estimated from the rest alone. */
    public Progress after(double fraction) {
        begun = fraction;
        return this;
    }

    /**
     * Reports; drawn only as often as a person can read.
     *
     * @param what what is being worked on, a few words
     * @param fraction of the work done, 0 to 1
     */
    public void update(String what, double fraction) {
        long now = nanos.getAsLong();
        if (now - last < (terminal ? REDRAW_NANOS : LINE_NANOS)) {
            return;
        }
        last = now;
        double done = Math.clamp(fraction, 0, 1);
        String percent = String.format(Locale.ROOT, "%3d %%", (int) (100 * done));
        String said = note.get();
        String line = what + "  " + percent + timeLeft(now, done) + (said.isEmpty() ? "" : ", " + said);
        if (terminal) {
            int full = (int) Math.round(CELLS * done);
            err.print(ERASE_LINE + "[" + "#".repeat(full) + "-".repeat(CELLS - full) + "] " + line);
        } else {
            err.println(line);
        }
        err.flush();
    }

    private String timeLeft(long now, double done) {
        // The first few percent say little about the rest.
        double here = done - begun;
        return here < 0.02 * (1 - begun)
                ? ""
                : ", " + duration((long) ((now - start) / here * (1 - done))) + " left";
    }

    /** Nanoseconds for a person: {@code 8 s}, {@code 2 min 05 s}, {@code 1 h 04 min}. */
    static String duration(long nanos) {
        Duration d = Duration.ofSeconds(Math.round(nanos / 1e9));
        if (d.toHours() > 0) {
            return String.format(Locale.ROOT, "%d h %02d min", d.toHours(), d.toMinutesPart());
        }
        return d.toMinutes() > 0
                ? String.format(Locale.ROOT, "%d min %02d s", d.toMinutes(), d.toSecondsPart())
                : d.toSeconds() + " s";
    }

    /** Nanoseconds since this was made. */
    public long elapsed() {
        return nanos.getAsLong() - start;
    }

    /** Removes the bar. */
    @Override
    public void close() {
        if (terminal) {
            err.print(ERASE_LINE);
            err.flush();
        }
    }
}
