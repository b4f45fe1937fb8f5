package dev.goshawk.hawq.memory;

import dev.goshawk.backend.Backend;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Locale;

/** The heap's room for arrays that live long. */
public final class Heap {
    /**
     * What a process takes beside the arrays that are planned: the JVM itself with compiled code and threads, a young generation as
     * {@code bin/goshawk} has it, what is not yet collected.
     */
    private static final long BESIDE = 230L << 20;

    /** Share that is left to everything that no plan counts: graphs, decoded images, text. */
    private static final double RESERVE = 0.05;
    /** Of small heaps more: {@code spectrum} of the embedded network ran out of memory with up to 57 MiB beside its plan of 151. */
    private static final double SMALL_RESERVE = 0.3;
    private static final long MOST_OF_SMALL = 64L << 20;

    private Heap() {
    }

    /**
     * Bytes that planned arrays may take together. Collectors with generations give long-lived arrays their largest pool
     * alone, so this is less than the whole heap.
     */
    public static long limit() {
        long largest = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP) {
                largest = Math.max(largest, pool.getUsage().getMax());
            }
        }
        return limit(largest > 0 ? largest : Runtime.getRuntime().maxMemory());
    }

    /** The same for arrays that have a whole pool of so many bytes. */
    static long limit(long whole) {
        long reserve = Math.max((long) (whole * RESERVE), Math.min((long) (whole * SMALL_RESERVE), MOST_OF_SMALL));
        return whole - reserve;
    }

    /** As {@link #limit()}; no limit for a backend with memory of its own, which says itself what does not fit there. */
    public static long limit(Backend backend) {
        return backend.ownMemoryBytes().isPresent() ? Long.MAX_VALUE : limit();
    }

    /** Bytes, about, that the system sees a process take when its planned arrays take so many. */
    public static long process(long planned) {
        return planned + BESIDE;
    }

    /** Bytes for a person: {@code 812 MiB}, {@code 3.82 GiB}. */
    public static String text(long bytes) {
        double mebibytes = bytes / (double) (1 << 20);
        return mebibytes < 1000
                ? String.format(Locale.ROOT, mebibytes < 10 ? "%.1f MiB" : "%.0f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.2f GiB", mebibytes / 1024);
    }
}
