package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaSparkContext;

/** The processes that {@code local-cluster} starts, and what may happen to them. */
final class LocalExecutors {
    private static final String ID = "--executor-id";
    private static final long SECONDS = 60;

    private LocalExecutors() {
    }

    /** From the whole command line, of which {@link ProcessHandle} itself may give the beginning alone. */
    private static Optional<String> id(ProcessHandle process) {
        List<String> words;
        try {
            words = List.of(Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline")).split("\0"));
        } catch (IOException e) {
            return Optional.empty();
        }
        int at = words.indexOf(ID);
        return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
    }

    /** All of a process. */
    static List<ProcessHandle> of(ProcessHandle driver) {
        return driver.descendants().filter(p -> id(p).isPresent()).toList();
    }

    /** This process's executor of that name. */
    static ProcessHandle named(String id) {
        return ProcessHandle.current().descendants().filter(p -> id(p).filter(id::equals).isPresent()).findFirst()
                .orElseThrow(() -> new AssertionError("no executor " + id));
    }

    /** Sends a signal, such as {@code STOP}, after which a process hangs without having ended. */
    static void signal(ProcessHandle process, String signal) {
        try {
            assertEquals(0, new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Waits until so many are there. */
    static List<ProcessHandle> await(JavaSparkContext context, int executors) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (Connection.executors(context) != executors || of(ProcessHandle.current()).size() != executors) {
            assertTrue(System.nanoTime() < end, () -> "executors: " + Connection.executors(context) + ", processes: "
                    + of(ProcessHandle.current()).size());
            pause(100);
        }
        return of(ProcessHandle.current());
    }

    /** Waits until a process is gone. */
    static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("still running: " + process.info(), e);
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
