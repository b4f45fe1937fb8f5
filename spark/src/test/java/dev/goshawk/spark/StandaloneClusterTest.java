package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A master and workers that were started before, as on a cluster. */
@EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
        disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
class StandaloneClusterTest {
    private static final Map<String, String> SETTINGS = Map.of("spark.ui.enabled", "false", "spark.executor.memory",
            "512m",
            "spark.executor.cores", "1", "spark.driver.host", "127.0.0.1", "spark.driver.bindAddress", "127.0.0.1",
            "spark.executor.extraClassPath", System.getProperty("java.class.path"));

    @TempDir
    private Path folder;
    private final List<Process> daemons = new ArrayList<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final Backend backend = Backends.select(Workers.SINGLE);
    private final LossProblem problem = SmallNetwork.problem(11, DType.FLOAT32, backend);
    private final List<String> names = SmallNetwork.trainable(problem);
    private final double[] v;
    private final double[] expected;

    StandaloneClusterTest() {
        HessianOperator one = HessianOperator.by(problem, names, 2);
        v = SmallNetwork.random(one.size(), 1);
        expected = new double[one.size()];
        one.apply(v, expected);
    }

    private void start(String log, String main, String... arguments) throws IOException {
        String home = System.getenv("SPARK_HOME");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", Path.of(home, "jars") + "/*",
                        main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve(log).toFile());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        daemons.add(builder.start());
    }

    @AfterEach
    void stop() {
        settings.keySet().forEach(System::clearProperty);
        daemons.forEach(d -> d.destroyForcibly().onExit().join());
    }

    /** Starts a master and workers, each with an address of this machine of its own. */
    private Master cluster(int cores, String... hosts) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Master master = Master.parse("spark://127.0.0.1:" + port);
        start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "" + port,
                "--webui-port", "0");
        for (String host : hosts) {
            startWorker(master, cores, host);
        }
        for (String host : hosts) {
            awaitLog("master", "Registering worker " + host);
        }
        return master;
    }

    private void startWorker(Master master, int cores, String host) throws IOException {
        start(host, "org.apache.spark.deploy.worker.Worker", "--host", host, "--webui-port", "0", "--cores",
                "" + cores, "--memory", "1100m", "--work-dir", folder.resolve("work" + host).toString(),
                master.url());
    }

    private JavaSparkContext open(Master master, String... more) {
        settings.putAll(SETTINGS);
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        settings.forEach(System::setProperty);
        return Connection.open(master, notes::add);
    }

    private SparkHessian operator(JavaSparkContext context) {
        SparkCluster cluster = new SparkCluster(context, 3, Engine.here(backend), 1L << 30);
        SparkHessian h = cluster.operator(problem, CurvatureMatrix.HESSIAN, "all", names, 2, false);
        assertEquals("3 shards on 2 executors", cluster.state());
        return h;
    }

    private void assertSameBits(SparkHessian h) {
        double[] out = new double[h.size()];
        h.apply(v, out);
        assertArrayEquals(expected, out);
    }

    @Test
    void hasTheBitsOfOneProcess() throws IOException {
        try (JavaSparkContext context = open(cluster(2, "127.0.0.1")); SparkHessian h = operator(context)) {
            assertSameBits(h);
        }
    }

    /** Spark computes a task a second time on another machine alone, which an address of its own makes a worker. */
    @Test
    void aShardThatIsComputedTwiceCountsOnce() throws IOException {
        Master master = cluster(1, "127.0.0.1", "127.0.0.2");
        List<ProcessHandle> executors = new ArrayList<>();
        try (JavaSparkContext context = open(master, "spark.speculation", "true", "spark.speculation.interval",
                "100ms", "spark.speculation.multiplier", "1.1", "spark.speculation.quantile", "0.3",
                "spark.locality.wait", "0"); SparkHessian h = operator(context)) {
            assertSameBits(h);
            AtomicInteger copies = new AtomicInteger();
            context.sc().addSparkListener(new SparkListener() {
                @Override
                public void onTaskStart(SparkListenerTaskStart task) {
                    if (task.taskInfo().speculative()) {
                        copies.incrementAndGet();
                    }
                }
            });
            executors.addAll(LocalExecutors.of(ProcessHandle.current()));
            assertEquals(2, executors.size());
            // Not for longer: what the other executor fetches from a process that hangs is waited for two minutes.
            LocalExecutors.signal(executors.getFirst(), "STOP");
            Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 600 && copies.get() == 0; i++) {
                    LocalExecutors.pause(100);
                }
                LocalExecutors.signal(executors.getFirst(), "CONT");
            });
            assertSameBits(h);
            assertTrue(copies.get() > 0, "no shard was computed a second time");
            assertSameBits(h);
            assertSameBits(h);
        } finally {
            executors.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void withoutWorkersALineSaysWhatIsWaitedForAndThenThatItWasInVain() throws IOException {
        Master master = cluster(1);
        awaitLog("master", "New state: ALIVE");
        ClusterException failure = assertThrows(ClusterException.class,
                () -> open(master, Patience.SETTING, "4s"));
        String asked = "512m of memory (spark.executor.memory) and 1 core (spark.executor.cores) free";
        assertEquals(
                master.url() + ": no executor came within 4 s (spark.goshawk.executors.wait): no worker, or none with "
                        + asked + "; Spark's own page lists workers and what they have free",
                failure.getMessage());
        assertEquals(List.of(master.url() + ": no executor has come yet; waiting for one with " + asked
                + ", 4 s at most (spark.goshawk.executors.wait)"), notes);
    }

    @Test
    void theOnlyWorkerIsKilledAndAnotherComes() throws IOException {
        Master master = cluster(2, "127.0.0.1");
        try (JavaSparkContext context = open(master); SparkHessian h = operator(context)) {
            assertSameBits(h);
            notes.clear();
            List<ProcessHandle> executors = LocalExecutors.of(ProcessHandle.current());
            daemons.getLast().destroyForcibly().onExit().join();
            executors.forEach(ProcessHandle::destroyForcibly);
            for (int i = 0; i < 1200 && notes.isEmpty(); i++) {
                LocalExecutors.pause(100);
            }
            assertEquals(1, notes.size(), notes.toString());
            assertTrue(notes.getFirst().startsWith(master.url() + ": no executor is left ("), notes.getFirst());
            assertTrue(notes.getFirst().endsWith("; waiting for one, 300 s at most (spark.goshawk.executors.wait)"),
                    notes.getFirst());
            startWorker(master, 2, "127.0.0.2");
            assertSameBits(h);
            assertEquals(List.of(master.url() + ": there is an executor again, the work goes on"),
                    notes.subList(1, notes.size()));
        }
    }

    /** Executors work on without a master; without both nothing can come. */
    @Test
    void theMasterIsKilledInAProductAndThenTheExecutors() throws IOException {
        Master master = cluster(2, "127.0.0.1");
        try (JavaSparkContext context = open(master, Patience.SETTING, "60s"); SparkHessian h = operator(context)) {
            assertSameBits(h);
            notes.clear();
            AtomicInteger tasks = new AtomicInteger();
            context.sc().addSparkListener(new SparkListener() {
                @Override
                public void onTaskStart(SparkListenerTaskStart task) {
                    if (tasks.getAndIncrement() == 0) {
                        daemons.getFirst().destroyForcibly();
                    }
                }
            });
            assertSameBits(h);
            assertTrue(tasks.get() > 0);
            daemons.getFirst().onExit().join();
            assertSameBits(h);
            assertEquals(List.of(), notes);
            List<ProcessHandle> executors = LocalExecutors.of(ProcessHandle.current());
            assertEquals(2, executors.size());
            executors.forEach(ProcessHandle::destroyForcibly);
            String said = assertThrows(ClusterException.class, () -> assertSameBits(h)).getMessage();
            assertTrue(said.startsWith("small, all: product 4: no executor came within 60 s of losing the last one ("),
                    said);
            assertEquals(1, said.lines().count(), said);
            assertEquals(1, notes.size(), notes.toString());
            assertTrue(notes.getFirst().startsWith(master.url() + ": no executor is left ("), notes.getFirst());
        }
    }

    private void awaitLog(String file, String said) throws IOException {
        for (int i = 0; i < 1800; i++) {
            if (Files.readString(folder.resolve(file)).contains(said)) {
                return;
            }
            LocalExecutors.pause(100);
        }
        assertTrue(false, Files.readString(folder.resolve(file)));
    }
}
