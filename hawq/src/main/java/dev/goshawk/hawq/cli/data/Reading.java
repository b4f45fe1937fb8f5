package dev.goshawk.hawq.cli.data;

import dev.goshawk.data.ReadListener;
import dev.goshawk.hawq.cli.print.Progress;
import java.io.PrintWriter;
import java.util.function.Function;

/** Shows how far images are read. */
public final class Reading {
    private Reading() {
    }

    /** What {@code reader} reads, with a bar on {@code err} meanwhile. */
    public static <T> T of(PrintWriter err, Function<ReadListener, T> reader) {
        try (Progress progress = Progress.on(err)) {
            return reader.apply((images, total) -> progress.update("reading images, " + images + " of " + total,
                    (double) images / total));
        }
    }
}
