package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** Starts a Spark application as Goshawk needs it. Settings that the user made, as system properties, are left alone. */
final class Connection {
    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";
    private static final String EXECUTOR_CLASS_PATH = "spark.executor.extraClassPath";
    private static final String LOG_SETTINGS = "log4j2.configurationFile";
    private static final long EXECUTORS_MILLIS = 300_000;
    /** Without a new executor for so long, those that are there are taken to be all. */
    private static final long SETTLED_MILLIS = 3_000;
    private static final long POLL_MILLIS = 100;

    private Connection() {
    }

    /**
     * Starts an application and waits for executors.
     *
     * @throws ClusterException in one line
     */
    static JavaSparkContext open(Master master) {
        master.requireAnswer();
        quieten();
        SparkConf conf = settings(master);
        JavaSparkContext context;
        try {
            context = new JavaSparkContext(conf);
        } catch (Exception e) {
            throw new ClusterException(master.isModule() && isUnknown(e)
                    ? master.url()
                            + ": Spark's module for it is not on the class path, where bin/goshawk has none: use the"
                            + " spark-submit of a Spark distribution"
                    : Jobs.reason(master.url(), e), e);
        }
        try {
            if (!context.isLocal()) {
                Attendance attendance = new Attendance(master.url(), context.sc()::isStopped,
                        note -> System.getLogger(Connection.class.getName()).log(System.Logger.Level.WARNING, note));
                context.sc().addSparkListener(attendance);
                attendance.add(CollectionConverters.asJava(context.sc().getExecutorIds()));
                awaitExecutors(context, master);
            }
            return context;
        } catch (ClusterException e) {
            context.close();
            throw e;
        }
    }

    private static boolean isUnknown(Exception e) {
        return String.valueOf(e.getMessage()).contains("Could not parse Master URL");
    }

    /** Spark's log would drown what a user is told, unless a log was asked for. */
    private static void quieten() {
        ClassLoader loader = Connection.class.getClassLoader();
        if (System.getProperty(LOG_SETTINGS) == null && loader.getResource("log4j2.properties") == null
                && loader.getResource("log4j2.xml") == null) {
            URL own = Objects.requireNonNull(Connection.class.getResource("log4j2.properties"));
            System.setProperty(LOG_SETTINGS, own.toString());
        }
    }

    static SparkConf settings(Master master) {
        SparkConf conf = new SparkConf().setMaster(master.url());
        conf.setIfMissing("spark.app.name", "goshawk");
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        // A shard's twin would only be computed a second time, and a shard belongs where it is.
        conf.setIfMissing("spark.speculation", "false");
        conf.setIfMissing("spark.locality.wait", "30s");
        // Parts of products are bounded by the operator itself.
        conf.setIfMissing("spark.driver.maxResultSize", "0");
        if (master.isHere()) {
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
        }
        master.mebibytes().ifPresent(m -> conf.setIfMissing("spark.executor.memory", m + "m"));
        if (!master.isLocal()) {
            String options = String.join(" ", Engines.forExecutors());
            conf.set(EXECUTOR_OPTIONS, (conf.get(EXECUTOR_OPTIONS, "") + " " + options).strip());
            conf.setIfMissing("spark.executor.processTreeMetrics.enabled", "false");
            sendClasses(conf, master);
        }
        if (master.startsExecutors()) {
            conf.setIfMissing("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"));
            // Which folder of SPARK_HOME holds the jars; Spark's scripts would say it.
            conf.setIfMissing("spark.executorEnv.SPARK_SCALA_VERSION", "2.13");
            requireSparkHome();
        }
        return conf;
    }

    /** The one jar, or in a build the folders that classes are in. */
    private static void sendClasses(SparkConf conf, Master master) {
        Path own = ownPath();
        if (own != null && Files.isRegularFile(own)) {
            if (!conf.contains("spark.jars")) {
                conf.set("spark.jars", own.toUri().toString());
            }
        } else if (master.isHere()) {
            conf.setIfMissing(EXECUTOR_CLASS_PATH, System.getProperty("java.class.path"));
        } else if (!conf.contains(EXECUTOR_CLASS_PATH)) {
            throw new ClusterException(master.url()
                    + ": executors need Goshawk as one jar, goshawk-spark.jar, which mvn package makes; put it on the class path");
        }
    }

    private static @Nullable Path ownPath() {
        try {
            return Path.of(Connection.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static void requireSparkHome() {
        String home = System.getenv("SPARK_HOME");
        if (home == null || !Files.isDirectory(Path.of(home, "jars"))) {
            throw new ClusterException(
                    "SPARK_HOME: local-cluster starts executors from a folder with Spark's jars/, got "
                            + (home == null ? "nothing" : "'" + home + "'") + "; bin/goshawk sets it");
        }
    }

    private static void awaitExecutors(JavaSparkContext context, Master master) {
        long start = System.currentTimeMillis();
        long changed = start;
        int seen = 0;
        while (seen == 0 || master.executors().isPresent()
                ? seen < master.executors().orElse(1)
                : System.currentTimeMillis() - changed < SETTLED_MILLIS) {
            if (context.sc().isStopped()) {
                throw new ClusterException(master.url() + (isRegistered(context)
                        ? ": Spark gave up: every executor ended as soon as it began, or the master is gone; the executors'"
                                + " logs say why (SPARK_HOME/work on their machines)"
                        : ": no Spark master answers there, though something listens: see that it is a master's own port,"
                                + " of Spark 4.2, and reachable from here"));
            }
            if (System.currentTimeMillis() - start > EXECUTORS_MILLIS) {
                if (seen > 0) {
                    return;
                }
                throw new ClusterException(master.url() + ": no executor came within " + EXECUTORS_MILLIS / 1000
                        + " s: see Spark's own page for free cores and memory");
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClusterException(master.url() + ": interrupted", e);
            }
            int now = executors(context);
            if (now != seen) {
                seen = now;
                changed = System.currentTimeMillis();
            }
        }
    }

    /** Whether a master has ever taken the application: until then Spark makes a name up. */
    private static boolean isRegistered(JavaSparkContext context) {
        return !context.sc().applicationId().startsWith("spark-application-");
    }

    /** Executors there are at the moment; 1 where the driver is the only one. */
    static int executors(JavaSparkContext context) {
        if (context.sc().isStopped()) {
            return 0;
        }
        int all = context.statusTracker().getExecutorInfos().length;
        return context.isLocal() ? 1 : all - 1;
    }
}
