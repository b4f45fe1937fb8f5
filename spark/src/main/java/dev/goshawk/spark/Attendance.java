package dev.goshawk.spark;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/**
 * Tells when the last executor is lost, for which Spark itself waits in silence and without end, and when there is one again; gives up after a while.
 */
final class Attendance extends SparkListener {
    private static final long AGAIN_MILLIS = 1_000;

    private final String master;
    private final Duration patience;
    private final BooleanSupplier ended;
    private final Consumer<String> notes;
    private final Consumer<String> giveUp;
    private final Set<String> there = new HashSet<>();
    private int arrivals;
    private boolean told;

    /**
     * Nobody is there yet.
     *
     * @param patience how long nobody may be there after the last has gone
     * @param ended whether executors leave because the work is done
     * @param giveUp is told why nobody is waited for any longer, and again each second until somebody comes or the work has ended
     */
    Attendance(String master, Duration patience, BooleanSupplier ended, Consumer<String> notes,
            Consumer<String> giveUp) {
        this.master = master;
        this.patience = patience;
        this.ended = ended;
        this.notes = notes;
        this.giveUp = giveUp;
    }

    /** Those that came before anybody listened. */
    synchronized void add(Collection<String> executors) {
        there.addAll(executors);
    }

    @Override
    public synchronized void onExecutorAdded(SparkListenerExecutorAdded added) {
        there.add(added.executorId());
        arrivals++;
        notifyAll();
        if (told) {
            told = false;
            notes.accept(master + ": there is an executor again, the work goes on");
        }
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        if (there.remove(removed.executorId()) && there.isEmpty() && !ended.getAsBoolean()) {
            told = true;
            String reason = removed.reason().lines().findFirst().orElse("");
            notes.accept(master + ": no executor is left (the last one: " + reason + "); waiting for one, "
                    + Patience.atMost(patience));
            int since = arrivals;
            Thread.ofPlatform().daemon().name("goshawk-attendance").start(() -> await(since, reason));
        }
    }

    @Override
    public synchronized void onApplicationEnd(SparkListenerApplicationEnd end) {
        arrivals++;
        notifyAll();
    }

    private synchronized void await(int since, String reason) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (arrivals == since && !ended.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    giveUp.accept(
                            "no executor came within " + Patience.of(patience) + " of losing the last one (" + reason
                                    + "); see that the master and its workers run");
                    wait(AGAIN_MILLIS);
                } else {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
