package dev.goshawk.autodiff.hessian;

import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.autodiff.Fisher;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.Curvature;
import dev.goshawk.Derivatives;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Gauss-Newton, Fisher and activation matrices against matrices put together from Jacobians. */
class CurvatureMatricesTest {
    private static final int N = 5;
    private static final int D = 3;
    private static final int H = 4;
    private static final int K = 3;
    private static final int P = D * H + H * K;

    private final Tensor data = SampleValues.normal(1, N, D);
    private final Tensor labels = labels();
    private final Tensor first = SampleValues.normal(2, D, H);
    private final Tensor second = SampleValues.normal(3, H, K);
    private final Value x = Value.input("x", DType.FLOAT64, Shape.of(N, D));
    private final Value t = Value.input("t", DType.FLOAT64, Shape.of(N, K));
    private final Value w1 = Value.input("w1", DType.FLOAT64, Shape.of(D, H));
    private final Value w2 = Value.input("w2", DType.FLOAT64, Shape.of(H, K));
    private final Value hidden = x.matmul(w1).tanh();
    private final Value logits = hidden.matmul(w2);
    private final Value loss = Functions.crossEntropy(logits, t);
    private final Map<String, Tensor> at = Map.of("x", data, "t", labels, "w1", first, "w2", second);

    private static Tensor labels() {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(N, K));
        for (int n = 0; n < N; n++) {
            t.set(n * K + n % K, 1);
        }
        return t;
    }

    /** The logits as a function of all weights in one vector; the data are constants of the trace. */
    private Value logitsOf(Value w) {
        Value a = w.slice(new int[] {0}, new int[] {D * H}, new int[] {1}).reshape(D, H);
        Value b = w.slice(new int[] {D * H}, new int[] {P}, new int[] {1}).reshape(H, K);
        return Functions.constant(data).matmul(a).tanh().matmul(b);
    }

    private Tensor weights() {
        Tensor w = Tensor.zeros(DType.FLOAT64, Shape.of(P));
        for (int i = 0; i < P; i++) {
            w.set(i, i < D * H ? first.get(i) : second.get(i - D * H));
        }
        return w;
    }

    private static double[][] sandwich(double[][] j, double[][] m) {
        int p = j[0].length;
        double[][] result = new double[p][p];
        for (int a = 0; a < p; a++) {
            for (int b = 0; b < p; b++) {
                for (int i = 0; i < j.length; i++) {
                    for (int k = 0; k < j.length; k++) {
                        result[a][b] += j[i][a] * m[i][k] * j[k][b];
                    }
                }
            }
        }
        return result;
    }

    private static double[][] scaledIdentity(int n, double factor) {
        double[][] m = new double[n][n];
        for (int i = 0; i < n; i++) {
            m[i][i] = factor;
        }
        return m;
    }

    private static void assertEqual(double[][] expected, LinearOperator operator) {
        double[][] dense = operator.toDense();
        assertEquals(expected.length, dense.length);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], dense[i], 1e-12, "row " + i);
        }
    }

    @Test
    void gaussNewtonIsJacobianHessianJacobian() {
        double[][] j = Derivatives.jacobian(this::logitsOf, weights());
        Tensor z = Derivatives.value(this::logitsOf, weights());
        UnaryOperator<Value> outer = v -> Functions.crossEntropy(v, Functions.constant(labels));
        double[][] expected = sandwich(j, Derivatives.hessian(outer, z));
        FunctionHessian g = Curvature.gaussNewton(loss, List.of(logits), List.of(w1, w2), at);
        assertEqual(expected, g);
        assertArrayEquals(Curvature.hessian(loss, List.of(w1, w2), at).gradient(), g.gradient(), 1e-15);
        // squared error, by one block, is its part of the whole
        Value squares = logits.subtract(t).square().mean();
        LinearOperator whole = LinearOperator.dense(sandwich(j, scaledIdentity(N * K, 2.0 / (N * K))));
        assertEqual(whole.toDense(), Curvature.gaussNewton(squares, List.of(logits), List.of(w1, w2), at));
        int[] block = g.variables().indices(List.of("w2"));
        assertEqual(whole.restricted(block).toDense(),
                Curvature.gaussNewton(squares, List.of(logits), List.of(w2), at));
    }

    @Test
    void gaussNewtonOfALinearModelIsTheHessian() {
        assertEqual(Curvature.hessian(loss, List.of(w2), at).toDense(),
                Curvature.gaussNewton(loss, List.of(logits), List.of(w2), at));
    }

    @Test
    void blocksAreRestrictionsOfTheWholeHessian() {
        FunctionHessian whole = Curvature.hessian(loss, List.of(w1, w2), at);
        double[][] expected = Derivatives.hessian(w -> Functions.crossEntropy(logitsOf(w), Functions.constant(labels)),
                weights());
        assertEqual(expected, whole);
        assertEqual(whole.restricted(whole.variables().indices(List.of("w1"))).toDense(),
                Curvature.hessian(loss, List.of(w1), at));
    }

    @Test
    void fisherIsTheGaussNewtonMatrixOfCrossEntropy() {
        LinearOperator fisher = Curvature.fisher(loss, logits, List.of(w1, w2), at);
        assertEqual(Curvature.gaussNewton(loss, List.of(logits), List.of(w1, w2), at).toDense(), fisher);
        // the definition: the sum over rows and classes of outer products
        double[][] j = Derivatives.jacobian(w -> Functions.logSoftmax(logitsOf(w)), weights());
        Tensor p = Derivatives.value(w -> Functions.logSoftmax(logitsOf(w)).exp(), weights());
        double[][] weight = new double[N * K][N * K];
        for (int i = 0; i < N * K; i++) {
            weight[i][i] = p.get(i) / N;
        }
        assertEqual(sandwich(j, weight), fisher);
    }

    @Test
    void empiricalFisherIsTheMeanOfOuterProducts() {
        Value losses = Functions.logSoftmax(logits).multiply(t).sum(1).negate();
        UnaryOperator<Value> own = w -> Functions.logSoftmax(logitsOf(w)).multiply(Functions.constant(labels)).sum(1)
                .negate();
        double[][] j = Derivatives.jacobian(own, weights());
        FunctionHessian e = Curvature.empiricalFisher(losses, List.of(w1, w2), at);
        assertEqual(sandwich(j, scaledIdentity(N, 1.0 / N)), e);
        assertArrayEquals(Curvature.hessian(loss, List.of(w1, w2), at).gradient(), e.gradient(), 1e-15);
        assertThrows(RuntimeException.class, () -> Curvature.empiricalFisher(loss, List.of(w1), at));
    }

    @Test
    void hessianByActivations() {
        SequencedMap<String, Value> by = new LinkedHashMap<>();
        by.put("hidden", hidden);
        Tensor h = Derivatives.value(a -> a.matmul(Functions.constant(first)).tanh(), data);
        double[][] expected = Derivatives.hessian(
                a -> Functions.crossEntropy(a.matmul(Functions.constant(second)), Functions.constant(labels)), h);
        assertEqual(expected, Curvature.activationHessian(loss, by, at));
        by.put("logits", logits);
        String message = assertThrows(IllegalArgumentException.class, () -> Curvature.activationHessian(loss, by, at))
                .getMessage();
        assertEquals(true, message.contains("take one at a time"), message);
    }

    @Test
    void outputsOfAnotherLossAreRefused() {
        Value other = x.matmul(w1);
        assertThrows(IllegalArgumentException.class,
                () -> Curvature.gaussNewton(loss, List.of(other), List.of(w1), at));
        assertThrows(IllegalArgumentException.class,
                () -> Curvature.gaussNewton(loss, List.of(), List.of(w1), at));
        assertThrows(IllegalArgumentException.class,
                () -> Curvature.gaussNewton(loss, List.of(logits, hidden), List.of(w1), at));
        assertThrows(IllegalArgumentException.class, () -> Curvature.fisher(loss, other, List.of(w1), at));
        assertThrows(IllegalStateException.class, () -> Curvature.hessian(loss, List.of(w1), Map.of("x", data)));
    }
}
