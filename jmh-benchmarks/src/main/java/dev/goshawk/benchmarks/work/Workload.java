package dev.goshawk.benchmarks.work;

import java.util.Map;

/** A piece of work that is prepared once and run many times. */
public interface Workload extends AutoCloseable {
    /** Name of the fact that counts the floating-point operations of one run. */
    String FLOP = "flop";

    /** Name of the fact that says how much memory the values in between take. */
    String BYTES = "note bytes";

    /**
     * Results of the work by name, such as the loss: what two implementations must agree on. Names that start with {@value #FLOP}
     * or {@code note} describe the work instead.
     */
    Map<String, Double> facts();

    /** Does the work once. */
    void run();

    /** Lets go of memory outside the heap. */
    @Override
    default void close() {
    }
}
