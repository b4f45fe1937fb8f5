package dev.goshawk.cpu.exec;

import dev.goshawk.backend.Workers;

/** One step made ready to run on bound slots. */
@FunctionalInterface
interface Kernel {
    void run(Workers workers);
}
