package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.backend.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Workers for tests: threads started for each run take tasks as they come, the last tasks first. */
public record GemmThreads(int threads) implements Workers {
    @Override
    public void run(int tasks, Task task) {
        AtomicInteger left = new AtomicInteger(tasks);
        List<Thread> running = new ArrayList<>();
        List<CompletableFuture<Boolean>> ends = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int worker = i;
            CompletableFuture<Boolean> end = new CompletableFuture<>();
            ends.add(end);
            running.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int index = left.decrementAndGet(); index >= 0; index = left.decrementAndGet()) {
                        task.run(index, worker);
                    }
                    end.complete(true);
                } catch (RuntimeException | Error e) {
                    end.completeExceptionally(e);
                }
            }));
        }
        for (CompletableFuture<Boolean> end : ends) {
            if (!end.join()) {
                throw new CancellationException("a worker gave up");
            }
        }
        for (Thread thread : running) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while joining", e);
            }
        }
    }
}
