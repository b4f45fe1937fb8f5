package dev.goshawk.cpu.kernel.element;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.Powers;
import dev.goshawk.tensor.ScalarFunctions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lanes have the bits of the scalar functions. */
class DoubleFunctionLanesTest {
    private static final int RANDOM = 30_000;

    private static DoubleUnaryOperator scalar(ElementOp op) {
        return switch (op) {
            case EXP -> ScalarFunctions::exp;
            case TANH -> ScalarFunctions::tanh;
            case SIGMOID -> ScalarFunctions::sigmoid;
            case SIGMOID_SLOPE -> ScalarFunctions::sigmoidSlope;
            case ERF -> ErrorFunction::erf;
            case ERFC -> ErrorFunction::erfc;
            case ERF_SLOPE -> ErrorFunction::slope;
            default -> throw new IllegalArgumentException(op.name());
        };
    }

    /** Of every size, dense where the functions change, and on both sides of every bound. */
    private static double[] operands() {
        SplittableRandom random = new SplittableRandom(7);
        List<Double> x = new ArrayList<>(List.of(0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE,
                Double.NEGATIVE_INFINITY, Double.MAX_VALUE, -Double.MAX_VALUE, -Double.MIN_VALUE, Double.MIN_NORMAL));
        for (double bound : new double[] {ErrorFunction.SMALL, ErrorFunction.FAR, ScalarFunctions.SATURATED, Powers.FAR,
                27.3, 708.4, 709.78, 745.13, 0.5 * Math.log(2), 1}) {
            for (double b : new double[] {bound, Math.nextUp(bound), Math.nextDown(bound)}) {
                x.add(b);
                x.add(-b);
            }
        }
        for (int i = 0; i < RANDOM; i++) {
            x.add(Double.longBitsToDouble(random.nextLong()));
            x.add(random.nextDouble(-30, 30));
            x.add(random.nextDouble(-800, 800));
            x.add((double) (float) random.nextDouble(-2, 2));
        }
        return x.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @ParameterizedTest
    @EnumSource(names = {"EXP", "TANH", "SIGMOID", "SIGMOID_SLOPE", "ERF", "ERFC", "ERF_SLOPE"})
    void bitsOfTheScalarFunction(ElementOp op) {
        DoubleUnaryOperator scalar = scalar(op);
        double[] x = operands();
        double[] r = new double[x.length];
        int part = 509; // no whole number of vectors
        for (int i = 0; i < x.length; i += part) {
            DoubleFunctionLanes.here().apply(op, x, i, r, i, Math.min(part, x.length - i));
        }
        for (int i = 0; i < x.length; i++) {
            same(scalar.applyAsDouble(x[i]), r[i], op + " of " + x[i]);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EXP", "TANH", "SIGMOID", "SIGMOID_SLOPE", "ERF", "ERFC", "ERF_SLOPE", "LOG", "SIN", "COS",
            "EXPM1", "LOG1P",
            "SOFTPLUS"})
    void passesOfAnyLength(ElementOp op) {
        SplittableRandom random = new SplittableRandom(8);
        for (int n : new int[] {1, 63, 64, 65, 511, 512, 513, 1100}) {
            float[] x = new float[n + 5];
            float[] r = new float[n + 5];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextDouble(-5, 5);
            }
            new FloatElements().run(op, 0, x, 3, x, 0, x, 0, r, 2, n);
            for (int i = 0; i < n; i++) {
                same((float) FloatFunctions.of(op, x[3 + i]), r[2 + i], op + " of " + x[3 + i]);
            }
            assertEquals(0, r[1]);
            assertEquals(0, r[2 + n]);
            float[] before = x.clone();
            new FloatElements().run(op, 0, x, 3, x, 0, x, 0, x, 3, n);
            for (int i = 0; i < x.length; i++) {
                same(i < 3 || i >= 3 + n ? before[i] : r[i - 1], x[i], op + " in place, at " + i);
            }
        }
    }

    private static void same(double expected, double actual, String what) {
        if (!(Double.isNaN(expected) && Double.isNaN(actual))) {
            assertEquals(Double.doubleToRawLongBits(expected), Double.doubleToRawLongBits(actual),
                    () -> what + ": expected " + expected + ", got " + actual);
        }
    }
}
