package dev.goshawk.packed;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A result computed by a thread of its own. Waiting for it only parks the caller; waiting for a task of the common pool could make a worker of that
 * pool run unrelated tasks in the meantime.
 */
final class Background<T> {
    private final FutureTask<T> task;

    Background(String thread, Callable<T> work) {
        task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name(thread).start(task);
    }

    /**
     * Waits for the result. An interrupt does not end the wait; the thread is interrupted again afterwards.
     *
     * @throws RuntimeException or an {@link Error}: the one that the computation threw, on every call
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
