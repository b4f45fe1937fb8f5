package dev.goshawk.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerRescaling;
import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.integer.VectorIntegers;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors of kernels stay in registers, whatever vectors the process has used before (docs/adr/0019-vector-classes.md). */
class VectorClassesTest {
    private static final int RUNS = 40;
    private static final int MEASURED = 5;
    /** Bytes of a run: tasks and iterators. A tile whose sums are objects takes megabytes. */
    private static final long MOST = 64 << 10;

    /** Prints the bytes that a run of each graph allocates once it is compiled. */
    public static final class Program {
        private Program() {
        }

        public static void main(String[] arguments) {
            if (arguments.length == 0) {
                System.out.println("elsewhere " + VectorsElsewhere.use());
            }
            graphs().forEach((name, value) -> System.out.println(name + ": " + allocated(runOf(value))));
            layers().forEach((name, run) -> System.out.println(name + ": " + allocated(run)));
        }
    }

    private static SequencedMap<String, Value> graphs() {
        SequencedMap<String, Value> graphs = new LinkedHashMap<>();
        for (int[] sizes : new int[][] {{3, 16, 3, 1}, {16, 16, 3, 1}, {64, 64, 3, 1}, {16, 32, 3, 2}, {16, 64, 1, 1},
                {3, 64, 7, 2}}) {
            ConvGeometry g = geometry(sizes[0], sizes[1], sizes[2], sizes[3]);
            for (ConvRole role : ConvRole.values()) {
                for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                    graphs.put(role + " of " + g + " " + dtype, conv(role, g, dtype));
                }
            }
        }
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int[] sizes : new int[][] {{64, 64, 64}, {130, 50, 10}, {5, 7, 9}, {1, 64, 100}, {200, 300, 150}}) {
                Value a = Value.input("a", dtype, Shape.of(sizes[0], sizes[1]));
                Value b = Value.input("b", dtype, Shape.of(sizes[1], sizes[2]));
                graphs.put("matmul " + a.shape() + b.shape() + " " + dtype, a.matmul(b));
            }
            Value x = Value.input("x", dtype, Shape.of(4, 16, 16, 40));
            graphs.put("elements " + dtype, x.relu().add(1).multiply(x).exp().add(x.tanh()).add(x.sqrt()));
            graphs.put("error function " + dtype, x.erf().add(x.erfc()));
            graphs.put("row sums " + dtype, Value.input("x", dtype, Shape.of(64, 100)).sum(1));
            graphs.put("column sums " + dtype, x.multiply(x).sum(0, 1, 2));
            graphs.put("softmax " + dtype, Functions.logSoftmax(Value.input("x", dtype, Shape.of(64, 100))));
        }
        graphs.put("max pool",
                Convolutions.maxPool(Value.input("x", DType.FLOAT32, Shape.of(2, 16, 16, 40)), 3, 2, 1, 1));
        return graphs;
    }

    private static ConvGeometry geometry(int in, int out, int kernel, int stride) {
        int pad = kernel / 2;
        return new ConvGeometry(2, 32, 32, in, out, kernel, kernel, stride, stride, pad, pad, pad, pad, 1);
    }

    private static Value conv(ConvRole role, ConvGeometry g, DType dtype) {
        Value x = Value.input("x", dtype, g.inputShape());
        Value w = Value.input("w", dtype, g.filterShape());
        Value dy = Value.input("dy", dtype, g.outputShape());
        return Value.of(new Op.Conv(role, g), role == ConvRole.INPUT_GRAD ? w : x, role == ConvRole.OUTPUT ? w : dy);
    }

    /** Layers of whole numbers, rescaled from one sum and from two. */
    private static SequencedMap<String, Runnable> layers() {
        ConvGeometry g = geometry(16, 16, 3, 1);
        int channels = g.outChannels();
        int numbers = g.outputShape().size();
        int[] filter = new int[g.filterShape().size()];
        Arrays.setAll(filter, i -> i % 15 - 7);
        IntegerKernels.Operand sum = new IntegerKernels.Convolved(g, filter, false, 15);
        WholeNumbers image = WholeNumbers.zeros(true, g.inputShape().size());
        SequencedMap<String, Runnable> layers = new LinkedHashMap<>();
        for (boolean bytes : new boolean[] {true, false}) {
            WholeNumbers codes = WholeNumbers.zeros(bytes, numbers);
            for (int terms = 1; terms <= 2; terms++) {
                int[] shifts = new int[channels];
                Arrays.fill(shifts, 20);
                long[][] factors = new long[terms][channels];
                for (long[] f : factors) {
                    Arrays.fill(f, 1L << 18);
                }
                IntegerRescaling rescaling = new IntegerRescaling(new int[terms], factors, new long[channels], shifts,
                        15);
                List<IntegerKernels.Operand> operands = terms == 1
                        ? List.of(sum)
                        : List.of(sum, new IntegerKernels.Image());
                WholeNumbers[] images = Arrays.copyOf(new WholeNumbers[] {image, WholeNumbers.zeros(true, numbers)},
                        terms);
                IntegerKernels.Layer layer = new VectorIntegers().layer(rescaling, operands);
                layers.put("integer layer of " + terms + " to " + codes.getClass().getSimpleName(),
                        () -> layer.run(images, codes));
            }
        }
        return layers;
    }

    private static Runnable runOf(Value value) {
        Graph graph = Graph.of(new LinkedHashMap<>(Map.of("y", value)));
        Executable e = Backends.select("vector", Workers.SINGLE).compile(graph);
        SplittableRandom random = new SplittableRandom(1);
        graph.inputs().forEach((name, v) -> {
            Tensor t = Tensor.zeros(v.dtype(), v.shape());
            for (int i = 0; i < t.size(); i++) {
                t.set(i, random.nextDouble());
            }
            e.bind(name, t);
        });
        return e::run;
    }

    private static long allocated(Runnable run) {
        for (int i = 0; i < RUNS; i++) {
            run.run();
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < MEASURED; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    /** The casts in the kernels do without the option for the traps of large tiles, which a program around Goshawk may not give. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void vectorsOfOtherWidthsDoNotReachTheKernels(boolean traps) throws IOException, InterruptedException {
        assumeTrue(VectorSupport.F64_LANES > 2, "the JVM has no masks of two doubles on x86");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        JvmOptions.all().stream().filter(o -> traps || !o.startsWith("-XX:PerMethodTrapLimit=")).forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, java.waitFor(), printed);
        List<String> lines = printed.lines().filter(l -> l.matches(".*: \\d+")).toList();
        assertEquals(graphs().size() + layers().size(), lines.size(), printed);
        List<String> onHeap = lines.stream()
                .filter(l -> Long.parseLong(l.substring(l.lastIndexOf(' ') + 1)) > MOST).toList();
        assertTrue(onHeap.isEmpty(), () -> "bytes a run, with vectors on the heap: " + onHeap);
    }
}
