package dev.goshawk.benchmarks;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingListener;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One step of training ResNet20 as {@code quantize} makes it: filling the batch, loss and gradients, the step of the
 * optimizer, the averages of batch normalization, and the scales of the quantized weights.
 */
@State(Scope.Benchmark)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class TrainingStepBenchmark {
    /** Steps of one epoch: more than are ever measured, so that no evaluation falls into a measurement. */
    private static final int STEPS = 20_000;

    @Param("128")
    int batch;

    @Param({"1", "2"})
    int threads;

    /** Bits of weights and activations; 32 leaves both float. */
    @Param({"4", "32"})
    int bits;

    private final Semaphore wanted = new Semaphore(0);
    private final Semaphore made = new Semaphore(0);
    private Path folder;
    private Thread training;
    private volatile boolean over;

    /** Starts a training that waits before each step until the benchmark wants it. */
    @Setup(Level.Trial)
    public void start() throws IOException, InterruptedException {
        Network network = Networks.byName("resnet20");
        Parameters parameters = Parameters.initialize(network, DType.FLOAT32, 1);
        BitWidth width = BitWidth.of(bits);
        List<Schedule.Turn> turns = bits == 32
                ? List.of()
                : parameters.specs().stream().map(ParameterSpec::block)
                        .distinct().map(block -> new Schedule.Turn(block, width)).toList();
        TrainingData data = new TrainingData(new RandomImages(batch * STEPS), new RandomImages(batch),
                Normalization.IMAGENET);
        Trainer trainer = new Trainer(network, parameters, data,
                new TrainingSettings(batch, 1, 0.9, 1e-4, TrainingSettings.standard(1, width).augmentation(),
                        TrainingSettings.standard(1, width).quantizer(), width, 8),
                new Schedule(List.of(new Schedule.Stage("all", turns, 1)), new LearningRate.Constant(1e-3), true),
                Backends.select(ThreadPool.ofThreads(threads)));
        folder = Files.createTempDirectory("goshawk-training-step");
        training = Thread.ofPlatform().daemon().start(() -> {
            try {
                trainer.run(new Checkpoints(folder, "training"), new Gate());
            } catch (CancellationException e) {
                over = true;
            } finally {
                made.release();
            }
        });
        made.acquire();
    }

    /** Ends the training and deletes what it wrote. */
    @TearDown(Level.Trial)
    public void stop() throws IOException, InterruptedException {
        training.interrupt();
        training.join();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** One step. */
    @Benchmark
    public void step() throws InterruptedException {
        wanted.release();
        made.acquire();
        if (over || !training.isAlive()) {
            throw new IllegalStateException("the training ended before the benchmark did");
        }
    }

    private final class Gate implements TrainingListener {
        @Override
        public void step(Position position) {
            made.release();
            try {
                wanted.acquire();
            } catch (InterruptedException e) {
                throw new CancellationException();
            }
        }
    }
}
