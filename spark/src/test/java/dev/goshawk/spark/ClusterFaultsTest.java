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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.util.Utils$;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What may happen to executors that are processes of their own: the same bits, or one line. */
@EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
        disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
class ClusterFaultsTest {
    private static final int BATCH = 2;
    private static final int SHARDS = 4;

    private final Backend backend = Backends.select(Workers.SINGLE);
    private final LossProblem problem = SmallNetwork.problem(16, DType.FLOAT32, backend);
    private final List<String> names = SmallNetwork.trainable(problem);
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<ProcessHandle> stopped = new CopyOnWriteArrayList<>();
    private final double[] v;
    private final double[] expected;

    ClusterFaultsTest() {
        HessianOperator one = HessianOperator.by(problem, names, BATCH);
        v = SmallNetwork.random(one.size(), 1);
        expected = new double[one.size()];
        one.apply(v, expected);
    }

    /** Spark's classes read the settings of its log when they are first used, here before a connection is made. */
    @BeforeAll
    static void quiet() {
        Connection.quieten();
    }

    private JavaSparkContext open(String... more) {
        settings.put("spark.ui.enabled", "false");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        settings.forEach(System::setProperty);
        Utils$.MODULE$.clearLocalRootDirs();
        return Connection.open(Master.parse("local-cluster[2,1,512]"));
    }

    @AfterEach
    void leaveNothing() {
        settings.keySet().forEach(System::clearProperty);
        stopped.forEach(ProcessHandle::destroyForcibly);
        Utils$.MODULE$.clearLocalRootDirs();
    }

    private SparkHessian operator(JavaSparkContext context, LossProblem of, long mostBytes) {
        return new SparkCluster(context, SHARDS, Engine.here(backend), mostBytes).operator(of,
                CurvatureMatrix.HESSIAN, "all", names, BATCH, false);
    }

    private SparkHessian operator(JavaSparkContext context) {
        return operator(context, problem, 1L << 30);
    }

    private void assertSameBits(SparkHessian h, String when) {
        double[] out = new double[h.size()];
        h.apply(v, out);
        assertArrayEquals(expected, out, when);
    }

    private static void assertOneLine(String said, ClusterException failure) {
        assertTrue(failure.getMessage().contains(said), failure.getMessage());
        assertEquals(1, failure.getMessage().lines().count(), failure.getMessage());
    }

    private void stop(ProcessHandle executor) {
        stopped.add(executor);
        LocalExecutors.signal(executor, "STOP");
    }

    /** Both hang in the middle of their tasks; the second is killed when Spark knows that the first is gone. */
    @Test
    void twoExecutorsKilledOneAfterTheOtherInOneProduct() {
        try (JavaSparkContext context = open(); SparkHessian h = operator(context)) {
            assertSameBits(h, "before");
            LocalExecutors.await(context, 2).forEach(this::stop);
            List<String> killed = new CopyOnWriteArrayList<>();
            context.sc().addSparkListener(new SparkListener() {
                @Override
                public void onTaskStart(SparkListenerTaskStart task) {
                    if (killed.isEmpty()) {
                        kill(task.taskInfo().executorId());
                    }
                }

                @Override
                public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                    if (killed.size() == 1) {
                        kill(removed.executorId().equals("0") ? "1" : "0");
                    }
                }

                private void kill(String id) {
                    killed.add(id);
                    LocalExecutors.named(id).destroyForcibly();
                }
            });
            assertSameBits(h, "with both killed");
            assertEquals(2, killed.size());
            LocalExecutors.await(context, 2);
            assertSameBits(h, "after that");
        }
    }

    @Test
    void aStragglerIsWaitedFor() {
        try (JavaSparkContext context = open(); SparkHessian h = operator(context)) {
            ProcessHandle slow = LocalExecutors.await(context, 2).getFirst();
            stop(slow);
            AtomicBoolean goesOn = new AtomicBoolean();
            Thread.ofPlatform().start(() -> {
                LocalExecutors.pause(5_000);
                goesOn.set(true);
                LocalExecutors.signal(slow, "CONT");
            });
            assertSameBits(h, "with a straggler");
            assertTrue(goesOn.get(), "shards are not computed a second time elsewhere");
            assertTrue(slow.isAlive());
        }
    }

    private LossProblem greedy(Path eaten) {
        return new LossProblem(new GreedyNetwork(eaten.toString()), problem.parameters(), problem.images(),
                problem.labels(), backend);
    }

    @Test
    void anExecutorThatRunsOutOfMemoryIsReplaced(@TempDir Path folder) {
        Path eaten = folder.resolve("eaten");
        List<String> lost = new CopyOnWriteArrayList<>();
        try (JavaSparkContext context = open()) {
            context.sc().addSparkListener(new SparkListener() {
                @Override
                public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                    lost.add(removed.executorId());
                }
            });
            try (SparkHessian h = operator(context, greedy(eaten), 1L << 30)) {
                assertTrue(Files.exists(eaten), "one was full");
                assertSameBits(h, "after that");
            }
            LocalExecutors.await(context, 2);
        }
        assertEquals(1, lost.size(), lost.toString());
    }

    @Test
    void executorsThatAllRunOutOfMemoryAreOneLine(@TempDir Path folder) {
        try (JavaSparkContext context = open()) {
            assertOneLine("give executors more memory (-Dspark.executor.memory) or use a smaller micro-batch",
                    assertThrows(ClusterException.class,
                            () -> operator(context, greedy(folder.resolve("no folder/eaten")), 1L << 30)));
        }
    }

    /** Takes away what executors were sent, and the shards, which have to be computed again from it. */
    private static void forget(JavaSparkContext context) {
        List<Integer> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            tasks.add(i);
        }
        long executors = context.parallelize(tasks, tasks.size()).map(i -> {
            forget(SparkEnv.get().blockManager());
            System.gc();
            Thread.sleep(300);
            return SparkEnv.get().executorId();
        }).distinct().count();
        assertEquals(2, executors);
    }

    private static void forget(BlockManager blocks) {
        scala.collection.Iterator<BlockId> all = blocks.getMatchingBlockIds(id -> id.isBroadcast() || id.isRDD())
                .iterator();
        while (all.hasNext()) {
            blocks.removeBlock(all.next(), true);
        }
    }

    @Test
    void lostBroadcastsAreSentAgainWhileTheDriverHasThem() {
        try (JavaSparkContext context = open(); SparkHessian h = operator(context)) {
            forget(context);
            assertSameBits(h, "with broadcasts lost on executors");
            forget(context);
            forget(SparkEnv.get().blockManager());
            assertOneLine("small, all: product 2: what the driver had sent is lost on every machine (broadcast_",
                    assertThrows(ClusterException.class, () -> assertSameBits(h, "")));
        }
    }

    @Test
    void aFullDiskIsOneLine(@TempDir Path folder) throws IOException, InterruptedException {
        int mounted = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.toString())
                .redirectErrorStream(true).start().waitFor();
        Assumptions.assumeTrue(mounted == 0, "skipped: a tmpfs cannot be mounted here");
        try (JavaSparkContext context = open("spark.local.dir", folder.toString());
                SparkHessian h = operator(context);
                SparkHessian large = operator(context, problem, 1)) {
            assertSameBits(large, "with room");
            Path filler = folder.resolve("filler");
            assertThrows(IOException.class, () -> Files.write(filler, new byte[4 << 20]));
            assertSameBits(h, "without room, where nothing is written");
            ClusterException failure = assertThrows(ClusterException.class, () -> assertSameBits(large, ""));
            assertOneLine("no space left on the disk", failure);
            assertOneLine("-Dspark.local.dir", failure);
            Files.delete(filler);
            assertSameBits(large, "with room again");
        } finally {
            assertEquals(0, new ProcessBuilder("umount", "-l", folder.toString()).start().waitFor());
        }
    }
}
