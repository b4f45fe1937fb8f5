package dev.goshawk.cpu.exec.slot;

import dev.goshawk.backend.Workers;

/** One step made ready to run on bound slots. */
@FunctionalInterface
public interface Kernel {
    /** Runs the step on the workers, and returns when it is done. */
    void run(Workers workers);
}
