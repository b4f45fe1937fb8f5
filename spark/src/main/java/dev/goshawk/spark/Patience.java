package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/** How long a cluster may be without any executor: a setting in Spark's own style. */
final class Patience {
    static final String SETTING = "spark.goshawk.executors.wait";
    private static final String DEFAULT = "300s";

    private Patience() {
    }

    /**
     * What a user asked for, or five minutes.
     *
     * @throws ClusterException in one line, if the setting is no time
     */
    static Duration of(SparkConf conf) {
        String given = conf.get(SETTING, DEFAULT);
        long millis;
        try {
            millis = JavaUtils.timeStringAs(given, TimeUnit.MILLISECONDS);
        } catch (IllegalArgumentException e) {
            millis = 0;
        }
        if (millis <= 0) {
            throw new ClusterException(SETTING + ": expected a time such as 90s or 10min, got '" + given + "'");
        }
        return Duration.ofMillis(millis);
    }

    /** For a person. */
    static String of(Duration patience) {
        return (patience.toMillis() % 1000 == 0 ? "" + patience.toSeconds() : "" + patience.toMillis() / 1e3) + " s";
    }

    /** For a person, with the setting. */
    static String atMost(Duration patience) {
        return of(patience) + " at most (" + SETTING + ")";
    }
}
