package dev.goshawk.hawq.cli.option;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of every command that computes: which backend, on how many threads. */
public final class EngineOptions {
    /** Most threads a processor; helpers of a kernel spin for a moment, so many more would keep the work from running. */
    private static final int A_PROCESSOR = 4;

    @Option(names = "--backend", paramLabel = "NAME",
            description = "Backend: vector (Vector API), cuda (NVIDIA GPU) or reference (plain loops, slow; for checking). "
                    + "Default: the best CPU backend usable here; 'goshawk doctor' tells which and why.")
    private @Nullable String backend;

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads (default: one per processor; at most four per processor). Results are "
                    + "bit-identical for any number.")
    private @Nullable Integer threads;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /** The backend asked for; a line says where it gets fewer threads than were. */
    public Backend backend() {
        String name = backend == null ? System.getProperty("goshawk.backend") : backend;
        int asked = asked();
        if (asked > threads()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("goshawk: " + asked + " threads asked for, " + threads() + " used: more than " + A_PROCESSOR
                    + " a processor only wait for each other");
            err.flush();
        }
        return Backends.select(name, ThreadPool.ofThreads(threads()));
    }

    public int threads() {
        return Math.min(asked(), A_PROCESSOR * Runtime.getRuntime().availableProcessors());
    }

    private int asked() {
        if (threads == null) {
            return Backends.defaultThreads();
        }
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads: expected at least 1, got " + threads);
        }
        return threads;
    }

    /** The backend forced by an option or system property, or null. */
    public @Nullable String forcedBackend() {
        return backend == null ? System.getProperty("goshawk.backend") : backend;
    }
}
