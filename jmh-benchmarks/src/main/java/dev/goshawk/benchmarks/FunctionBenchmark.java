package dev.goshawk.benchmarks;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Functions of one number over four million numbers, one thread: time for each; {@code square} is what memory allows. They are float32 unless
 * {@code -p dtype=FLOAT64} is given.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FunctionBenchmark {
    private static final int SIZE = 1 << 22;
    private static final Map<String, UnaryOperator<Value>> FUNCTIONS = Map.ofEntries(Map.entry("square", Value::square),
            Map.entry("exp", Value::exp), Map.entry("tanh", Value::tanh), Map.entry("sigmoid", Value::sigmoid),
            Map.entry("sigmoidSlope", Value::sigmoidSlope), Map.entry("erf", Value::erf),
            Map.entry("erfc", Value::erfc), Map.entry("erfSlope", Value::erfSlope), Map.entry("log", Value::log),
            Map.entry("softplus", Value::softplus),
            Map.entry("expm1", Value::expm1), Map.entry("log1p", Value::log1p), Map.entry("sin", Value::sin),
            Map.entry("cos", Value::cos));

    @Param({"square", "exp", "tanh", "sigmoid", "sigmoidSlope", "erf", "erfc", "erfSlope", "log", "softplus",
            "expm1", "log1p", "sin", "cos"})
    String function;

    @Param("FLOAT32")
    DType dtype;

    private Executable program;

    /** Compiles the function for numbers of normal distribution, of which log and log1p take the squares. */
    @Setup
    public void prepare() {
        Value x = Value.input("x", dtype, Shape.of(SIZE));
        program = Backends.select(Workers.SINGLE)
                .compile(Graph.of("y", Objects.requireNonNull(FUNCTIONS.get(function)).apply(x)));
        Tensor numbers = Tensor.zeros(dtype, Shape.of(SIZE));
        Random random = new Random(1);
        for (int i = 0; i < SIZE; i++) {
            double v = random.nextGaussian();
            numbers.set(i, function.startsWith("log") ? v * v : v);
        }
        program.bind("x", numbers);
    }

    /** All numbers once. */
    @Benchmark
    @OperationsPerInvocation(SIZE)
    public Executable each() {
        program.run();
        return program;
    }
}
