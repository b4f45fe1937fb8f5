package dev.goshawk.benchmarks;

import dev.goshawk.backend.ThreadPool;
import dev.goshawk.benchmarks.work.Convolution;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Convolution kernels alone, in the shapes of ResNet20 at batch 128. The first takes 0.60 GFLOP, as do the other square ones. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ProductBenchmark {
    /** Input channels, output channels, height and width, stride. */
    @Param({"16,16,32,1", "32,32,16,1", "64,64,8,1", "16,32,32,2", "32,64,16,2", "3,16,32,1"})
    String shape;

    @Param({"OUTPUT", "INPUT_GRAD", "WEIGHT_GRAD"})
    ConvRole role;

    @Param("1")
    int threads;

    private Convolution convolution;

    /** Picks the kernel and fills the operands. */
    @Setup
    public void prepare() {
        int[] s = Arrays.stream(shape.split(",")).mapToInt(Integer::parseInt).toArray();
        ConvGeometry g = new ConvGeometry(128, s[2], s[2], s[0], s[1], 3, 3, s[3], s[3], 1, 1, 1, 1, 1);
        convolution = new Convolution(role, g, ThreadPool.ofThreads(threads));
    }

    /** One evaluation of the role. */
    @Benchmark
    public Convolution run() {
        convolution.run();
        return convolution;
    }
}
