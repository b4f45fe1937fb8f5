package dev.goshawk.hawq.memory;

/**
 * Has the heap collected between parts of a long computation. A collector would rather let the heap grow, up to its limit, by what each
 * part leaves: as much as a process would then take, nobody could say beforehand.
 */
public final class Leftovers {
    /** What is not worth a collection. */
    private static final long LITTLE = 64L << 20;
    private static final int SHARE = 8;

    private long live;

    /** Collects if the heap holds much more than after the last time. */
    public void collect() {
        if (used() - live > Math.max(LITTLE, live / SHARE)) {
            System.gc();
            live = used();
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
