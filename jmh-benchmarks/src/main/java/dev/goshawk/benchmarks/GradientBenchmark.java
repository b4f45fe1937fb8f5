package dev.goshawk.benchmarks;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
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

/** Loss and gradient by all parameters of ResNet20. The work of one at batch 128: 31 GFLOP. */
@State(Scope.Benchmark)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class GradientBenchmark {
    @Param("128")
    int batch;

    @Param({"1", "2"})
    int threads;

    @Param({"EVALUATION", "TRAINING"})
    Mode mode;

    private Executable executable;

    /** Traces, compiles, binds. */
    @Setup
    public void prepare() {
        ResNet20State s = new ResNet20State(batch, threads, mode);
        List<ParameterSpec> trainable = s.network.trainable();
        List<Value> gradient = ReverseMode.gradient(s.network.loss(),
                trainable.stream().map(p -> s.network.parameter(p.name())).toList());
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("loss", s.network.loss());
        for (int i = 0; i < gradient.size(); i++) {
            outputs.put("gradient/" + trainable.get(i).name(), gradient.get(i));
        }
        executable = s.backend.compile(Graph.of(outputs));
        s.parameters.bindTo(executable);
        executable.bind(TracedNetwork.IMAGES, s.images);
        executable.bind(TracedNetwork.LABELS, s.labels);
    }

    /** One gradient. */
    @Benchmark
    public Tensor gradient() {
        executable.run();
        return executable.output("loss");
    }
}
