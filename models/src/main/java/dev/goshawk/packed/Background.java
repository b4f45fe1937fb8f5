package dev.goshawk.packed;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What a thread of its own makes. Who waits for it only waits: a task of the common pool would have a waiting worker of that pool run the
 * caller's other tasks meanwhile.
 */
final class Background<T> {
    private final FutureTask<T> task;

    Background(String thread, Callable<T> work) {
        task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name(thread).start(task);
    }

    /**
     * Waits for it; an interrupt is kept for later.
     *
     * @throws RuntimeException or an error, the very one that making it ended with, every time
     */
    T get() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw original(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException original(ExecutionException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof RuntimeException own ? own : new IllegalStateException(e.getCause());
    }
}
