package dev.goshawk.spark;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/** Tells when the last executor is lost, for which Spark itself waits in silence, and when there is one again. */
final class Attendance extends SparkListener {
    private final String master;
    private final BooleanSupplier ended;
    private final Consumer<String> notes;
    private final Set<String> there = new HashSet<>();
    private boolean told;

    /**
     * Nobody is there yet.
     *
     * @param ended whether executors leave because the work is done
     */
    Attendance(String master, BooleanSupplier ended, Consumer<String> notes) {
        this.master = master;
        this.ended = ended;
        this.notes = notes;
    }

    /** Those that came before anybody listened. */
    synchronized void add(Collection<String> executors) {
        there.addAll(executors);
    }

    @Override
    public synchronized void onExecutorAdded(SparkListenerExecutorAdded added) {
        there.add(added.executorId());
        if (told) {
            told = false;
            notes.accept(master + ": there is an executor again, the work goes on");
        }
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        if (there.remove(removed.executorId()) && there.isEmpty() && !ended.getAsBoolean()) {
            told = true;
            notes.accept(
                    master + ": no executor is left (the last one: " + removed.reason().lines().findFirst().orElse("")
                            + "); waiting for one");
        }
    }
}
