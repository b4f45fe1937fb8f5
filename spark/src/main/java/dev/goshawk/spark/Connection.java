package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** Starts a Spark application as Goshawk needs it. Settings that the user made, as system properties, are left alone. */
final class Connection {
    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";
    private static final String EXECUTOR_CLASS_PATH = "spark.executor.extraClassPath";
    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    private Connection() {
    }

    /**
     * Starts an application and waits for executors.
     *
     * @throws ClusterException in one line
     */
    static JavaSparkContext open(Master master) {
        return open(master,
                note -> System.getLogger(Connection.class.getName()).log(System.Logger.Level.WARNING, note));
    }

    /**
     * The same.
     *
     * @param notes take lines for the user
     */
    static JavaSparkContext open(Master master, Consumer<String> notes) {
        master.requireAnswer();
        quieten();
        SparkConf conf = settings(master);
        Duration patience = Patience.of(conf);
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
                Attendance attendance = new Attendance(master.url(), patience, context.sc()::isStopped, notes,
                        why -> Jobs.giveUp(context, why));
                context.sc().addSparkListener(attendance);
                attendance.add(CollectionConverters.asJava(context.sc().getExecutorIds()));
                new Arrival(context, master, patience, notes).await();
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
    static void quieten() {
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

    /** Executors there are at the moment; 1 where the driver is the only one. */
    static int executors(JavaSparkContext context) {
        if (context.sc().isStopped()) {
            return 0;
        }
        int all = context.statusTracker().getExecutorInfos().length;
        return context.isLocal() ? 1 : all - 1;
    }
}
