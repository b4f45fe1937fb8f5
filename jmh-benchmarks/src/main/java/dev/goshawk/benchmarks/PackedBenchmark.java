package dev.goshawk.benchmarks;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.benchmarks.work.FewBits;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.integer.IntegerModel;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.SplittableRandom;
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

/**
 * The logits of a batch on one thread: in integers, which take one image after the other, and by the same network in float32. {@code -jvmArgsAppend
 * -Dgoshawk.winograd=false} leaves Winograd's algorithm out of the latter.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class PackedBenchmark {
    @Param({"resnet20", "resnet50"})
    String network;

    @Param({"1", "32"})
    int batch;

    /** Of weights and activations. */
    @Param("4")
    int bits;

    private Tensor images;
    private IntegerModel integers;
    private Executable floats;

    /** Prepares both. */
    @Setup
    public void prepare() {
        Backend backend = Backends.select(ThreadPool.ofThreads(1));
        Network net = Networks.byName(network);
        int side = net.inputSize();
        images = Tensor.zeros(DType.FLOAT32, Shape.of(batch, side, side, 3));
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < images.size(); i++) {
            images.set(i, 2 * random.nextDouble() - 1);
        }
        integers = new IntegerModel(FewBits.of(net, bits), side, side, backend.integers());
        TracedNetwork traced = net.trace(DType.FLOAT32, batch, side, side, dev.goshawk.models.Mode.EVALUATION,
                LayerHooks.NONE);
        floats = backend.compile(Graph.of("logits", traced.logits()));
        Parameters.initialize(net, DType.FLOAT32, 1).bindTo(floats);
        floats.bind(TracedNetwork.IMAGES, images);
        System.out.println("memory of values: integers " + integers.bytes() / 1000 + " kB, float32 "
                + floats.plannedBytes() / 1000 + " kB");
    }

    /** In integers. */
    @Benchmark
    public double integers() {
        int image = images.size() / batch;
        double sum = 0;
        for (int i = 0; i < batch; i++) {
            sum += integers.logits(images.floats(), images.offset() + i * image).numbers()[0];
        }
        return sum;
    }

    /** In float32. */
    @Benchmark
    public Tensor floats() {
        floats.run();
        return floats.output("logits");
    }
}
