package dev.goshawk.backend;

/**
 * Runs numbered tasks on a fixed set of threads. Which thread takes which task is free, so a caller divides its work by the
 * problem alone, never by {@link #threads()}: then results are bit-identical for any thread count.
 */
public interface Workers extends AutoCloseable {
    /** Number of threads, the caller's among them; at least 1. */
    int threads();

    /**
     * Runs {@code task.run(i, worker)} for every {@code 0 <= i < tasks} and returns when all have ended. A failing task's
     * exception is thrown here. {@code worker} is in {@code 0 .. threads()-1} and never used by two tasks at once: it picks
     * scratch memory.
     */
    void run(int tasks, Task task);

    /** Ends the threads, if there are any beside the caller's. Backends with these workers can compute no more. */
    @Override
    default void close() {
        // No threads of its own.
    }

    /** One numbered piece of work. */
    @FunctionalInterface
    interface Task {
        void run(int index, int worker);
    }

    /** Everything on the calling thread. */
    Workers SINGLE = new Workers() {
        @Override
        public int threads() {
            return 1;
        }

        @Override
        public void run(int tasks, Task task) {
            for (int i = 0; i < tasks; i++) {
                task.run(i, 0);
            }
        }
    };
}
