package dev.goshawk.autodiff.hessian;

import dev.goshawk.autodiff.HessianVectorProduct;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.goshawk.autodiff.HessianVectorProduct.Mode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Values and first and second derivatives keep their digits where a function is saturated, in both modes, types and backends. */
class SaturatedTest {
    private static final double[] POINTS = {-1e4, -800, -100, -40, -20, -1, -1e-3, 0, 1e-3, 1, 17, 20, 40, 56, 80, 100,
            650, 720, 1e4};

    private static List<Backend> backends() {
        return List.of(Backends.select("reference", dev.goshawk.backend.ThreadPool.ofThreads(1)),
                Backends.defaultBackend());
    }

    private static double logistic(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    private static double slope(double x) {
        return logistic(x) * logistic(-x);
    }

    private static double curve(double x) {
        return -slope(x) * Math.tanh(x / 2);
    }

    /** 4 q with q = slope(2x): 16 q (t^2 - 2 q), t = tanh(x). */
    private static double secondOfOneMinusTanhSquared(double x) {
        double q = slope(2 * x);
        double t = Math.tanh(x);
        return 16 * q * (t * t - 2 * q);
    }

    private static void check(String what, UnaryOperator<Value> f, DoubleUnaryOperator first,
            DoubleUnaryOperator second) {
        Shape shape = Shape.of(POINTS.length);
        for (Backend backend : backends()) {
            for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                for (Mode mode : Mode.values()) {
                    Value x = Value.input("x", dtype, shape);
                    HessianVectorProduct h = HessianVectorProduct.of(f.apply(x).sum(), List.of(x), mode, backend);
                    Tensor at = Tensor.zeros(dtype, shape);
                    for (int i = 0; i < POINTS.length; i++) {
                        at.set(i, POINTS[i]);
                    }
                    h.bind("x", at);
                    h.linearize();
                    for (int i = 0; i < POINTS.length; i++) {
                        h.direction("x").set(i, 1);
                    }
                    h.apply();
                    double digits = dtype == DType.FLOAT32 ? 2e-6 : 1e-14;
                    double least = dtype == DType.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
                    for (int i = 0; i < POINTS.length; i++) {
                        String where = what + " at " + POINTS[i] + ", " + dtype + ", " + mode + ", " + backend;
                        double p = at.get(i);
                        double d1 = first.applyAsDouble(p);
                        double d2 = second.applyAsDouble(p);
                        assertEquals(d1, h.gradient("x").get(i), digits * Math.abs(d1) + least, "first of " + where);
                        assertEquals(d2, h.product("x").get(i), digits * Math.abs(d2) + least, "second of " + where);
                    }
                }
            }
        }
    }

    @Test
    void whatAUserWritesIsRightInBothTails() {
        check("log(1 + exp(x))", x -> x.exp().add(1).log(), SaturatedTest::logistic, SaturatedTest::slope);
        check("log1p(exp(x))", x -> x.exp().log1p(), SaturatedTest::logistic, SaturatedTest::slope);
        check("relu(x) + log(1 + exp(-|x|))", x -> x.relu().add(x.abs().negate().exp().add(1).log()),
                SaturatedTest::logistic, SaturatedTest::slope);
        check("log sigmoid", x -> x.sigmoid().log(), x -> logistic(-x), x -> -slope(x));
        check("1 / (1 + exp(-x))", x -> x.negate().exp().add(1).reciprocal(), SaturatedTest::slope,
                SaturatedTest::curve);
        check("1 / (1 + exp(-x)) as a quotient", x -> x.like(1).divide(x.negate().exp().add(1)), SaturatedTest::slope,
                SaturatedTest::curve);
        check("1 - sigmoid", x -> x.like(1).subtract(x.sigmoid()), x -> -slope(x), x -> -curve(x));
        check("1 - tanh^2", x -> x.like(1).subtract(x.tanh().square()),
                x -> -8 * slope(2 * x) * Math.tanh(x), SaturatedTest::secondOfOneMinusTanhSquared);
        check("1 - tanh^2 as a sum", x -> x.tanh().square().negate().add(1),
                x -> -8 * slope(2 * x) * Math.tanh(x), SaturatedTest::secondOfOneMinusTanhSquared);
        check("sigmoid", Value::sigmoid, SaturatedTest::slope, SaturatedTest::curve);
        check("1 - sigmoid", x -> x.like(1).subtract(x.sigmoid()), x -> -slope(x), x -> -curve(x));
        check("tanh", Value::tanh, x -> 4 * slope(2 * x), x -> 8 * curve(2 * x));
    }

    @Test
    void stableFormsAreTakenWhileTracing() {
        Value x = Value.input("x", DType.FLOAT64, Shape.of(3));
        assertEquals(new Op.Unary(Op.Unary.Function.SOFTPLUS), x.exp().add(1).log().op());
        Value e = x.exp();
        assertEquals(new Op.Unary(Op.Unary.Function.SIGMOID), e.divide(e.add(1)).op());
        assertEquals(new Op.Unary(Op.Unary.Function.EXPM1), e.subtract(1).op());
        assertInstanceOf(Op.Unary.class, x.add(1).log().op());
    }

    /** Rows: dominant class with a margin, all classes alike, two alike, the label on a loser. */
    @Test
    void crossEntropyKeepsItsDigitsAtAnyMargin() {
        for (Backend backend : backends()) {
            for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                double most = dtype == DType.FLOAT32 ? 65 : 700;
                List<double[]> rows = new ArrayList<>();
                for (double margin : new double[] {0, 0.5, 2, 16, 20, 40, most}) {
                    rows.add(new double[] {1, 1 + margin, 0.5, -1, 0.25});
                }
                rows.add(new double[] {3, 3, 3, 3, 3});
                rows.add(new double[] {2, 9, 9, -4, 1});
                for (int label : new int[] {1, 3}) {
                    for (Mode mode : Mode.values()) {
                        rows.forEach(r -> checkRow(r, label, dtype, mode, backend));
                    }
                }
            }
        }
    }

    private static void checkRow(double[] logits, int label, DType dtype, Mode mode, Backend backend) {
        int n = logits.length;
        Value x = Value.input("x", dtype, Shape.of(1, n));
        Value y = Value.input("y", dtype, Shape.of(1, n));
        HessianVectorProduct h = HessianVectorProduct.of(Functions.crossEntropy(x, y), List.of(x), mode, backend);
        Tensor at = Tensor.zeros(dtype, Shape.of(1, n));
        Tensor target = Tensor.zeros(dtype, Shape.of(1, n));
        target.set(label, 1);
        for (int k = 0; k < n; k++) {
            at.set(k, logits[k]);
        }
        h.bind("x", at);
        h.bind("y", target);
        h.linearize();
        double[] v = {0.5, -1, 0.25, 2, -0.75};
        for (int k = 0; k < n; k++) {
            h.direction("x").set(k, v[k]);
        }
        h.apply();
        double digits = dtype == DType.FLOAT32 ? 4e-6 : 1e-14;
        for (int k = 0; k < n; k++) {
            // p_k = 1 / sum_j exp(x_j - x_k), 1 - p_k = the others' share; nothing is subtracted from 1
            double gradient = k == label ? -others(logits, k) : probability(logits, k);
            double product = 0;
            for (int j = 0; j < n; j++) {
                product += probability(logits, k) * probability(logits, j) * (v[k] - v[j]);
            }
            String where = "margin row " + java.util.Arrays.toString(logits) + " label " + label + " class " + k + ", "
                    + dtype + ", " + mode + ", " + backend;
            assertEquals(gradient, h.gradient("x").get(k), digits * Math.abs(gradient), "gradient, " + where);
            double scale = probability(logits, k) * others(logits, k) * 3;
            assertEquals(product, h.product("x").get(k), digits * scale, "product, " + where);
        }
        double loss = label == 1 ? Math.log1p(others(logits, 1) / probability(logits, 1)) : Double.NaN;
        if (label == 1) {
            assertEquals(loss, h.value(), digits * Math.abs(loss), "loss");
        }
    }

    private static double probability(double[] x, int k) {
        double sum = 0;
        for (double v : x) {
            sum += Math.exp(v - x[k]);
        }
        return 1 / sum;
    }

    private static double others(double[] x, int k) {
        double sum = 0;
        for (int j = 0; j < x.length; j++) {
            sum += j == k ? 0 : Math.exp(x[j] - x[k]);
        }
        return Double.isInfinite(sum) ? 1 : sum / (1 + sum);
    }
}
