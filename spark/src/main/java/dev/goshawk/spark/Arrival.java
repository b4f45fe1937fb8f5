package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Waits for an application's first executors. */
final class Arrival {
    /** Without a new executor for so long, those that are there are taken to be all. */
    private static final long SETTLED_MILLIS = 3_000;
    /** A cluster that is idle has executors by then. */
    private static final long NOTE_MILLIS = 15_000;
    private static final long POLL_MILLIS = 100;

    private final JavaSparkContext context;
    private final Master master;
    private final Duration patience;
    private final Consumer<String> notes;

    /**
     * Of an application that was started.
     *
     * @param patience how long nobody may come
     */
    Arrival(JavaSparkContext context, Master master, Duration patience, Consumer<String> notes) {
        this.context = context;
        this.master = master;
        this.patience = patience;
        this.notes = notes;
    }

    /**
     * Returns when all seem to be there, or when some are and no more come.
     *
     * @throws ClusterException in one line, if none comes or Spark gives up
     */
    void await() {
        long start = System.nanoTime();
        long changed = start;
        long mostMillis = patience.toMillis();
        boolean told = false;
        int seen = 0;
        while (seen == 0 || master.executors().isPresent()
                ? seen < master.executors().orElse(1)
                : millisSince(changed) < SETTLED_MILLIS) {
            requireRunning();
            long waited = millisSince(start);
            if (waited > mostMillis) {
                if (seen > 0) {
                    return;
                }
                throw new ClusterException(master.url() + ": no executor came within " + Patience.of(patience) + " ("
                        + Patience.SETTING + "): no worker, or none with " + asked(context.getConf())
                        + "; Spark's own page lists workers and what they have free");
            }
            if (!told && seen == 0 && waited > Math.min(NOTE_MILLIS, mostMillis / 4)) {
                told = true;
                notes.accept(master.url() + ": no executor has come yet; waiting for one with "
                        + asked(context.getConf()) + ", " + Patience.atMost(patience));
            }
            pause();
            int now = Connection.executors(context);
            if (now != seen) {
                seen = now;
                changed = System.nanoTime();
            }
        }
    }

    private static long millisSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1_000_000;
    }

    /** What an executor needs of a worker. */
    private static String asked(SparkConf conf) {
        String cores = conf.get("spark.executor.cores", "");
        return conf.get("spark.executor.memory", "1g") + " of memory (spark.executor.memory) and "
                + (cores.isEmpty()
                        ? "a core"
                        : cores + (cores.equals("1") ? " core" : " cores")
                                + " (spark.executor.cores)")
                + " free";
    }

    private void requireRunning() {
        if (context.sc().isStopped()) {
            throw new ClusterException(master.url() + (isRegistered(context)
                    ? ": Spark gave up: every executor ended as soon as it began, or the master is gone; the executors'"
                            + " logs say why (SPARK_HOME/work on their machines)"
                    : ": no Spark master answers there, though something listens: see that it is a master's own port,"
                            + " of Spark 4.2, and reachable from here"));
        }
    }

    /** Whether a master has ever taken the application: until then Spark makes a name up. */
    private static boolean isRegistered(JavaSparkContext context) {
        return !context.sc().applicationId().startsWith("spark-application-");
    }

    private void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException(master.url() + ": interrupted", e);
        }
    }
}
