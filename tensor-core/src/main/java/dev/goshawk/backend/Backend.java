package dev.goshawk.backend;

import dev.goshawk.compile.Plan;
import dev.goshawk.graph.Graph;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Turns graphs into executables on one kind of hardware. It need not be closed: what holds threads lets go of them when it is collected as
 * garbage, its executables with it.
 */
public interface Backend extends AutoCloseable {
    /** The name by which users select it, such as {@code vector}. */
    String name();

    /** One line for a person: what it runs on and how (lanes, threads, device). */
    String description();

    /** Float32 numbers in a vector of its kernels; empty where these compute one by one, or on a device. */
    default OptionalInt floatLanes() {
        return OptionalInt.empty();
    }

    /** Bytes that plans can still take, about, for a backend with memory of its own; empty for one that plans on the heap. */
    default OptionalLong ownMemoryBytes() {
        return OptionalLong.empty();
    }

    /**
     * Compiles a graph: plans its memory, takes it, and readies the kernels.
     *
     * @throws OutOfMemoryError or a backend's own named error if the planned memory cannot be had
     */
    Executable compile(Graph graph);

    /** Kernels on whole numbers. */
    default IntegerKernels integers() {
        return IntegerKernels.PLAIN;
    }

    /** Ends the threads it computes on, which are the workers' it was made with. Its executables must not run any more. */
    @Override
    default void close() {
        // Nothing is held.
    }

    /**
     * Bytes that {@link #compile} would take for a graph, found without taking them; inputs, which are bound, are not
     * counted. The slabs of the common plan, where a backend does not know better.
     */
    default long plannedBytes(Graph graph) {
        return Plan.of(graph).memory().bytes();
    }
}
