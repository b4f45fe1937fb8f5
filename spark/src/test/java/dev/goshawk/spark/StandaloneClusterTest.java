package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
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
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A master and a worker that were started before, as on a cluster. */
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

    private void start(String main, String... arguments) throws IOException {
        String home = System.getenv("SPARK_HOME");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m", "-cp", Path.of(home, "jars") + "/*", main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve(main + ".log").toFile());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        daemons.add(builder.start());
    }

    @AfterEach
    void stop() {
        SETTINGS.keySet().forEach(System::clearProperty);
        daemons.forEach(d -> d.destroyForcibly().onExit().join());
    }

    @Test
    void hasTheBitsOfOneProcess() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Master master = Master.parse("spark://127.0.0.1:" + port);
        start("org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "" + port, "--webui-port", "0");
        start("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "2",
                "--memory", "1100m", "--work-dir", folder.resolve("work").toString(), master.url());
        awaitLog("org.apache.spark.deploy.master.Master.log", "Registering worker");
        Backend backend = Backends.select(Workers.SINGLE);
        LossProblem problem = SmallNetwork.problem(11, DType.FLOAT32, backend);
        List<String> names = SmallNetwork.trainable(problem);
        HessianOperator one = HessianOperator.by(problem, names, 2);
        double[] v = SmallNetwork.random(one.size(), 1);
        double[] expected = new double[one.size()];
        one.apply(v, expected);
        SETTINGS.forEach(System::setProperty);
        try (JavaSparkContext context = Connection.open(master)) {
            SparkCluster cluster = new SparkCluster(context, 3, Engine.here(backend), 1L << 30);
            try (SparkHessian h = cluster.operator(problem, CurvatureMatrix.HESSIAN, "all", names, 2, false)) {
                assertEquals("3 shards on 2 executors", cluster.state());
                double[] out = new double[h.size()];
                h.apply(v, out);
                assertArrayEquals(expected, out);
            }
        }
    }

    private void awaitLog(String file, String said) throws IOException {
        for (int i = 0; i < 300; i++) {
            if (Files.readString(folder.resolve(file)).contains(said)) {
                return;
            }
            LocalExecutors.pause(100);
        }
        assertTrue(false, Files.readString(folder.resolve(file)));
    }
}
