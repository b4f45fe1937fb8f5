package dev.goshawk.benchmarks.compare;

import dev.goshawk.benchmarks.work.Workload;

/** Times work in this process. */
final class Stopwatch {
    private static final int LEAST_RUNS = 3;

    private Stopwatch() {
    }

    /** Runs until its code is compiled; the milliseconds of the last run. */
    static double warm(Workload work, double seconds) {
        long start = System.nanoTime();
        double last = 0;
        for (int i = 0; i < LEAST_RUNS || System.nanoTime() - start < seconds * 1e9; i++) {
            last = millis(work, 1);
        }
        return last;
    }

    /** Milliseconds of a run, the mean over some. */
    static double millis(Workload work, int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            work.run();
        }
        return (System.nanoTime() - start) / 1e6 / times;
    }
}
