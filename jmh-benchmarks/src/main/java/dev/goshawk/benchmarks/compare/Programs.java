package dev.goshawk.benchmarks.compare;

import dev.goshawk.benchmarks.work.ClassifyProgram;
import dev.goshawk.benchmarks.work.ProgramFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whole programs, from the start of a process to its end. */
final class Programs {
    private static final int BITS = 4;
    /** Seconds that loading may take. */
    private static final double LOADING = 0.3;

    private final Processes processes;
    private final boolean quick;
    private final Consumer<String> notes;

    Programs(Processes processes, boolean quick, Consumer<String> notes) {
        this.processes = processes;
        this.quick = quick;
        this.notes = notes;
    }

    /** One run of a program. */
    private record Run(double whole, double loading) {
    }

    List<Result> measure(Bar bar) {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("goshawk-programs");
            return measure(bar, folder);
        } catch (IOException e) {
            throw new CompareException(bar.name() + ": " + e.getMessage(), e);
        } finally {
            delete(folder);
        }
    }

    private List<Result> measure(Bar bar, Path folder) throws IOException {
        ProgramFiles.write(bar.work(), BITS, folder);
        String image = folder.resolve(ProgramFiles.IMAGE).toString();
        List<String> ours = processes.program(ClassifyProgram.class.getName(),
                folder.resolve(ProgramFiles.PACKED).toString(), image);
        Path int8 = folder.resolve("int8.onnx");
        if (processes.havePeers()) {
            try (WorkerProcess peer = processes.onnxRuntime()) {
                peer.prepare("write/" + bar.work() + "-1/" + int8);
            }
        }
        Readings whole = new Readings();
        Readings loading = new Readings();
        for (int i = 0; i < (quick ? 2 : 7); i++) {
            Run own = run(bar, ours);
            whole.ours.add(own.whole);
            loading.ours.add(own.loading);
            if (processes.havePeers()) {
                Run theirs = run(bar, processes.onnxRuntimeProgram(int8.toString(), image));
                whole.peers.add(theirs.whole);
                loading.peers.add(theirs.loading);
            }
        }
        if (Readings.median(loading.ours) > 1000 * LOADING) {
            notes.accept(Compare.format("%s: loading took more than %.1f s", bar.name(), LOADING));
        }
        String peer = processes.havePeers() ? "ONNX Runtime int8" : null;
        return List.of(
                whole.result(bar.part("whole", bar.title() + ": start, load, classify", 0), null, null, peer, null),
                loading.result(bar.part("load", bar.title() + ": load", 0), null, null, peer, null));
    }

    private static Run run(Bar bar, List<String> command) {
        long start = System.nanoTime();
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            double loading = Double.NaN;
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    if (line.startsWith(ClassifyProgram.LOADED)) {
                        loading = Double.parseDouble(line.substring(ClassifyProgram.LOADED.length()));
                    }
                }
            }
            int status = process.waitFor();
            if (status != 0 || Double.isNaN(loading)) {
                throw new CompareException(bar.name() + ": the program ended with " + status + ": "
                        + String.join(" ", command));
            }
            return new Run((System.nanoTime() - start) / 1e6, loading);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompareException(bar.name() + ": interrupted", e);
        }
    }

    private static void delete(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
