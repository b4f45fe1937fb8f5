package dev.goshawk.cpu.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.Function;
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
        return outputs.keySet().stream().flatMapToDouble(n -> java.util.Arrays.stream(e.output(n).toDoubles()))
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
