package dev.goshawk.benchmarks;

import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.benchmarks.work.Lines;
import dev.goshawk.cpu.vector.ConvKernel;
import dev.goshawk.cpu.vector.Products;
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

    private Workers workers;
    private ConvKernel kernel;
    private float[] first;
    private float[] second;
    private float[] result;
    private float[] scratch;

    /** Picks the kernel and fills the operands. */
    @Setup
    public void prepare() {
        int[] s = Arrays.stream(shape.split(",")).mapToInt(Integer::parseInt).toArray();
        ConvGeometry g = new ConvGeometry(128, s[2], s[2], s[0], s[1], 3, 3, s[3], s[3], 1, 1, 1, 1, 1);
        workers = ThreadPool.ofThreads(threads);
        kernel = Products.conv(role, g);
        int input = g.inputShape().size();
        int filter = g.filterShape().size();
        int output = g.outputShape().size();
        first = Lines.floats(role == ConvRole.INPUT_GRAD ? filter : input);
        second = Lines.floats(role == ConvRole.OUTPUT ? filter : output);
        result = Lines.floats(switch (role) {
            case OUTPUT -> output;
            case INPUT_GRAD -> input;
            case WEIGHT_GRAD -> filter;
        });
        Arrays.fill(first, 0.5f);
        Arrays.fill(second, 0.25f);
        scratch = Lines.floats(kernel.scratchFloats(threads));
    }

    /** One evaluation of the role. */
    @Benchmark
    public float[] run() {
        kernel.run(first, Lines.START, second, Lines.START, result, Lines.START, false, scratch, Lines.START, workers);
        return result;
    }
}
