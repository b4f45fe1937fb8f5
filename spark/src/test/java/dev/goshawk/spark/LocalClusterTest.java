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
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Executors that are processes of their own, one of which is killed in the middle of a product. */
class LocalClusterTest {
    private static final int BATCH = 2;

    @AfterAll
    static void settings() {
        System.clearProperty("spark.locality.wait");
    }

    private static List<ProcessHandle> executors() {
        return ProcessHandle.current().descendants()
                .filter(p -> p.info().command().filter(c -> c.endsWith("/java")).isPresent()).toList();
    }

    @Test
    void executorsHaveTheBitsOfOneProcessAndMayDie() {
        // Bits do not depend on which backend it is; this one needs no kernels compiled in three processes.
        Backend backend = Backends.select("reference", Workers.SINGLE);
        LossProblem problem = SmallNetwork.problem(11, DType.FLOAT32, backend);
        List<String> names = SmallNetwork.trainable(problem);
        HessianOperator one = HessianOperator.by(problem, names, BATCH);
        double[] v = SmallNetwork.random(one.size(), 1);
        double[] expected = new double[one.size()];
        one.apply(v, expected);
        System.setProperty("spark.ui.enabled", "false");
        System.setProperty("spark.locality.wait", "1s"); // how long a lost executor's shard waits for it
        try (JavaSparkContext context = Connection.open(Master.parse("local-cluster[2,1,2048]"))) {
            SparkCluster cluster = new SparkCluster(context, 3, Engine.here(backend), 1L << 30);
            assertEquals("2 executors", cluster.state());
            try (SparkHessian h = cluster.operator(problem, CurvatureMatrix.HESSIAN, "all", names, BATCH, false)) {
                assertEquals("3 shards on 2 executors", cluster.state());
                assertEquals(one.loss(), h.loss());
                assertArrayEquals(one.gradient(), h.gradient());
                assertArrayEquals(expected, product(h, v));

                List<ProcessHandle> before = executors();
                assertEquals(2, before.size(), "processes");
                AtomicInteger killed = new AtomicInteger();
                context.sc().addSparkListener(new SparkListener() {
                    @Override
                    public void onTaskStart(SparkListenerTaskStart task) {
                        if (killed.getAndIncrement() == 0) {
                            before.getFirst().destroyForcibly();
                        }
                    }
                });
                assertArrayEquals(expected, product(h, v), "with an executor killed");
                before.getFirst().onExit().join();
                assertTrue(killed.get() > 0);
                assertArrayEquals(expected, product(h, v), "after that");
            }
        }
    }

    private static double[] product(SparkHessian h, double[] v) {
        double[] out = new double[h.size()];
        h.apply(v, out);
        return out;
    }
}
