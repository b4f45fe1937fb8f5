package dev.goshawk.benchmarks.compare;

import dev.goshawk.benchmarks.work.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The other end of {@link WorkerProcess}: a line in, a line out. {@code prepare NAME} answers the facts of the work,
 * {@code run TIMES NAME} the milliseconds of one of so many runs, {@code drop NAME} lets go of it, {@code memory} tells the peak resident memory in
 * MB, {@code quit} ends the process.
 */
public final class Worker {
    /** Before each answer, so that whatever else a library prints is passed over. */
    static final String ANSWER = "goshawk> ";
    /** First word of an answer to a command that failed. */
    static final String ERROR = "error ";

    private static final Path STATUS = Path.of("/proc/self/status");

    private final Function<String, Workload> maker;
    private final Map<String, Workload> prepared = new HashMap<>();

    private Worker(Function<String, Workload> maker) {
        this.maker = maker;
    }

    /** Serves until {@code quit} or the end of the input; {@code maker} makes work by its name. */
    public static void serve(Function<String, Workload> maker) throws IOException {
        Worker worker = new Worker(maker);
        PrintStream out = System.out;
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            String answer;
            try {
                answer = worker.answer(line);
            } catch (RuntimeException | OutOfMemoryError e) {
                // Native libraries append their stack.
                answer = ERROR + String.valueOf(e).lines().findFirst().orElse("");
            }
            out.println(ANSWER + answer);
            out.flush();
        }
    }

    private String answer(String line) throws IOException {
        int space = line.indexOf(' ');
        String command = space < 0 ? line : line.substring(0, space);
        String name = line.substring(space + 1);
        return switch (command) {
            case "prepare" -> {
                Workload work = maker.apply(name);
                prepared.put(name, work);
                StringBuilder facts = new StringBuilder();
                work.facts().forEach((fact, value) -> facts.append(fact).append('=').append(value).append(';'));
                yield facts.toString();
            }
            case "run" -> {
                int second = name.indexOf(' ');
                int times = Integer.parseInt(name.substring(0, second));
                Workload work = work(name.substring(second + 1));
                long start = System.nanoTime();
                for (int i = 0; i < times; i++) {
                    work.run();
                }
                yield String.format(Locale.ROOT, "%.6f", (System.nanoTime() - start) / 1e6 / times);
            }
            case "drop" -> {
                work(name).close();
                prepared.remove(name);
                System.gc();
                yield "dropped";
            }
            case "memory" -> peakMemory();
            default ->
                throw new IllegalArgumentException("command: expected prepare, run, drop, memory or quit, got " + line);
        };
    }

    private Workload work(String name) {
        Workload work = prepared.get(name);
        if (work == null) {
            throw new IllegalArgumentException(name + ": not prepared");
        }
        return work;
    }

    /** VmHWM in MB of 10^6 bytes. */
    private static String peakMemory() throws IOException {
        if (!Files.isReadable(STATUS)) {
            throw new IllegalStateException("peak memory is read from " + STATUS + ", which is not there");
        }
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith("VmHWM:")) {
                long kibibytes = Long.parseLong(line.replaceAll("\\D", ""));
                return String.format(Locale.ROOT, "%.1f", kibibytes * 1024 / 1e6);
            }
        }
        throw new IllegalStateException(STATUS + ": no VmHWM");
    }
}
