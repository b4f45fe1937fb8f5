package dev.goshawk.autodiff.hessian;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.function.BinaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of 0 with NaN and infinity are NaN, and of 0 with a negative number -0, in vectors and in their remainders alike. */
class NotFiniteTest {
    private static final int SIZE = 37;

    private static double[] run(Backend backend, DType dtype, BinaryOperator<Value> f) {
        Shape shape = Shape.of(SIZE);
        Value x = Value.input("x", dtype, shape);
        Value y = Value.input("y", dtype, shape);
        Executable e = backend.compile(Graph.of("r", f.apply(x, y)));
        Tensor a = Tensor.zeros(dtype, shape);
        Tensor b = Tensor.zeros(dtype, shape);
        double[] values = {Double.NaN, Double.POSITIVE_INFINITY, -3, 0, Double.NEGATIVE_INFINITY};
        double[] masks = {-1, 1, 0, Double.NaN};
        for (int i = 0; i < SIZE; i++) {
            a.set(i, values[i % values.length]);
            b.set(i, masks[i % masks.length]);
        }
        e.bind("x", a);
        e.bind("y", b);
        e.run();
        return e.output("r").toDoubles();
    }

    private static void check(DType dtype, BinaryOperator<Value> f) {
        double[] right = run(Backends.select("reference", ThreadPool.ofThreads(1)), dtype, f);
        assertArrayEquals(right, run(Backends.defaultBackend(), dtype, f));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"})
    void zeroTimesWhatIsNotFiniteIsNaN(DType dtype) {
        check(dtype, (x, y) -> x.multiply(y.step()));
        check(dtype, (x, y) -> x.multiply(x.like(0)).add(y));
    }
}
