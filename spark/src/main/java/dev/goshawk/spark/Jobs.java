package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs jobs under names for a person, and tells in one line why one failed. */
final class Jobs {
    private static final Pattern OURS = Pattern
            .compile(Pattern.quote(ShardException.class.getName()) + ": ([^\\r\\n]*)");
    private static final String MORE_MEMORY = "; give executors more memory (-Dspark.executor.memory) or use a smaller micro-batch";
    private static final Pattern LOST = Pattern.compile("ExecutorLostFailure \\(([^\\r\\n]*)");
    private static final Pattern MEMORY = Pattern.compile("java\\.lang\\.OutOfMemoryError(: [^\\r\\n]*)?");
    private static final Pattern BROADCAST = Pattern.compile("Failed to get (broadcast_\\d+)");
    private static final Pattern DISK = Pattern.compile("No space left on device|Disk quota exceeded");
    private static final Pattern WHERE = Pattern.compile("\\(TID \\d+\\) \\((\\S+) executor (\\S+?)\\)");

    private static final String GIVEN_UP = "by goshawk: ";
    private static final Pattern OURS_CANCELLED = Pattern
            .compile("cancelled " + Pattern.quote(GIVEN_UP) + "([^\\r\\n]*)");

    private Jobs() {
    }

    /**
     * Runs a job.
     *
     * @param name as Spark's pages show it
     * @throws ClusterException in one line, if it failed for good
     */
    static <T> T run(JavaSparkContext context, String name, Callable<T> job) {
        context.setCallSite(name);
        context.sc().setJobDescription(name);
        try {
            return job.call();
        } catch (Exception e) {
            throw new ClusterException(reason(name, e), e);
        } finally {
            context.sc().setJobDescription(null);
            context.clearCallSite();
        }
    }

    /** Ends the jobs that run, each with this reason. */
    static void giveUp(JavaSparkContext context, String why) {
        for (int job : context.statusTracker().getActiveJobIds()) {
            context.sc().cancelJob(job, GIVEN_UP + why);
        }
    }

    /** Spark's own message holds the executor's stack trace. */
    static String reason(String name, Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            Matcher ours = OURS.matcher(t instanceof ShardException ? t.toString() : String.valueOf(t.getMessage()));
            if (ours.find()) {
                return ours.group(1);
            }
        }
        String message = String.valueOf(failure.getMessage());
        Matcher givenUp = OURS_CANCELLED.matcher(message);
        if (givenUp.find()) {
            return name + ": " + givenUp.group(1);
        }
        Matcher where = WHERE.matcher(message);
        String on = where.find() ? " (executor " + where.group(2) + " on " + where.group(1) + ")" : "";
        Matcher broadcast = BROADCAST.matcher(message);
        if (broadcast.find()) {
            return name + ": what the driver had sent is lost on every machine (" + broadcast.group(1)
                    + "): start the command again; on the driver it is in memory or in spark.local.dir, which nothing may clear";
        }
        Matcher disk = DISK.matcher(message);
        if (disk.find()) {
            return name + ": no space left on the disk of spark.local.dir" + on
                    + ": free some, or name another folder (-Dspark.local.dir)";
        }
        Matcher lost = LOST.matcher(message);
        if (lost.find()) {
            return name + ": executors were lost again and again, the last one: "
                    + lost.group(1).replaceFirst("\\)\\s*Reason: ", ": ") + MORE_MEMORY;
        }
        Matcher memory = MEMORY.matcher(message);
        if (memory.find()) {
            return name + ": executors ran out of memory again and again" + on + MORE_MEMORY;
        }
        return name + ": Spark: " + message.lines().findFirst().orElse(failure.getClass().getSimpleName()).strip();
    }
}
