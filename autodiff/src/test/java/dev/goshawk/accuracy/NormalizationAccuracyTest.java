package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.Derivatives;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Layer, group and instance normalization from the smallest to the largest inputs: values, gradients and Hessians against closed forms. */
class NormalizationAccuracyTest {
    private static final double[] ROW = {1, 2, 5, 10, -3, 0.5};
    private static final double[] WEIGHTS = {0.3, -1, 0.7, 0.2, 1.1, -0.4};
    private static final int N = ROW.length;

    /** Each normalizes the row as a whole. */
    private static final Map<String, UnaryOperator<Value>> KINDS = Map.of(
            "layer", x -> Normalizations.layerNorm(x.reshape(1, N), ones(x, N), ones(x, N).scale(0), 1e-5),
            "layer, two axes",
            x -> Normalizations.layerNorm(x.reshape(1, 2, 3), ones(x, 2, 3), ones(x, 2, 3).scale(0), 1e-5),
            "group", x -> Normalizations.groupNorm(x.reshape(1, 3, 2), 1, ones(x, 2), ones(x, 2).scale(0), 1e-5),
            "instance", x -> Normalizations.instanceNorm(x.reshape(1, N, 1), ones(x, 1), ones(x, 1).scale(0), 1e-5));

    private static Value ones(Value x, int... dims) {
        return Value.constant(1, x.dtype(), Shape.of(dims));
    }

    private static Tensor tensor(DType dtype, double scale, double... numbers) {
        Tensor t = Tensor.zeros(dtype, Shape.of(numbers.length));
        for (int i = 0; i < numbers.length; i++) {
            t.set(i, numbers[i] * scale);
        }
        return t;
    }

    /** Of sum_i w_i y_i at the row times a scale, each derivative times that scale once an order. */
    private record Expected(double[] y, double[] gradient, double[][] hessian) {
        static Expected at(double scale) {
            double mean = 0;
            double mixed = 0;
            double weight = 0;
            double variance = 0;
            for (int i = 0; i < N; i++) {
                mean += ROW[i] / N;
                weight += WEIGHTS[i] / N;
            }
            for (double x : ROW) {
                variance += (x - mean) * (x - mean) / N;
            }
            double r = 1 / Math.sqrt(variance + 1e-5 / scale / scale);
            double[] y = new double[N];
            for (int i = 0; i < N; i++) {
                y[i] = (ROW[i] - mean) * r;
                mixed += WEIGHTS[i] * y[i] / N;
            }
            double[] g = new double[N];
            double[][] h = new double[N][N];
            for (int i = 0; i < N; i++) {
                g[i] = r * (WEIGHTS[i] - weight - y[i] * mixed);
                for (int j = 0; j < N; j++) {
                    double dy = r * ((i == j ? 1 : 0) - (1 + y[i] * y[j]) / N);
                    double dMixed = r * (WEIGHTS[j] - weight - y[j] * mixed) / N;
                    h[i][j] = -r * y[j] / N * g[i] - r * (dy * mixed + y[i] * dMixed);
                }
            }
            return new Expected(y, g, h);
        }
    }

    @Test
    void firstAndSecondDerivativesOfInputsOfAnySize() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            boolean single = dtype == DType.FLOAT32;
            double digits = single ? 1e-5 : 1e-13;
            double least = single ? Float.MIN_NORMAL : Double.MIN_NORMAL;
            double[] scales = single
                    ? new double[] {1e-30, 1e-10, 1e-3, 1, 1e4, 1e5, 1e9, 1e13, 1e15, 1e18, 1e19, 1e25, 1e37}
                    : new double[] {1e-140, 1e-100, 1e-3, 1, 1e5, 1e50, 1e100, 1e103, 1e150, 1e154, 1e200, 1e306};
            for (double scale : scales) {
                Tensor x = tensor(dtype, scale, ROW);
                // Derivatives by the row before it is scaled, which do not leave the range of numbers.
                double unit = Math.abs(Math.log10(scale)) > (single ? 18 : 150) ? scale : 1;
                Expected expected = Expected.at(scale);
                KINDS.forEach((name, normalize) -> {
                    UnaryOperator<Value> loss = v -> normalize.apply(v).reshape(N).multiply(weights(v)).sum();
                    String where = name + ", " + dtype + ", scale " + scale;
                    Tensor y = Derivatives.value(v -> normalize.apply(v).reshape(N), x);
                    Tensor start = unit == 1 ? x : tensor(dtype, 1, ROW);
                    UnaryOperator<Value> scaled = unit == 1 ? loss : v -> loss.apply(v.scale(scale));
                    double back = unit == 1 ? scale : 1;
                    Tensor g = Derivatives.gradient(scaled, start);
                    double[][] h = Derivatives.hessian(scaled, start);
                    for (int i = 0; i < N; i++) {
                        near(expected.y[i], y.get(i), digits * largest(expected.y), where + ", value " + i);
                        near(expected.gradient[i], g.get(i) * back, digits * largest(expected.gradient) + least,
                                where + ", gradient " + i);
                        for (int j = 0; j < N; j++) {
                            near(expected.hessian[i][j], h[i][j] * back * back,
                                    digits * 4 * largest(expected.hessian[i]) + least,
                                    where + ", Hessian " + i + " " + j);
                        }
                    }
                });
            }
        }
    }

    private static Value weights(Value x) {
        return Functions.constant(tensor(x.dtype(), 1, WEIGHTS));
    }

    private static double largest(double[] of) {
        double largest = 0;
        for (double d : of) {
            largest = Math.max(largest, Math.abs(d));
        }
        return largest;
    }

    private static void near(double expected, double got, double tolerance, String what) {
        assertTrue(Math.abs(expected - got) <= tolerance, () -> what + ": expected " + expected + ", got " + got);
    }

    @Test
    void equalElementsGiveExactlyZero() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (double c : new double[] {0, 1000.1, -1 / 3.0, 1e-30, 1e8 + 1, 1e30}) {
                KINDS.forEach((name, normalize) -> {
                    Tensor y = Derivatives.value(v -> normalize.apply(v).reshape(N),
                            tensor(dtype, c, 1, 1, 1, 1, 1, 1));
                    for (int i = 0; i < N; i++) {
                        assertEquals(0, y.get(i), name + ", " + dtype + ", all " + c);
                    }
                });
            }
        }
    }

    /** The mean of u c - first must not become mean(u) c - first, whose terms are large. */
    @Test
    void equalElementsThatAreProductsGiveExactlyZero() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (int k = 1; k < 30; k++) {
                double c = 0.37 * k;
                Tensor y = Derivatives.value(
                        x -> KINDS.get("layer").apply(x.reshape(1, N).multiply(x.sum().scale(c / 7000).reshape(1, 1)))
                                .reshape(N),
                        tensor(dtype, 1000.1, 1, 1, 1, 1, 1, 1));
                for (int i = 0; i < N; i++) {
                    assertEquals(0, y.get(i), dtype + ", factor " + c);
                }
            }
        }
    }

    @Test
    void aLargeMeanCostsNoMoreThanItsRounding() {
        double[] x = new double[N];
        for (double mean : new double[] {1e3, 1e6, 1e12}) {
            for (int i = 0; i < N; i++) {
                x[i] = mean + ROW[i];
            }
            Tensor y = Derivatives.value(v -> KINDS.get("layer").apply(v).reshape(N), tensor(DType.FLOAT64, 1, x));
            for (int i = 0; i < N; i++) {
                near(Expected.at(1).y[i], y.get(i), 4 * Math.ulp(mean), "mean " + mean);
            }
        }
    }
}
