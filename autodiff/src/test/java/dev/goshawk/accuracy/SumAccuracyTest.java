package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.ParameterVector;
import dev.goshawk.spectral.dense.Vectors;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums, means and variances against exact sums, where terms swamp others or lie far from 0. */
class SumAccuracyTest {
    private static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    private static double unit(DType dtype) {
        return dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
    }

    private static Tensor run(Backend backend, Value y, String input, Tensor x) {
        Executable e = backend.compile(Graph.of("y", y));
        e.bind(input, x);
        e.run();
        return e.output("y");
    }

    /** A sum of a million numbers is within (1,024 + n / 32,768) u of the sum of magnitudes; the reference adds one by one, in float64. */
    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"})
    void sumsThatSwamp(DType dtype) {
        int n = 1_000_003;
        for (double first : new double[] {0.1, 1e8, -1e8}) {
            Tensor x = Tensor.zeros(dtype, Shape.of(n));
            x.fill(0.1);
            x.set(0, first);
            BigDecimal sum = new BigDecimal(x.get(0)).add(new BigDecimal(x.get(1)).multiply(BigDecimal.valueOf(n - 1)));
            double magnitude = Math.abs(x.get(0)) + x.get(1) * (n - 1);
            for (Backend backend : backends()) {
                double got = run(backend, Value.input("x", dtype, Shape.of(n)).sum(), "x", x).item();
                double error = new BigDecimal(got).subtract(sum).abs().doubleValue();
                boolean oneByOne = backend.name().equals("reference");
                double bound = (oneByOne ? n * 0x1p-53 + unit(dtype) : (1024 + n / 32768 + 2) * unit(dtype))
                        * magnitude;
                assertTrue(error <= bound, () -> first + ", " + dtype + ", " + backend.name() + ": error " + error
                        + ", bound " + bound);
            }
        }
    }

    /** Relative error of a variance of n numbers about a mean m: of the order of n u + (n u m / sigma)^2, never of u (m / sigma)^2. */
    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "FLOAT64"})
    void variancesFarFromZero(DType dtype) {
        int n = 4096;
        Random random = new Random(3);
        for (double offset : new double[] {0, 1e2, 1e4, 1e6}) {
            Tensor x = Tensor.zeros(dtype, Shape.of(n, 2));
            for (int i = 0; i < x.size(); i++) {
                x.set(i, offset + random.nextGaussian());
            }
            Value in = Value.input("x", dtype, Shape.of(n, 2));
            Value one = Value.constant(1, dtype, Shape.of(2));
            Value variance = Functions.batchNormTraining(in, one, one, 1e-5).variance();
            for (Backend backend : backends()) {
                double[] got = run(backend, variance, "x", x).toDoubles();
                for (int c = 0; c < 2; c++) {
                    double right = variance(x, c, n);
                    double u = unit(dtype);
                    double shift = 60 * u * offset;
                    double bound = right * 60 * u + shift * shift;
                    double error = Math.abs(got[c] - right);
                    assertTrue(error <= bound, () -> offset + ", " + dtype + ", " + backend.name() + ": error " + error
                            + ", bound " + bound);
                }
            }
        }
    }

    private static double variance(Tensor x, int column, int n) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < n; i++) {
            sum = sum.add(new BigDecimal(x.get(2 * i + column)));
        }
        BigDecimal mean = sum.divide(BigDecimal.valueOf(n), Decimal.DIGITS);
        BigDecimal squares = BigDecimal.ZERO;
        for (int i = 0; i < n; i++) {
            BigDecimal d = new BigDecimal(x.get(2 * i + column)).subtract(mean, Decimal.DIGITS);
            squares = squares.add(d.multiply(d, Decimal.DIGITS), Decimal.DIGITS);
        }
        return squares.divide(BigDecimal.valueOf(n), Decimal.DIGITS).doubleValue();
    }

    /** In float32 the 1s would all be lost beside the first number's square. */
    @Test
    void normsAndDotProductsOfFloat32AreTakenInFloat64() {
        int n = 1_000_000;
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("w", Shape.of(n));
        Tensor w = Tensor.zeros(DType.FLOAT32, Shape.of(n));
        w.fill(1);
        w.set(0, 1e6);
        double[] v = new double[n];
        new ParameterVector(shapes).gather(name -> w, v);
        assertEquals(1e12 + n - 1, Vectors.dot(v, v), 1e-3);
        assertEquals(Math.sqrt(1e12 + n - 1), Vectors.norm(v), 1e-9);
    }
}
