package dev.goshawk.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A process that does work on demand, one piece at a time; see {@link Worker}. */
final class WorkerProcess implements AutoCloseable {
    private static final int LINES_KEPT = 20;

    private final String name;
    private final Process process;
    private final Writer in;
    private final BufferedReader out;
    private final Thread errorReader;
    private final Deque<String> errors = new ArrayDeque<>();

    private WorkerProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        out = process.inputReader(StandardCharsets.UTF_8);
        // Not a virtual thread: on one processor those block each other in reads, the pipe fills up and the process stops.
        errorReader = Thread.ofPlatform().daemon().start(this::drain);
    }

    /**
     * Starts one.
     *
     * @param name for messages
     * @param environment set over this process's own; an empty value takes a variable away
     */
    static WorkerProcess start(String name, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command);
        environment.forEach((key, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(key);
            } else {
                builder.environment().put(key, value);
            }
        });
        try {
            return new WorkerProcess(name, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot be started", e);
        }
    }

    String name() {
        return name;
    }

    /** Prepares work; its facts. */
    Map<String, Double> prepare(String work) {
        Map<String, Double> facts = new LinkedHashMap<>();
        for (String fact : ask("prepare " + work).split(";")) {
            int equals = fact.indexOf('=');
            if (equals > 0) {
                facts.put(fact.substring(0, equals), Double.valueOf(fact.substring(equals + 1)));
            }
        }
        return facts;
    }

    /** Milliseconds of each of so many runs of prepared work, on the average. */
    double run(String work, int times) {
        return Double.parseDouble(ask("run " + times + " " + work));
    }

    /** Peak resident memory in MB. */
    double memory() {
        return Double.parseDouble(ask("memory"));
    }

    private String ask(String line) {
        try {
            in.write(line + "\n");
            in.flush();
            for (String answer = out.readLine(); answer != null; answer = out.readLine()) {
                if (answer.startsWith(Worker.ANSWER)) {
                    String text = answer.substring(Worker.ANSWER.length());
                    if (text.startsWith(Worker.ERROR)) {
                        throw new CompareException(name + ", " + line + ": " + text.substring(Worker.ERROR.length()));
                    }
                    return text;
                }
            }
        } catch (IOException e) {
            throw new CompareException(name + " has ended" + last(), e);
        }
        throw new CompareException(name + " has ended" + last());
    }

    private void drain() {
        try (BufferedReader err = new BufferedReader(
                new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                synchronized (errors) {
                    errors.addLast(line);
                    if (errors.size() > LINES_KEPT) {
                        errors.removeFirst();
                    }
                }
            }
        } catch (IOException e) {
            synchronized (errors) {
                errors.addLast(String.valueOf(e));
            }
        }
    }

    /** What an ended process said last. */
    private String last() {
        String status = "";
        try {
            errorReader.join(Duration.ofSeconds(2));
            status = process.waitFor(Duration.ofSeconds(2)) ? " with status " + process.exitValue() : "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (errors) {
            return errors.isEmpty() ? status : status + ", its last words: " + String.join(" | ", errors);
        }
    }

    @Override
    public void close() {
        try {
            in.write("quit\n");
            in.flush();
            process.waitFor();
        } catch (IOException | InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
