package dev.goshawk.hawq.cli.print;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    private final StringWriter text = new StringWriter();
    private final PrintWriter err = new PrintWriter(text, true);
    private long now = 100;

    @Test
    void aFileGetsALineEveryFewSeconds() {
        try (Progress progress = new Progress(err, false, () -> now)) {
            now += 4 * SECOND;
            progress.update("a", 0.1);
            now += 2 * SECOND;
            progress.update("b", 0.01);
            now += 3 * SECOND;
            progress.update("c", 0.5);
            now += 3 * SECOND;
            progress.update("d", 0.5);
            assertEquals(12 * SECOND, progress.elapsed());
        }
        assertEquals("b    1 %\nd   50 %, 12 s left\n", text.toString().replace("\r\n", "\n"));
    }

    @Test
    void aTerminalGetsABarThatIsRemovedAtTheEnd() {
        try (Progress progress = new Progress(err, true, () -> now)) {
            now += SECOND;
            progress.update("block", 0.25);
            now += SECOND / 100;
            progress.update("too soon to redraw", 0.5);
        }
        assertEquals("\r\u001b[K[######------------------] block   25 %, 3 s left\r\u001b[K", text.toString());
    }

    @Test
    void whatWasDoneBeforeTookNoTimeHere() {
        try (Progress progress = new Progress(err, false, () -> now).after(0.6)) {
            now += 8 * SECOND;
            progress.update("a", 0.605);
            now += 8 * SECOND;
            progress.update("b", 0.8);
        }
        assertEquals("a   60 %\nb   80 %, 16 s left\n", text.toString().replace("\r\n", "\n"));
    }

    @Test
    void durationsReadWell() {
        assertEquals("0 s", Progress.duration(SECOND / 3));
        assertEquals("59 s", Progress.duration(59 * SECOND));
        assertEquals("2 min 05 s", Progress.duration(125 * SECOND));
        assertEquals("1 h 04 min", Progress.duration(3840 * SECOND));
    }
}
