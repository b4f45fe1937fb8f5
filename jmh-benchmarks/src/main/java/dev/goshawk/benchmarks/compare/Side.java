package dev.goshawk.benchmarks.compare;

/**
 * A side of a comparison, warm: how it is run.
 *
 * @param times that it is run for a sample
 * @param best milliseconds of a run
 */
record Side(WorkerProcess process, String work, int times, double best) implements AutoCloseable {
    private static final double MILLIS_A_SAMPLE = 60;
    /** Warm once no sample has beaten the best by so much for a while. */
    private static final double BEATEN = 0.98;

    /**
     * Runs prepared work for a while and until no faster: the engine makes its fused loops, and libtorch its caches, as work goes on.
     *
     * @param unbeaten samples that do not beat the best, after which it is warm
     * @param seconds it takes twice to four times as long
     */
    static Side warm(WorkerProcess process, String work, int unbeaten, double seconds) {
        int times = 1;
        double best = process.run(work, times);
        long start = System.nanoTime();
        int found = 0;
        while ((found < unbeaten || since(start) < 2 * seconds) && since(start) < 4 * seconds) {
            if (best * times < MILLIS_A_SAMPLE) {
                times = (int) Math.ceil(Math.min(MILLIS_A_SAMPLE / best, 2.0 * times));
            }
            double sample = process.run(work, times);
            found = sample < BEATEN * best ? 0 : found + 1;
            best = Math.min(best, sample);
        }
        return new Side(process, work, times, best);
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    double sample() {
        return process.run(work, times);
    }

    @Override
    public void close() {
        process.close();
    }
}
