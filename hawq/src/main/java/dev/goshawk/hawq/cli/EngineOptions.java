package dev.goshawk.hawq.cli;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that computes: which backend, on how many threads. */
final class EngineOptions {
    @Option(names = "--backend", paramLabel = "NAME",
            description = "Backend: vector (Vector API), cuda (NVIDIA GPU) or reference (plain loops, slow; for checking). Without it the "
                    + "best CPU backend usable here; 'goshawk doctor' says which and why.")
    private @Nullable String backend;

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads; without it one a processor. Results are the same bits for any number.")
    private @Nullable Integer threads;

    /** The backend asked for. */
    Backend backend() {
        String name = backend == null ? System.getProperty("goshawk.backend") : backend;
        return Backends.select(name, ThreadPool.ofThreads(threads()));
    }

    int threads() {
        return threads == null ? Backends.defaultThreads() : threads;
    }

    /** The backend forced by an option or system property, or null. */
    @Nullable String forcedBackend() {
        return backend == null ? System.getProperty("goshawk.backend") : backend;
    }
}
