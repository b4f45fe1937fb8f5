package dev.goshawk.accuracy;

import static dev.goshawk.accuracy.Decimal.DIGITS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Functions of two numbers with first and second derivatives at pairs from the whole range of a type. */
class QuotientAccuracyTest {
    private static final int PAIRS = 4000;

    private static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    /** Of every exponent, with every other. */
    private static double[][] pairs(DType dtype) {
        SplittableRandom random = new SplittableRandom(11);
        boolean single = dtype == DType.FLOAT32;
        int least = single ? -149 : -1074;
        int most = single ? 127 : 1023;
        double[][] pairs = new double[2][PAIRS];
        for (int i = 0; i < PAIRS; i++) {
            for (double[] side : pairs) {
                double x = random.nextDouble(1, 2) * (random.nextBoolean() ? 1 : -1)
                        * Math.scalb(1.0, random.nextInt(least, most + 1));
                side[i] = single ? (float) x : x;
            }
        }
        return pairs;
    }

    /** The value, both first derivatives and all four second ones, the mixed one in both orders. */
    private static double[][] derivatives(BinaryOperator<Value> f, DType dtype, double[][] at, char mode,
            Backend backend) {
        Shape shape = Shape.of(at[0].length);
        Value a = Value.input("a", dtype, shape);
        Value b = Value.input("b", dtype, shape);
        Value y = f.apply(a, b);
        SequencedMap<String, Value> all = new LinkedHashMap<>();
        all.put("0", y);
        List<Value> by = List.of(a, b);
        for (int i = 0; i < 2; i++) {
            Value first = derivative(y, by.get(i), mode);
            all.put(Integer.toString(1 + i), first);
            for (int j = 0; j < 2; j++) {
                all.put(Integer.toString(3 + 2 * i + j), derivative(first, by.get(j), mode));
            }
        }
        Executable e = backend.compile(Graph.of(all));
        for (int i = 0; i < 2; i++) {
            String name = i == 0 ? "a" : "b";
            if (e.inputs().contains(name)) {
                e.bind(name, Tensor.of(shape, at[i]).to(dtype));
            }
        }
        e.run();
        double[][] results = new double[7][];
        for (int k = 0; k < 7; k++) {
            results[k] = e.output(Integer.toString(k)).toDoubles();
        }
        return results;
    }

    private static Value derivative(Value y, Value x, char mode) {
        return mode == 'F'
                ? ForwardMode.jvp(List.of(y), List.of(x), List.of(x.like(1))).get(0)
                : ReverseMode.gradient(y.sum(), List.of(x)).get(0);
    }

    /** 1/b, -a/b^2, 0, -1/b^2 (twice), 2a/b^3. */
    private static BigDecimal[] quotient(double x, double y) {
        BigDecimal a = Decimal.of(x);
        BigDecimal b = Decimal.of(y);
        BigDecimal r = Decimal.ONE.divide(b, DIGITS);
        BigDecimal q = a.multiply(r, DIGITS);
        BigDecimal square = r.multiply(r, DIGITS);
        return new BigDecimal[] {q, r, q.multiply(r, DIGITS).negate(), BigDecimal.ZERO, square.negate(),
                square.negate(),
                q.multiply(square, DIGITS).multiply(Decimal.TWO)};
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"})
    void quotients(DType dtype) {
        double least = dtype == DType.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        double[][] at = pairs(dtype);
        for (Backend backend : backends()) {
            for (char mode : new char[] {'F', 'R'}) {
                double[][] got = derivatives(Value::divide, dtype, at, mode, backend);
                for (int i = 0; i < PAIRS; i++) {
                    BigDecimal[] right = quotient(at[0][i], at[1][i]);
                    // What is rounded to a subnormal number has lost digits, which a small divisor then shows.
                    double quotient = Math.abs(right[0].doubleValue());
                    double reciprocal = Math.abs(right[1].doubleValue());
                    for (int k = 0; k < 7; k++) {
                        if (k > 0 && (k == 2 || k == 6) && quotient < least || k > 3 && reciprocal < least) {
                            continue;
                        }
                        double units = new Exact(right[k], right[k].abs(), 0).unitsOff(got[k][i], dtype);
                        assertTrue(units <= 6, "derivative " + k + " of " + at[0][i] + " / " + at[1][i] + ", " + dtype
                                + ", " + mode + ", " + backend.name() + ": " + got[k][i] + ", expected "
                                + right[k].doubleValue() + ", " + units + " units off");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"})
    void productsAndTheLargerAndTheSmaller(DType dtype) {
        double[][] at = pairs(dtype);
        for (Backend backend : backends()) {
            for (char mode : new char[] {'F', 'R'}) {
                double[][] product = derivatives(Value::multiply, dtype, at, mode, backend);
                double[][] larger = derivatives(Value::max, dtype, at, mode, backend);
                double[][] smaller = derivatives(Value::min, dtype, at, mode, backend);
                for (int i = 0; i < PAIRS; i++) {
                    double a = at[0][i];
                    double b = at[1][i];
                    BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).round(DIGITS);
                    assertTrue(new Exact(exact, exact.abs(), 0).unitsOff(product[0][i], dtype) <= 0.5001);
                    double[] rest = {b, a, 0, 1, 1, 0};
                    double[] max = {Math.max(a, b), a >= b ? 1 : 0, a >= b ? 0 : 1, 0, 0, 0, 0};
                    double[] min = {Math.min(a, b), a <= b ? 1 : 0, a <= b ? 0 : 1, 0, 0, 0, 0};
                    for (int k = 0; k < 7; k++) {
                        if (k > 0) {
                            assertEquals(rest[k - 1], product[k][i]);
                        }
                        assertEquals(max[k], larger[k][i], 0.0);
                        assertEquals(min[k], smaller[k][i], 0.0);
                    }
                }
            }
        }
    }

    /** Zeros, infinities and NaN: as Java's operators have it, on every backend, in vectors and in their remainders. */
    @Test
    void whatIsNotANumber() {
        double[] special = {0, -0.0, 1, -2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
        int n = special.length * special.length;
        double[][] at = new double[2][n];
        for (int i = 0; i < n; i++) {
            at[0][i] = special[i / special.length];
            at[1][i] = special[i % special.length];
        }
        record Case(BinaryOperator<Value> traced, DoubleBinaryOperator right) {
        }
        List<Case> cases = List.of(new Case(Value::add, (a, b) -> a + b), new Case(Value::subtract, (a, b) -> a - b),
                new Case(Value::multiply, (a, b) -> a * b), new Case(Value::divide, (a, b) -> a / b),
                new Case(Value::max, Math::max), new Case(Value::min, Math::min),
                new Case(Value::atLeast, (a, b) -> a >= b ? 1 : 0));
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (Backend backend : backends()) {
                for (Case c : cases) {
                    double[] got = derivatives(c.traced(), dtype, at, 'R', backend)[0];
                    for (int i = 0; i < n; i++) {
                        // assertEquals tells -0 from 0
                        assertEquals(c.right().applyAsDouble(at[0][i], at[1][i]), got[i],
                                () -> dtype + ", " + backend.name());
                    }
                }
            }
        }
    }

    /** Steps of all kinds are exact everywhere. */
    @ParameterizedTest
    @EnumSource
    void piecewiseConstantFunctions(Op.Piecewise.Function f) {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double[] x = Points.of(dtype, 20_011, 5);
            for (int i = 100; i < 200; i++) {
                // halves and their neighbors
                x[i] = i - 150 + 0.5;
                x[i + 100] = dtype == DType.FLOAT32 ? Math.nextDown((float) (i - 149.5)) : Math.nextDown(i - 149.5);
                x[i + 200] = Math.scalb(i + 0.5, i % 50);
            }
            for (Backend backend : backends()) {
                Value v = Value.input("x", dtype, Shape.of(x.length));
                Executable e = backend.compile(Graph.of("y", Value.of(new Op.Piecewise(f), v)));
                Tensor in = Tensor.of(Shape.of(x.length), x).to(dtype);
                e.bind("x", in);
                e.run();
                double[] got = e.output("y").toDoubles();
                for (int i = 0; i < x.length; i++) {
                    double at = in.get(i);
                    double right = switch (f) {
                        case STEP -> at > 0 ? 1 : 0;
                        case SIGN -> Math.signum(at);
                        case ROUND -> Math.rint(at);
                        case FLOOR -> Math.floor(at);
                    };
                    assertEquals(right, got[i], () -> f + " of " + at + ", " + dtype + ", " + backend.name());
                }
            }
        }
    }
}
