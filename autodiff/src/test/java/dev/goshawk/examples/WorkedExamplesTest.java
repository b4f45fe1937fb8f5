package dev.goshawk.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.Curvature;
import dev.goshawk.Derivatives;
import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Losses;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.solve.ConjugateGradients;
import dev.goshawk.spectral.solve.LinearSolution;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Models as a researcher writes them, to second order: each against plain loops or a closed form, and against differences. */
class WorkedExamplesTest {
    private static Tensor oneHot(int rows, int classes) {
        Tensor t = Models.zeros(rows, classes);
        for (int i = 0; i < rows; i++) {
            t.set(i * classes + i % classes, 1);
        }
        return t;
    }

    @Test
    void multilayerPerceptronTakesANewtonStep() {
        Models m = new Models();
        Value x = m.data("x", 6, 3);
        Value t = m.input("t", oneHot(6, 3));
        Value hidden = Activations.silu(x.matmul(m.weight("w1", 3, 4)).add(m.weight("b1", 4)));
        Value logits = hidden.matmul(m.weight("w2", 4, 3)).add(m.weight("b2", 3));
        Value loss = Losses.crossEntropy(logits, t, 0.1);
        FunctionHessian h = m.check(loss);
        LinearOperator g = Curvature.gaussNewton(loss, List.of(logits), m.weights(), m.at());
        LinearSolution step = new ConjugateGradients(1e-9, 500).solve(g, 0.1, h.gradient());
        assertTrue(step.converged());
        double before = h.value();
        double[] w = new double[h.size()];
        h.variables().gather(m.at()::get, w);
        for (int i = 0; i < w.length; i++) {
            w[i] -= step.x()[i];
        }
        h.variables().scatter(w, m.at()::get);
        double after = Curvature.hessian(loss, m.weights(), m.at()).value();
        assertTrue(after < before, "the loss falls from " + before + ", got " + after);
    }

    private static double norm(double[] v) {
        double s = 0;
        for (double x : v) {
            s += x * x;
        }
        return Math.sqrt(s);
    }

    /** Pre-norm attention of two heads and a feed-forward part, on [batch, tokens, width]. */
    @Test
    void transformerBlock() {
        int tokens = 3;
        int heads = 2;
        int depth = 2;
        int width = heads * depth;
        Models m = new Models();
        Value x = m.data("tokens", 1, tokens, width);
        Value n = Normalizations.layerNorm(x, m.weight("gamma", width), m.weight("beta", width), 1e-5);
        Value q = Einsum.einsum("bte,ehd->bhtd", n, m.weight("q", width, heads, depth));
        Value k = Einsum.einsum("bte,ehd->bhtd", n, m.weight("k", width, heads, depth));
        Value v = Einsum.einsum("bte,ehd->bhtd", n, m.weight("v", width, heads, depth));
        Value scores = Einsum.einsum("bhqd,bhkd->bhqk", q, k).scale(1 / Math.sqrt(depth));
        Value attention = Activations.softmax(scores, -1);
        Value mixed = Einsum.einsum("bhqk,bhkd->bqhd", attention, v);
        Value y = x.add(Einsum.einsum("bqhd,hde->bqe", mixed, m.weight("o", heads, depth, width)));
        y = y.add(Einsum.einsum("bth,he->bte",
                Activations.geluTanh(Einsum.einsum("bte,eh->bth", y, m.weight("up", width, 3))),
                m.weight("down", 3, width)));
        m.check(y.square().mean());

        // attention in plain loops
        double[] qs = evaluate(m, q);
        double[] ks = evaluate(m, k);
        double[] vs = evaluate(m, v);
        double[] out = evaluate(m, mixed);
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < tokens; i++) {
                double total = 0;
                double[] p = new double[tokens];
                for (int j = 0; j < tokens; j++) {
                    double s = 0;
                    for (int d = 0; d < depth; d++) {
                        s += qs[(h * tokens + i) * depth + d] * ks[(h * tokens + j) * depth + d] / Math.sqrt(depth);
                    }
                    p[j] = Math.exp(s);
                    total += p[j];
                }
                for (int d = 0; d < depth; d++) {
                    double expected = 0;
                    for (int j = 0; j < tokens; j++) {
                        expected += p[j] / total * vs[(h * tokens + j) * depth + d];
                    }
                    assertEquals(expected, out[(i * heads + h) * depth + d], 1e-13);
                }
            }
        }
    }

    private static double[] evaluate(Models m, Value v) {
        var executable = Backends.defaultBackend().compile(Graph.of("v", v));
        executable.inputs().forEach(name -> executable.bind(name, m.at().get(name)));
        executable.run();
        return executable.output("v").toDoubles();
    }

    @Test
    void lstmOverThreeSteps() {
        int units = 3;
        Models m = new Models();
        Value sequence = m.data("sequence", 3, 2, 2);
        Value wx = m.weight("wx", 2, 4 * units);
        Value wh = m.weight("wh", units, 4 * units);
        Value b = m.weight("b", 4 * units);
        Value h = Functions.constant(Models.zeros(2, units));
        Value c = h;
        for (int step = 0; step < 3; step++) {
            Value gates = Indexing.select(sequence, 0, step).matmul(wx).add(h.matmul(wh)).add(b);
            Value input = Indexing.range(gates, 1, 0, units).sigmoid();
            Value forget = Indexing.range(gates, 1, units, 2 * units).sigmoid();
            Value cell = Indexing.range(gates, 1, 2 * units, 3 * units).tanh();
            Value output = Indexing.range(gates, 1, 3 * units, 4 * units).sigmoid();
            c = forget.multiply(c).add(input.multiply(cell));
            h = output.multiply(c.tanh());
        }
        double[] last = evaluate(m, h);
        assertArrayEquals(lstm(m, units), last, 1e-14);
        m.check(h.square().sum());
    }

    private static double[] lstm(Models m, int units) {
        double[] h = new double[2 * units];
        double[] c = new double[2 * units];
        for (int step = 0; step < 3; step++) {
            double[] next = new double[2 * units];
            for (int n = 0; n < 2; n++) {
                double[] gates = new double[4 * units];
                for (int g = 0; g < gates.length; g++) {
                    gates[g] = m.at().get("b").get(g);
                    for (int i = 0; i < 2; i++) {
                        gates[g] += m.at().get("sequence").get((step * 2 + n) * 2 + i)
                                * m.at().get("wx").get(i * 4 * units + g);
                    }
                    for (int i = 0; i < units; i++) {
                        gates[g] += h[n * units + i] * m.at().get("wh").get(i * 4 * units + g);
                    }
                }
                for (int u = 0; u < units; u++) {
                    c[n * units + u] = sigmoid(gates[units + u]) * c[n * units + u]
                            + sigmoid(gates[u]) * Math.tanh(gates[2 * units + u]);
                    next[n * units + u] = sigmoid(gates[3 * units + u]) * Math.tanh(c[n * units + u]);
                }
            }
            h = next;
        }
        return h;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** u'' + u = 0 with u(0) = 0: second derivatives by the inputs inside the loss, then the Hessian by the weights. */
    @Test
    void physicsInformedNetwork() {
        Models m = new Models();
        Value x = m.input("x", Tensor.of(Shape.of(5, 1), 0.1, 0.4, 0.8, 1.1, 1.5));
        Value w = m.weight("w", 1, 4);
        Value b = m.weight("b", 4);
        Value a = m.weight("a", 4, 1);
        Value u = x.matmul(w).add(b).tanh().matmul(a);
        Value one = x.like(1);
        Value slope = ForwardMode.jvp(List.of(u), List.of(x), List.of(one)).get(0);
        Value curvature = ForwardMode.jvp(List.of(slope), List.of(x), List.of(one)).get(0);
        Value boundary = b.reshape(1, 4).tanh().matmul(a);
        Value loss = curvature.add(u).square().mean().add(boundary.square().sum());
        // u'' in closed form: sum a w^2 tanh''(wx + b)
        double[] second = evaluate(m, curvature);
        for (int i = 0; i < 5; i++) {
            double expected = 0;
            for (int j = 0; j < 4; j++) {
                double wj = m.at().get("w").get(j);
                double t = Math.tanh(wj * m.at().get("x").get(i) + m.at().get("b").get(j));
                expected += m.at().get("a").get(j) * wj * wj * -2 * t * (1 - t * t);
            }
            assertEquals(expected, second[i], 1e-14);
        }
        FunctionHessian h = m.check(loss);
        assertEquals(12, h.size());
    }

    /** What leaving a point out of a ridge regression does to the weights, against the regression without it. */
    @Test
    void influenceFunctions() {
        int n = 40;
        int d = 3;
        double ridge = 0.1;
        Tensor rows = SampleValues.normal(1, n, d);
        Tensor targets = SampleValues.normal(2, n, 1);
        double[] w = ridge(rows, targets, ridge, -1);
        Models m = new Models();
        Value x = m.input("x", rows);
        Value y = m.input("y", targets);
        Value weights = m.weight("w", d, 1);
        for (int i = 0; i < d; i++) {
            m.at().get("w").set(i, w[i]);
        }
        Value residual = x.matmul(weights).subtract(y);
        Value loss = residual.square().sum().scale(0.5).add(weights.square().sum().scale(0.5 * ridge * n));
        FunctionHessian h = Curvature.hessian(loss, m.weights(), m.at());
        assertTrue(norm(h.gradient()) < 1e-10, "at the optimum");
        int out = 7;
        Tensor row = Tensor.of(Shape.of(1, d), rows.get(out * d), rows.get(out * d + 1), rows.get(out * d + 2));
        double[] g = Derivatives
                .gradient(v -> Functions.constant(row).matmul(v).subtract(targets.get(out)).square().sum().scale(0.5),
                        m.at().get("w"))
                .toDoubles();
        LinearSolution change = new ConjugateGradients(1e-12, 50).solve(h, 0, g);
        assertTrue(change.converged());
        // exact for a quadratic loss: the change is the influence over 1 - leverage
        double[] hx = new ConjugateGradients(1e-12, 50).solve(h, 0, row.toDoubles()).x();
        double leverage = 0;
        for (int i = 0; i < d; i++) {
            leverage += row.get(i) * hx[i];
        }
        double[] without = ridge(rows, targets, ridge, out);
        for (int i = 0; i < d; i++) {
            assertEquals(without[i] - w[i], change.x()[i] / (1 - leverage), 1e-10);
        }
    }

    /** The ridge regression's weights by Gaussian elimination, one row left out (or none). */
    private static double[] ridge(Tensor rows, Tensor targets, double ridge, int out) {
        int n = targets.size();
        int d = rows.size() / n;
        double[][] a = new double[d][d + 1];
        for (int i = 0; i < d; i++) {
            a[i][i] = ridge * n;
            for (int r = 0; r < n; r++) {
                for (int j = 0; j < d && r != out; j++) {
                    a[i][j] += rows.get(r * d + i) * rows.get(r * d + j);
                }
                a[i][d] += r == out ? 0 : rows.get(r * d + i) * targets.get(r);
            }
        }
        for (int i = 0; i < d; i++) {
            for (int r = 0; r < d; r++) {
                double factor = r == i ? 0 : a[r][i] / a[i][i];
                for (int j = i; j <= d; j++) {
                    a[r][j] -= factor * a[i][j];
                }
            }
        }
        double[] w = new double[d];
        for (int i = 0; i < d; i++) {
            w[i] = a[i][d] / a[i][i];
        }
        return w;
    }
}
