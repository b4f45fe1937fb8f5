package dev.goshawk.data;

/** Told how many images have been read and decoded; by one thread at a time, though not always the same one. */
@FunctionalInterface
public interface ReadListener {
    /** Does nothing. */
    ReadListener NONE = (images, total) -> {
    };

    /** So many are read of all that are to be. */
    void read(int images, int total);

    /** Tells of one more image of so many each time it is run, by any thread. */
    default Runnable counting(int total) {
        int[] read = new int[1];
        return () -> {
            synchronized (read) {
                read[0] = Math.min(read[0] + 1, total);
                read(read[0], total);
            }
        };
    }
}
