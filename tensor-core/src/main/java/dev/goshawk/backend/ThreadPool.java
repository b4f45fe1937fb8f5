package dev.goshawk.backend;

import java.lang.ref.Cleaner;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of daemon threads plus the caller. Tasks are claimed one by one; short waits spin, long ones park, so that a run of
 * many small steps does not pay for waking threads. They end when the team is closed or, if it never is, collected as garbage.
 */
public final class ThreadPool implements Workers {
    private static final int SPINS = 5_000;

    private static final Cleaner CLEANER = Cleaner.create();

    private final Team team;
    private final Cleaner.Cleanable end;

    private static final class Job {
        final int tasks;
        /** Null once all are done: threads hold on to the last job they saw, which would hold on to the arrays of its kernel. */
        private @Nullable Task task;
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
                    Objects.requireNonNull(task).run(i, worker);
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.incrementAndGet();
                }
            }
        }

        /** When all tasks are done. */
        void forget() {
            task = null;
        }
    }

    /** What the threads see. They do not see the pool, so that it can be collected, which ends them. */
    private static final class Team {
        private final Helper[] helpers;
        private volatile @Nullable Job current;
        private volatile boolean closed;

        Team(int helpers) {
            this.helpers = new Helper[helpers];
            for (int i = 0; i < helpers; i++) {
                this.helpers[i] = new Helper(this, i + 1);
            }
        }

        void wake() {
            for (Helper h : helpers) {
                LockSupport.unpark(h);
            }
        }

        void close() {
            closed = true;
            wake();
        }
    }

    private static final class Helper extends Thread {
        private final Team team;
        private final int worker;

        Helper(Team team, int worker) {
            super("goshawk-worker-" + worker);
            this.team = team;
            this.worker = worker;
            setDaemon(true);
        }

        @Override
        public void run() {
            Job last = null;
            int idle = 0;
            while (!team.closed) {
                Job job = team.current;
                if (job != null && job != last) {
                    last = job;
                    job.work(worker);
                    idle = 0;
                } else if (++idle < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(team);
                }
            }
        }
    }

    private ThreadPool(int threads) {
        team = new Team(threads - 1);
        end = CLEANER.register(this, team::close);
        for (Helper h : team.helpers) {
            h.start();
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
        return team.helpers.length + 1;
    }

    @Override
    public synchronized void run(int tasks, Task task) {
        if (team.closed) {
            throw new IllegalStateException(
                    "threads: these are closed, and with them every backend that was made with them; "
                            + "make new ones with ThreadPool.ofThreads");
        }
        if (tasks <= 1) {
            Workers.SINGLE.run(tasks, task);
            return;
        }
        Job job = new Job(tasks, task);
        team.current = job;
        team.wake();
        job.work(0);
        for (int spins = 0; job.done.get() < tasks; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                // A helper without a processor of its own needs this one.
                Thread.yield();
            }
        }
        team.current = null;
        job.forget();
        if (job.failure instanceof RuntimeException e) {
            throw e;
        }
        if (job.failure instanceof Error e) {
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        end.clean();
    }
}
