package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.accuracy.ElementErrors.Worst;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Op.Unary.Function;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ErrorFunction;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every function of one number and its first and second derivatives, in both modes, keep to the bounds of docs/accuracy.md from the
 * least to the greatest number of the type. {@link AccuracySweep} does the same at all float32 values and at a million of float64.
 */
class ElementAccuracyTest {
    private static final int COUNT = 1000;

    private static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    @ParameterizedTest
    @EnumSource
    void valuesAndDerivativesKeepToTheirBounds(Function f) {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double[] x = Points.of(dtype, COUNT, 7);
            List<List<String>> modes = List.of(List.of(""), List.of("F", "R"), List.of("RF", "RR", "FR"));
            for (int order = 0; order < modes.size(); order++) {
                Exact[] exact = ElementErrors.exact(f, order, x);
                for (Backend backend : backends()) {
                    for (String way : modes.get(order)) {
                        ElementFunction compiled = ElementErrors.compile(f, way, dtype, backend);
                        double bound = ElementBounds.of(f, order, dtype);
                        for (int from = 0; from < COUNT; from += ElementErrors.BATCH) {
                            int to = from + ElementErrors.BATCH;
                            Worst w = ElementErrors.worst(compiled, dtype, Arrays.copyOfRange(x, from, to),
                                    Arrays.copyOfRange(exact, from, to));
                            assertTrue(w.units() <= bound, () -> f + " differentiated '" + way + "', " + dtype + ", "
                                    + backend.name() + ": " + w + ", bound " + bound);
                        }
                    }
                }
            }
        }
    }

    /** The decimals themselves, at places where other formulas are exact or well known. */
    @Test
    void theClosedFormsAreRight() {
        assertEquals("2.7182818284590452353602874713526624977572",
                Decimal.exp(Decimal.ONE).toPlainString().substring(0, 42));
        assertEquals("-0.693147180559945309417232121458176568075",
                Decimal.log(0.5).toPlainString().substring(0, 42));
        assertEquals("1.4142135623730950488016887242096980785696",
                Decimal.sqrt(2).toPlainString().substring(0, 42));
        for (double x : new double[] {-700, -30, -1, -1e-5, 1e-300, 0.3, 2, 50, 700}) {
            assertEquals(StrictMath.exp(x), Decimal.exp(Decimal.of(x)).doubleValue(), Math.ulp(StrictMath.exp(x)));
            assertEquals(StrictMath.expm1(x), Decimal.expm1(Decimal.of(x)).doubleValue(),
                    Math.ulp(StrictMath.expm1(x)));
            double y = Math.abs(x);
            assertEquals(StrictMath.log(y), Decimal.log(y).doubleValue(), Math.ulp(StrictMath.log(y)));
            assertEquals(StrictMath.log1p(y), Decimal.log1p(Decimal.of(y)).doubleValue(),
                    Math.ulp(StrictMath.log1p(y)));
        }
        // tanh = 2 sigmoid(2x) - 1, so its derivatives are those of the sigmoid; slope(0) = 1/4, softplus' = sigmoid
        assertEquals(1, Exact.of(Function.TANH, 1, 0).value().doubleValue());
        assertEquals(-2, Exact.of(Function.TANH, 3, 0).value().doubleValue());
        assertEquals(0.25, Exact.of(Function.SIGMOID, 1, 0).value().doubleValue());
        assertEquals(-0.125, Exact.of(Function.SIGMOID_SLOPE, 2, 0).value().doubleValue());
        assertEquals(-0.125, Exact.of(Function.SOFTPLUS, 4, 0).value().doubleValue());
        assertEquals(-0.25, Exact.of(Function.SQRT, 2, 1).value().doubleValue());
        assertEquals(2, Exact.of(Function.RECIPROCAL, 2, 1).value().doubleValue());
        assertEquals(-0.25, Exact.of(Function.LOG1P, 2, 1).value().doubleValue());
        assertEquals("0.8427007929497148693412206350826092592960",
                Exact.of(Function.ERF, 0, 1).value().toPlainString().substring(0, 42));
        // The two ways of erfc meet, and far out it is the first terms of its asymptotic series.
        assertEquals(Decimal.erfc(Math.nextDown(2.0)).doubleValue(), Decimal.erfc(2).doubleValue(), 1e-17);
        assertEquals(5.395865611607901e-176, Decimal.erfc(20).doubleValue(), 1e-190);
        assertEquals(-2 * ErrorFunction.STEEPEST, Exact.of(Function.ERF, 3, 0).value().doubleValue(), 1e-15);
        assertEquals(-Exact.of(Function.ERF, 3, 0.7).value().doubleValue(),
                Exact.of(Function.ERFC, 3, 0.7).value().doubleValue());
    }

    @Test
    void anErrorIsCountedInUnitsInTheLastPlace() {
        Exact one = Exact.of(Function.EXP, 0, 0);
        assertEquals(2, one.unitsOff(1 + 2 * Math.ulp(1.0), DType.FLOAT64), 1e-9);
        assertEquals(3, one.unitsOff(1 + 3 * Math.ulp(1f), DType.FLOAT32), 1e-9);
        assertEquals(Double.POSITIVE_INFINITY, one.unitsOff(Double.NaN, DType.FLOAT64));
        assertEquals(0, Exact.of(Function.EXP, 0, 710).unitsOff(Double.POSITIVE_INFINITY, DType.FLOAT64));
        assertTrue(Exact.of(Function.EXP, 0, 709).unitsOff(Double.POSITIVE_INFINITY, DType.FLOAT64) > 1e15);
        assertEquals(1, Exact.of(Function.EXP, 0, -750).unitsOff(Double.MIN_VALUE, DType.FLOAT64), 0.5);
    }
}
