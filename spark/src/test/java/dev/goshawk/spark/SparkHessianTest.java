package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.hawq.cli.cluster.OperatorSource;
import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Block;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.Objective;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.EigenResult;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** In the driver's own process: the same code as on executors, which {@link LocalClusterTest} starts. */
class SparkHessianTest {
    private static final int BATCH = 2;
    private static final int IMAGES = 13;
    private static JavaSparkContext context;

    /** Bits do not depend on which backend it is; this one needs no kernels compiled. */
    private final Backend backend = Backends.select("reference", Workers.SINGLE);
    private final LossProblem problem = SmallNetwork.problem(IMAGES, DType.FLOAT32, backend);
    private final List<String> names = SmallNetwork.trainable(problem);
    private final HessianOperator one = HessianOperator.by(problem, names, BATCH);

    @BeforeAll
    static void start() {
        System.setProperty("spark.ui.enabled", "false");
        context = Connection.open(Master.parse("local[2]"));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void sparksOwnLogIsSilent() {
        assertEquals(Level.OFF, LogManager.getRootLogger().getLevel());
    }

    private SparkHessian operator(int partitions, long mostBytes) {
        return new SparkCluster(context, partitions, Engine.here(backend), mostBytes).operator(problem,
                CurvatureMatrix.HESSIAN, "all", names, BATCH, false);
    }

    private double[] product(double[] v) {
        double[] out = new double[one.size()];
        one.apply(v, out);
        return out;
    }

    @Test
    void anyNumberOfShardsHasTheBitsOfOneProcess() {
        double[] v = SmallNetwork.random(one.size(), 1);
        double[] expected = product(v);
        for (int shards : new int[] {1, 3, 7}) {
            try (SparkHessian h = operator(shards, 1L << 30)) {
                assertEquals(shards, h.shards());
                assertEquals(one.loss(), h.loss(), "loss of " + shards);
                assertArrayEquals(one.gradient(), h.gradient(), "gradient of " + shards);
                double[] out = new double[h.size()];
                h.apply(v, out);
                assertArrayEquals(expected, out, "product of " + shards);
            }
        }
    }

    @Test
    void severalVectorsAreOneJobAndLargeOnesAreAddedOnTheExecutors() {
        double[][] v = {SmallNetwork.random(one.size(), 1), SmallNetwork.random(one.size(), 2),
                SmallNetwork.random(one.size(), 3)};
        List<String> jobs = new CopyOnWriteArrayList<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                Properties properties = job.properties();
                jobs.add(properties.getProperty("spark.job.description"));
            }
        };
        context.sc().addSparkListener(listener);
        for (long mostBytes : new long[] {1L << 30, 1, 3L * one.size() * Double.BYTES}) {
            try (SparkHessian h = operator(7, mostBytes)) {
                assertEquals(one.loss(), h.loss(), mostBytes + " bytes");
                assertArrayEquals(one.gradient(), h.gradient(), mostBytes + " bytes");
                double[][] out = new double[3][h.size()];
                h.apply(v, out);
                for (int i = 0; i < 3; i++) {
                    assertArrayEquals(product(v[i]), out[i], mostBytes + " bytes, vector " + i);
                }
            }
        }
        operator(2, 1L << 30).close(); // its job's start is told after all others
        for (int i = 0; jobs.size() < 11 && i < 200; i++) {
            sleep();
        }
        context.sc().removeSparkListener(listener);
        assertEquals(List.of("small, all: linearize 7 shards", "small, all: product 3, the last of 3",
                "small, all: linearize 7 shards", "small, all: product 1", "small, all: product 2",
                "small, all: product 3"),
                jobs.subList(0, 6));
    }

    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void solversRunUnchanged() {
        EigenOptions options = EigenOptions.defaults().withTolerance(1e-3).withMaxIterations(5);
        EigenResult here = new Lanczos().top(one, options);
        try (SparkHessian h = operator(3, 1L << 30)) {
            EigenResult there = new Lanczos().top(h, options);
            assertEquals(here.eigenvalue(), there.eigenvalue());
            assertArrayEquals(here.eigenvector(), there.eigenvector());
        }
    }

    @Test
    void blocksWithASubsampleToo() {
        SpectrumMethod davidson = SpectrumMethod.davidson(4, IMAGES);
        EigenOptions options = EigenOptions.defaults().withMaxIterations(2);
        OperatorSource here = new OperatorSource(null, CurvatureMatrix.HESSIAN, BATCH, false);
        // Not closed: that would stop the context.
        OperatorSource there = new OperatorSource(new SparkCluster(context, 0, Engine.here(backend), 1L << 30),
                CurvatureMatrix.HESSIAN, BATCH, false);
        List<Block> blocks = HessianOperator.blocks(problem);
        List<Spectrum.Entry> expected = here.spectrum(problem, blocks, davidson, options, Spectrum.Listener.NONE);
        List<Spectrum.Entry> got = there.spectrum(problem, blocks, davidson, options, Spectrum.Listener.NONE);
        assertEquals(2, got.size());
        for (int i = 0; i < got.size(); i++) {
            assertEquals(expected.get(i).block(), got.get(i).block());
            assertArrayEquals(expected.get(i).top().eigenvector(), got.get(i).top().eigenvector(), "block " + i);
            assertEquals(expected.get(i).subsampleProducts(), got.get(i).subsampleProducts());
        }
    }

    @Test
    void gaussNewtonInMemoryOfOneMicroBatch() {
        HessianOperator ggn = HessianOperator.of(problem, CurvatureMatrix.GGN, names, BATCH, false);
        double[] v = SmallNetwork.random(one.size(), 4);
        double[] expected = new double[v.length];
        ggn.apply(v, expected);
        try (SparkHessian h = new SparkCluster(context, 2, Engine.here(backend), 1L << 30).operator(problem,
                CurvatureMatrix.GGN, "all", names, BATCH, true)) {
            double[] out = new double[v.length];
            h.apply(v, out);
            assertArrayEquals(expected, out);
        }
    }

    @Test
    void logitsAreThoseOfOneProcess() {
        List<double[]> expected = new ArrayList<>();
        new Evaluator(problem.network().trace(DType.FLOAT32, BATCH, 8, 8, Mode.EVALUATION, LayerHooks.NONE),
                problem.parameters(), backend).logits(problem.images(), IMAGES, (i, z) -> expected.add(z));
        List<double[]> got = new ArrayList<>();
        new SparkCluster(context, 3, Engine.here(backend), 1L << 30).logits(problem, BATCH, (i, z) -> got.add(z));
        assertEquals(IMAGES, got.size());
        for (int i = 0; i < IMAGES; i++) {
            assertArrayEquals(expected.get(i), got.get(i), "image " + i);
        }
    }

    @Test
    void aLossThatIsNotFiniteIsOneLineWithTheImages() {
        LossProblem damaged = SmallNetwork.problem(IMAGES, DType.FLOAT32, backend);
        damaged.images().set(9 * 8 * 8 * 3, Double.NaN);
        SparkCluster cluster = new SparkCluster(context, 3, Engine.here(backend), 1L << 30);
        String message = assertThrows(ClusterException.class,
                () -> cluster.operator(damaged, CurvatureMatrix.HESSIAN, "all", names, BATCH, false)).getMessage();
        assertTrue(message.startsWith("loss of small in float32: expected a finite number, got NaN over images 8 to 9"),
                message);
    }

    @Test
    void anExecutorThatComputesInAnotherWayIsRefusedInOneLine() {
        Engine own = Engine.here(backend);
        Engine other = new Engine(own.goshawk(), own.backend(), own.lanes(), "99.0.1", own.architecture(),
                own.options());
        SparkCluster cluster = new SparkCluster(context, 2, other, 1L << 30);
        String message = assertThrows(ClusterException.class,
                () -> cluster.operator(problem, CurvatureMatrix.HESSIAN, "all", names, BATCH, false)).getMessage();
        assertTrue(message.startsWith("executor driver: expected JDK 99.0.1 as the driver has, got " + own.jdk()),
                message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void whatExecutorsCannotKnowIsRefused() {
        LossProblem lambda = new LossProblem(problem.network(), problem.parameters(), problem.images(),
                problem.labels(),
                (outputs, targets) -> outputs.subtract(targets).mean(), backend);
        NetworkSource small = NetworkSource.of(lambda.network());
        assertThrows(ClusterException.class, () -> new Point(lambda, small, Engine.here(backend)));
        Network own = new Network() {
            @Override
            public String name() {
                return "resnet20";
            }

            @Override
            public int inputSize() {
                return 32;
            }

            @Override
            public int classes() {
                return 10;
            }

            @Override
            public dev.goshawk.graph.Value logits(dev.goshawk.models.Layers net, dev.goshawk.graph.Value inputs) {
                return inputs;
            }
        };
        assertThrows(ClusterException.class, () -> NetworkSource.of(own));
        for (String name : Networks.names()) {
            Network named = Networks.byName(name, 7);
            assertEquals(named, NetworkSource.of(named).network());
            assertEquals(named, NetworkSource.of(named.byLayer()).network(), "by layer");
        }
        assertEquals(NetworkSource.Loss.MEAN_SQUARED_ERROR, NetworkSource.Loss.of(Objective.MEAN_SQUARED_ERROR));
    }

    @Test
    void vectorsOfAnotherLengthAreRefused() {
        try (SparkHessian h = operator(1, 1L << 30)) {
            assertThrows(ShapeMismatchException.class, () -> h.apply(new double[3], new double[h.size()]));
            assertThrows(ShapeMismatchException.class, () -> h.apply(new double[2][h.size()], new double[1][h.size()]));
        }
    }
}
