package dev.goshawk.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ResidentProducts;
import dev.goshawk.backend.ResidentProducts.Dots;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Power iteration on the device against the same steps on the heap in float64. */
class ResidentProductsTest {
    private static final double TOLERANCE = 1e-5;

    /** A loss of two parameters whose Hessian has no zero block. */
    private static HessianVectorProduct hessian(Backend backend, DType dtype) {
        Value x = Value.input("x", dtype, Shape.of(37, 9));
        Value w = Value.input("w", dtype, Shape.of(9, 13));
        Value b = Value.input("b", dtype, Shape.of(13));
        Value loss = x.matmul(w).add(b).tanh().square().mean();
        HessianVectorProduct h = HessianVectorProduct.of(loss, List.of(w, b), backend);
        h.bind("x", SampleValues.normal(1, 37, 9).to(dtype)).bind("w", SampleValues.normal(2, 9, 13).to(dtype))
                .bind("b", SampleValues.normal(3, 13).to(dtype)).linearize();
        h.direction("w").copyFrom(SampleValues.normal(4, 9, 13).to(dtype));
        h.direction("b").copyFrom(SampleValues.normal(5, 13).to(dtype));
        return h;
    }

    private static double[] direction(HessianVectorProduct h) {
        return DoubleStream.concat(Arrays.stream(h.direction("w").toDoubles()),
                Arrays.stream(h.direction("b").toDoubles())).toArray();
    }

    private static double[] product(HessianVectorProduct h) {
        return DoubleStream.concat(Arrays.stream(h.product("w").toDoubles()),
                Arrays.stream(h.product("b").toDoubles())).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double s = 0;
        for (int i = 0; i < a.length; i++) {
            s += a[i] * b[i];
        }
        return s;
    }

    private static Dots onHeap(HessianVectorProduct h) {
        double[] x = direction(h);
        double[] y = product(h.apply());
        return new Dots(dot(x, x), dot(x, y), dot(y, y));
    }

    private static void advance(HessianVectorProduct h, double shift) {
        double[] x = direction(h);
        double[] y = product(h);
        for (int i = 0; i < y.length; i++) {
            y[i] += shift * x[i];
        }
        double norm = Math.sqrt(dot(y, y));
        for (int i = 0; i < y.length; i++) {
            (i < 117 ? h.direction("w") : h.direction("b")).set(i < 117 ? i : i - 117, y[i] / norm);
        }
    }

    private static void same(Dots expected, Dots actual) {
        assertEquals(expected.xx(), actual.xx(), TOLERANCE * expected.xx());
        assertEquals(expected.xy(), actual.xy(), TOLERANCE * Math.sqrt(expected.xx() * expected.yy()));
        assertEquals(expected.yy(), actual.yy(), TOLERANCE * expected.yy());
    }

    @Test
    void stepsAreThoseOfPowerIteration() {
        HessianVectorProduct expected = hessian(Backends.select("reference", Workers.SINGLE), DType.FLOAT64);
        HessianVectorProduct h = hessian(EmulatedBackend.backend(), DType.FLOAT32);
        ResidentProducts resident = h.resident().orElseThrow();
        same(onHeap(expected), resident.start());
        // Queued, recorded and replayed; then the same with a shift.
        for (double shift : new double[] {0, 0, 0, 0.25, 0.25, 0.25, 0}) {
            advance(expected, shift);
            same(onHeap(expected), resident.step(shift));
        }
        resident.store();
        assertArrayEquals(direction(expected), direction(h), TOLERANCE);
        // A plain product afterwards is of the tensors as they are then.
        h.direction("w").fill(0.5);
        expected.direction("w").fill(0.5);
        assertArrayEquals(product(expected.apply()), product(h.apply()), TOLERANCE);
    }

    @Test
    void isOfferedWhereItIsExactEnough() {
        assertTrue(hessian(EmulatedBackend.backend(), DType.FLOAT64).resident().isEmpty());
        assertTrue(hessian(Backends.select("reference", Workers.SINGLE), DType.FLOAT32).resident().isEmpty());
    }
}
