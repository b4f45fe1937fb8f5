package dev.goshawk.backend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of daemon threads plus the caller. Tasks are claimed one by one; short waits spin, long ones park, so that a run of
 * many small steps does not pay for waking threads.
 */
public final class ThreadPool implements Workers {
    private static final int SPINS = 5_000;

    private final Helper[] helpers;
    private volatile @Nullable Job current;

    private static final class Job {
        final int tasks;
        final Task task;
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        volatile @Nullable Throwable failure;

        Job(int tasks, Task task) {
            this.tasks = tasks;
            this.task = task;
        }

        void work(int worker) {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                try {
                    task.run(i, worker);
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.incrementAndGet();
                }
            }
        }
    }

    private final class Helper extends Thread {
        private final int worker;

        Helper(int worker) {
            super("goshawk-worker-" + worker);
            this.worker = worker;
            setDaemon(true);
        }

        @Override
        public void run() {
            Job last = null;
            int idle = 0;
            while (true) {
                Job job = current;
                if (job != null && job != last) {
                    last = job;
                    job.work(worker);
                    idle = 0;
                } else if (++idle < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(ThreadPool.this);
                }
            }
        }
    }

    private ThreadPool(int threads) {
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
            helpers[i].start();
        }
    }

    /**
     * A team of the given size, the caller counted.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static Workers ofThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
        }
        return threads == 1 ? Workers.SINGLE : new ThreadPool(threads);
    }

    @Override
    public int threads() {
        return helpers.length + 1;
    }

    @Override
    public synchronized void run(int tasks, Task task) {
        if (tasks <= 1) {
            Workers.SINGLE.run(tasks, task);
            return;
        }
        Job job = new Job(tasks, task);
        current = job;
        for (Helper h : helpers) {
            LockSupport.unpark(h);
        }
        job.work(0);
        for (int spins = 0; job.done.get() < tasks; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                // A helper without a processor of its own needs this one.
                Thread.yield();
            }
        }
        current = null;
        if (job.failure instanceof RuntimeException e) {
            throw e;
        }
        if (job.failure instanceof Error e) {
            throw e;
        }
    }
}
