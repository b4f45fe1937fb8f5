package dev.goshawk.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Executable;
import dev.goshawk.cuda.emulated.EmulatedDevice;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Generated exp, log, tanh and sigmoid: within a few units in the last place over their whole range, exact at its ends. */
class TranscendentalAccuracyTest {
    private static final int COUNT = 20_000;

    private final CudaBackend backend = EmulatedBackend.on(new EmulatedDevice(1 << 24, false, l -> {
        throw new AssertionError("only loops here, not " + l.kernel().name());
    }));

    private Tensor run(Function f, Tensor x) {
        Executable e = backend.compile(Graph.of("y",
                Value.of(new Op.Unary(f), Value.input("x", x.dtype(), x.shape()))));
        e.bind("x", x);
        e.run();
        return e.output("y");
    }

    private void check(Function f, DoubleUnaryOperator right, double units, double from, double to,
            boolean logarithmic) {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            SplittableRandom random = new SplittableRandom(3);
            Tensor x = Tensor.zeros(dtype, Shape.of(COUNT));
            for (int i = 0; i < COUNT; i++) {
                double t = random.nextDouble(from, to);
                x.set(i, logarithmic ? (random.nextBoolean() ? 1 : -1) * StrictMath.pow(10, t) : t);
            }
            Tensor y = run(f, x);
            double worst = 0;
            for (int i = 0; i < COUNT; i++) {
                double expected = right.applyAsDouble(x.get(i));
                double unit = dtype == DType.FLOAT32 ? Math.ulp((float) expected) : Math.ulp(expected);
                double error = Math.abs(y.get(i) - expected) / unit;
                assertTrue(error <= units, f + " of " + x.get(i) + " in " + dtype + ": " + y.get(i) + ", expected "
                        + expected + ", " + error + " units off");
                worst = Math.max(worst, error);
            }
            assertTrue(worst > 0.1, "nothing was rounded?");
        }
    }

    private static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    private static double slope(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return e / ((1 + e) * (1 + e));
    }

    @Test
    void relativesWithinAFewUnitsInTheLastPlace() {
        check(Function.EXPM1, StrictMath::expm1, 4, -30, 80, false);
        check(Function.EXPM1, StrictMath::expm1, 4, -30, 0, true);
        check(Function.LOG1P, StrictMath::log1p, 5, -0.99, 100, false);
        check(Function.LOG1P, StrictMath::log1p, 5, -30, -1, true);
        check(Function.SOFTPLUS, TranscendentalAccuracyTest::softplus, 8, -80, 80, false);
        check(Function.ERF, ErrorFunction::erf, 4, -5, 5, false);
        check(Function.ERF, ErrorFunction::erf, 4, -30, 0, true);
        check(Function.ERFC, ErrorFunction::erfc, 12, -5, 9, false);
        check(Function.ERF_SLOPE, ErrorFunction::slope, 7, -9, 9, false);
        check(Function.SIGMOID_SLOPE, TranscendentalAccuracyTest::slope, 6, -80, 80, false);
    }

    @Test
    void sineAndCosineOfSmallAndLargeNumbers() {
        for (Function f : List.of(Function.SIN, Function.COS)) {
            DoubleUnaryOperator right = f == Function.SIN ? StrictMath::sin : StrictMath::cos;
            check(f, right, 1.6, -10, 10, false);
            check(f, right, 1.6, -30, 38, true);
        }
    }

    @Test
    void withinAFewUnitsInTheLastPlace() {
        check(Function.EXP, StrictMath::exp, 3, -87, 88, false);
        check(Function.EXP, StrictMath::exp, 3, -30, 1, true);
        check(Function.LOG, StrictMath::log, 3, 1e-30, 10, false);
        check(Function.LOG, StrictMath::log, 3, 0.9, 1.1, false);
        check(Function.TANH, StrictMath::tanh, 5, -12, 12, false);
        check(Function.TANH, StrictMath::tanh, 5, -30, 0, true);
        check(Function.SIGMOID, TranscendentalAccuracyTest::sigmoid, 3, -80, 80, false);
    }

    @Test
    void exactAtTheEnds() {
        float tiny = Float.MIN_VALUE;
        Tensor x = Tensor.of(Shape.of(10), 0f, -0f, 1f, 89f, 1000f, -104f, -1000f, Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY, tiny);
        double[] exp = run(Function.EXP, x).toDoubles();
        assertEquals(1, exp[0]);
        assertEquals(Double.POSITIVE_INFINITY, exp[3]);
        assertEquals(Double.POSITIVE_INFINITY, exp[4]);
        assertEquals(0, exp[5]);
        assertEquals(0, exp[6]);
        assertEquals(Double.POSITIVE_INFINITY, exp[7]);
        assertEquals(0, exp[8]);
        double[] log = run(Function.LOG, x).toDoubles();
        assertEquals(Double.NEGATIVE_INFINITY, log[0]);
        assertEquals(0, log[2]);
        assertTrue(Double.isNaN(log[5]));
        assertEquals(Double.POSITIVE_INFINITY, log[7]);
        assertEquals(StrictMath.log(tiny), log[9], 1e-5);
        double[] tanh = run(Function.TANH, x).toDoubles();
        assertEquals(-0.0, tanh[1]);
        assertEquals(1, tanh[4]);
        assertEquals(-1, tanh[8]);
        assertEquals(tiny, tanh[9]);
        double[] subnormal = run(Function.EXP, Tensor.of(Shape.of(2), -740.0, -100.0)).toDoubles();
        assertEquals(StrictMath.exp(-740), subnormal[0], Double.MIN_VALUE);
        assertEquals((float) StrictMath.exp(-100), run(Function.EXP, Tensor.of(Shape.of(1), -100f)).item(),
                Float.MIN_VALUE);
    }
}
