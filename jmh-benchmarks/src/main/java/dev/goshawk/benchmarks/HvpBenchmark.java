package dev.goshawk.benchmarks;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hessian-vector products of ResNet20: the marginal one (what a new vector costs at a point already linearized) and the point itself.
 * A marginal product by all parameters at batch 128 is 62 GFLOP.
 */
@State(Scope.Benchmark)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(1)
public class HvpBenchmark {
    @Param("128")
    int batch;

    @Param({"1", "2"})
    int threads;

    @Param({"EVALUATION", "TRAINING"})
    Mode mode;

    /** A block's name, or "all" for every trainable parameter. */
    @Param({"all", "layer1.0", "layer3.2"})
    String by;

    private HessianVectorProduct product;

    /** Traces, compiles, binds, linearizes. */
    @Setup
    public void prepare() {
        ResNet20State s = new ResNet20State(batch, threads, mode);
        List<String> names = by.equals("all")
                ? s.network.trainable().stream().map(ParameterSpec::name).toList()
                : s.network.block(by).weights();
        List<Value> variables = names.stream().map(s.network::parameter).toList();
        product = HessianVectorProduct.of(s.network.loss(), variables, s.backend);
        s.parameters.tensors().forEach((name, tensor) -> {
            if (product.inputs().contains(name)) {
                product.bind(name, tensor);
            }
        });
        product.bind(TracedNetwork.IMAGES, s.images).bind(TracedNetwork.LABELS, s.labels);
        Random random = new Random(2);
        for (String name : names) {
            for (int i = 0; i < product.direction(name).size(); i++) {
                product.direction(name).set(i, random.nextGaussian());
            }
        }
        product.linearize();
    }

    /** One product for a new vector. */
    @Benchmark
    public HessianVectorProduct marginal() {
        return product.apply();
    }

    /** Gradient and product at a new point; over {@link GradientBenchmark} it is the joint cost of a product. */
    @Benchmark
    public HessianVectorProduct joint() {
        return product.linearize().apply();
    }

    /** Everything that does not depend on the vector. */
    @Benchmark
    public HessianVectorProduct linearize() {
        return product.linearize();
    }
}
