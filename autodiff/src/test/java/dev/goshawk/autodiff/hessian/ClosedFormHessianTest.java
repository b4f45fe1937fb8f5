package dev.goshawk.autodiff.hessian;

import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.ForwardMode;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hessian-vector products against Hessians written down by hand: a double-backward bug hides where both sides of a
 * comparison are automatic.
 */
class ClosedFormHessianTest {
    private static final int N = 7;
    private static final int D = 3;
    private static final int K = 4;

    private final Tensor data = SampleValues.normal(111, N, D);
    private final Value x = Value.input("x", DType.FLOAT64, Shape.of(N, D));

    /** 1/2 |Xw - t|^2 has the Hessian X'X. */
    @ParameterizedTest
    @EnumSource
    void leastSquares(HessianVectorProduct.Mode mode) {
        Value w = Value.input("w", DType.FLOAT64, Shape.of(D, 1));
        Value t = Value.input("t", DType.FLOAT64, Shape.of(N, 1));
        Value loss = x.matmul(w).subtract(t).square().sum().scale(0.5);
        double[][] h = new double[D][D];
        for (int n = 0; n < N; n++) {
            outer(h, n, 1);
        }
        Tensor at = SampleValues.normal(112, D, 1);
        check(loss, mode, w, h, Map.of("x", data, "w", at, "t", SampleValues.normal(113, N, 1)));
    }

    /** -sum t log p + (1 - t) log(1 - p), p = sigmoid(Xw), has the Hessian X' diag(p (1 - p)) X. */
    @ParameterizedTest
    @EnumSource
    void logisticRegression(HessianVectorProduct.Mode mode) {
        Value w = Value.input("w", DType.FLOAT64, Shape.of(D, 1));
        Value t = Value.input("t", DType.FLOAT64, Shape.of(N, 1));
        Value p = x.matmul(w).sigmoid();
        Value loss = t.multiply(p.log()).add(t.negate().add(1).multiply(p.negate().add(1).log())).sum().negate();
        Tensor at = SampleValues.normal(114, D, 1);
        Tensor labels = Tensor.of(Shape.of(N, 1), 0.0, 1, 1, 0, 1, 0, 0);
        double[][] h = new double[D][D];
        for (int n = 0; n < N; n++) {
            double s = 0;
            for (int a = 0; a < D; a++) {
                s += feature(n, a) * at.get(a);
            }
            double q = 1 / (1 + Math.exp(-s));
            outer(h, n, q * (1 - q));
        }
        check(loss, mode, w, h, Map.of("x", data, "w", at, "t", labels));
    }

    /** Mean cross-entropy of softmax(XW) has the Hessian 1/N sum_n x_n x_n' (kron) (diag(p_n) - p_n p_n'). */
    @ParameterizedTest
    @EnumSource
    void softmaxRegression(HessianVectorProduct.Mode mode) {
        Value w = Value.input("w", DType.FLOAT64, Shape.of(D, K));
        Value t = Value.input("t", DType.FLOAT64, Shape.of(N, K));
        Value loss = Functions.crossEntropy(x.matmul(w), t);
        Tensor at = SampleValues.normal(115, D, K);
        Tensor labels = Tensor.zeros(DType.FLOAT64, Shape.of(N, K));
        double[][] h = new double[D * K][D * K];
        for (int n = 0; n < N; n++) {
            labels.set(n * K + n % K, 1);
            double[] p = softmax(n, at);
            for (int i = 0; i < D * K; i++) {
                for (int j = 0; j < D * K; j++) {
                    double covariance = (i % K == j % K ? p[i % K] : 0) - p[i % K] * p[j % K];
                    h[i][j] += feature(n, i / K) * feature(n, j / K) * covariance / N;
                }
            }
        }
        check(loss, mode, w, h, Map.of("x", data, "w", at, "t", labels));
    }

    /** The product by two parts of the variables at once contains the mixed derivatives. */
    @Test
    void mixedDerivativesOfAProduct() {
        Value a = Value.input("a", DType.FLOAT64, Shape.scalar());
        Value b = Value.input("b", DType.FLOAT64, Shape.scalar());
        // f = a^2 b: H = [[2b, 2a], [2a, 0]]; at a = 3, b = 5 with v = (1, 10) that is (70, 6).
        HessianVectorProduct h = HessianVectorProduct.of(a.square().multiply(b), List.of(a, b), new ReferenceBackend());
        h.bind("a", Tensor.of(Shape.scalar(), 3.0)).bind("b", Tensor.of(Shape.scalar(), 5.0)).linearize();
        h.direction("a").set(0, 1);
        h.direction("b").set(0, 10);
        h.apply();
        assertEquals(70, h.product("a").item());
        assertEquals(6, h.product("b").item());
        assertEquals(45, h.value());
    }

    private double feature(int n, int a) {
        return data.get(n * D + a);
    }

    private void outer(double[][] h, int n, double weight) {
        for (int a = 0; a < D; a++) {
            for (int b = 0; b < D; b++) {
                h[a][b] += weight * feature(n, a) * feature(n, b);
            }
        }
    }

    private double[] softmax(int n, Tensor w) {
        double[] p = new double[K];
        double total = 0;
        for (int c = 0; c < K; c++) {
            double s = 0;
            for (int a = 0; a < D; a++) {
                s += feature(n, a) * w.get(a * K + c);
            }
            p[c] = Math.exp(s);
            total += p[c];
        }
        for (int c = 0; c < K; c++) {
            p[c] /= total;
        }
        return p;
    }

    /** Every column of H, a fresh graph and the linearized product, and symmetry for random vectors. */
    private static void check(Value loss, HessianVectorProduct.Mode mode, Value w, double[][] h,
            Map<String, Tensor> inputs) {
        Value v = Value.input("v", w.dtype(), w.shape());
        List<Value> gradient = ReverseMode.gradient(loss, List.of(w));
        Value fresh = switch (mode) {
            case FORWARD_OVER_REVERSE -> ForwardMode.jvp(gradient, List.of(w), List.of(v)).get(0);
            case REVERSE_OVER_REVERSE ->
                ReverseMode.gradient(gradient.getFirst().multiply(v).sum(), List.of(w)).get(0);
        };
        HessianVectorProduct linearized = HessianVectorProduct.of(loss, List.of(w), mode, new ReferenceBackend());
        inputs.forEach(linearized::bind);
        linearized.linearize();
        int n = h.length;
        for (int column = 0; column < n; column++) {
            Tensor unit = Tensor.zeros(DType.FLOAT64, w.shape());
            unit.set(column, 1);
            double[] product = product(fresh, inputs, unit);
            double[] again = apply(linearized, unit);
            for (int row = 0; row < n; row++) {
                assertEquals(h[row][column], product[row], 1e-12, "fresh H[" + row + "][" + column + "]");
                assertEquals(h[row][column], again[row], 1e-12, "linearized H[" + row + "][" + column + "]");
            }
        }
        Tensor p = SampleValues.normal(116, w.shape().dims());
        Tensor q = SampleValues.normal(117, w.shape().dims());
        assertEquals(dot(p, apply(linearized, q)), dot(q, apply(linearized, p)), 1e-12, "u'Hv = v'Hu");
    }

    private static double[] product(Value product, Map<String, Tensor> inputs, Tensor v) {
        Map<String, Tensor> bindings = new HashMap<>(inputs);
        bindings.put("v", v);
        return Interpreter.run(Graph.of("product", product), bindings).get("product").toDoubles();
    }

    private static double[] apply(HessianVectorProduct h, Tensor v) {
        h.direction("w").copyFrom(v);
        return h.apply().product("w").toDoubles();
    }

    private static double dot(Tensor a, double[] b) {
        double sum = 0;
        for (int i = 0; i < b.length; i++) {
            sum += a.get(i) * b[i];
        }
        return sum;
    }
}
