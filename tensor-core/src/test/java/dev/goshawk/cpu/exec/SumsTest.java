package dev.goshawk.cpu.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.compile.Plan;
import dev.goshawk.compile.Section;
import dev.goshawk.compile.Step;
import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums and maxima over any axes against the interpreter, for any number of threads. */
class SumsTest {
    private static double[] run(Backend backend, SequencedMap<String, Value> outputs, DType dtype) {
        Graph graph = Graph.of(outputs);
        Executable e = backend.compile(graph);
        graph.inputs().forEach((name, v) -> {
            Tensor t = Tensor.zeros(dtype, v.shape());
            SplittableRandom random = new SplittableRandom(name.length());
            for (int i = 0; i < t.size(); i++) {
                t.set(i, random.nextDouble(-1, 1));
            }
            e.bind(name, t);
        });
        e.run();
        return outputs.keySet().stream().flatMapToDouble(n -> Arrays.stream(e.output(n).toDoubles()))
                .toArray();
    }

    private static void check(SequencedMap<String, Value> outputs, DType dtype) {
        double[] expected = run(Backends.select("reference", Workers.SINGLE), outputs, dtype);
        double[] one = run(Backends.select("vector", Workers.SINGLE), outputs, dtype);
        assertArrayEquals(expected, one, dtype == DType.FLOAT32 ? 1e-3 : 1e-9);
        assertArrayEquals(one, run(Backends.select("vector", ThreadPool.ofThreads(3)), outputs, dtype));
    }

    private static void check(Function<Value, Value> f, DType dtype, int... dims) {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("y", f.apply(Value.input("x", dtype, Shape.of(dims))));
        check(outputs, dtype);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void overAnyAxes(DType dtype) {
        check(x -> x.sum(1), dtype, 65, 300, 3);
        check(x -> x.sum(1), dtype, 3, 5, 700);
        check(x -> x.sum(1), dtype, 130, 5000);
        check(x -> x.sum(1), dtype, 129, 37);
        check(x -> x.sum(1, 3), dtype, 4, 6, 5, 7);
        check(x -> x.sum(0, 2), dtype, 4, 6, 5, 7);
        check(x -> x.sum(0, 3), dtype, 9, 1, 11, 13);
        check(x -> x.sum(1, 3), dtype, 5, 3, 1, 8);
        check(x -> x.square().sum(2, 3), dtype, 4, 6, 5, 7);
        check(x -> Value.of(new Op.MaxOver(List.of(1, 3)), x), dtype, 4, 6, 5, 7);
        check(x -> Value.of(new Op.MaxOver(List.of(1)), x), dtype, 40, 60, 50);
        check(x -> Value.of(new Op.MaxOver(List.of(1)), x), dtype, 300, 257);
    }

    /** Broadcast over rows, in the loop that sums over them. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void byRow(DType dtype) {
        for (int columns : new int[] {2, 7, 64, 1000, 4096, 4097}) {
            check(x -> x.subtract(x.mean(1).reshape(33, 1)).square().sum(1), dtype, 33, columns);
            check(x -> x.multiply(x.sum(1).reshape(33, 1)).add(x.sum(0)), dtype, 33, columns);
        }
    }

    /** A row for each block of rows, beside an element for each row. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void byBlock(DType dtype) {
        for (int columns : new int[] {1, 2, 7, 64, 130, 1000, 4097}) {
            check(x -> x.subtract(x.mean(1).reshape(3, 1, columns)).square(), dtype, 3, 50, columns);
            check(x -> x.subtract(x.mean(1).reshape(3, 1, columns)).multiply(x.mean(2).reshape(3, 17, 1)).sum(2), dtype,
                    3, 17, columns);
            check(x -> x.multiply(x.sum(1, 2).reshape(2, 1, 1, columns)).add(x.sum(0, 1, 2)), dtype, 2, 5, 3, columns);
        }
    }

    /** Sums over blocks of rows that are large enough for a loop, of one loop with other sums and of two loops where the blocks differ. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void overBlocks(DType dtype) {
        for (int columns : new int[] {2, 7, 64, 130, 1025}) {
            Value x = Value.input("x", dtype, Shape.of(3, 2, 2050, columns));
            Value flat = x.reshape(3, 4100, columns);
            SequencedMap<String, Value> outputs = new LinkedHashMap<>();
            outputs.put("stored", x.scale(2));
            outputs.put("squares", x.square().sum(2));
            outputs.put("of larger blocks", x.abs().sum(1, 2));
            outputs.put("of all", x.sum(0, 1, 2));
            outputs.put("of rows", x.sum(3));
            outputs.put("deviations", flat.subtract(flat.mean(1).reshape(3, 1, columns)).square().sum(1));
            assertEquals(columns >= 16,
                    Plan.byImages(Graph.of(outputs)).steps().stream().anyMatch(SumsTest::sumsBlocks));
            check(outputs, dtype);
        }
    }

    private static boolean sumsBlocks(Step step) {
        return step instanceof Step.Loop(var nest)
                && nest.results().stream().anyMatch(r -> r.kind() == Kind.SUM_BLOCKS);
    }

    /** The same where a loop runs over some images of a batch at a time. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void overBlocksOfSomeImages(DType dtype) {
        Value image = Value.input("x", dtype, Shape.of(37, 16, 16, 16));
        Value first = Convolutions.conv2d(image, Value.input("w", dtype, Shape.of(3, 3, 16, 16)), 1, 1, 1, 1).scale(0.1)
                .relu();
        Value centered = first.subtract(first.mean(1, 2).reshape(37, 1, 1, 16));
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("squares", centered.square().sum(1, 2));
        outputs.put("next", Convolutions.conv2d(centered, Value.input("ww", dtype, Shape.of(3, 3, 16, 16)), 1, 1, 1, 1)
                .sum(1, 2, 3));
        List<Step> byImages = Plan.byImages(Graph.of(outputs)).sections().stream().filter(Section::byImages)
                .flatMap(s -> s.steps().stream()).toList();
        assertTrue(byImages.stream().anyMatch(SumsTest::sumsBlocks));
        check(outputs, dtype);
    }

    /** An image's sums have the same bits in any batch. */
    @Test
    void ofAnImageInAnyBatch() {
        for (int columns : new int[] {16, 64, 600}) {
            double[][] sums = new double[3][];
            for (int n = 1; n <= 3; n++) {
                Value x = Value.input("x", DType.FLOAT32, Shape.of(n, 25, columns));
                SequencedMap<String, Value> outputs = new LinkedHashMap<>();
                outputs.put("y", x.subtract(x.mean(1).reshape(n, 1, columns)).square().sum(1));
                sums[n - 1] = Arrays.copyOf(run(Backends.select("vector", Workers.SINGLE), outputs, DType.FLOAT32),
                        columns);
            }
            assertArrayEquals(sums[0], sums[1]);
            assertArrayEquals(sums[0], sums[2]);
        }
    }

    /** The rectified matrix takes over the product's memory, of which the rows are summed too. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void aRowIsSummedBeforeItIsOverwritten(DType dtype) {
        Value x = Value.input("a", dtype, Shape.of(12, 9)).matmul(Value.input("bb", dtype, Shape.of(9, 31)));
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("y", x.relu());
        outputs.put("s", x.sum(1));
        check(outputs, dtype);
    }
}
