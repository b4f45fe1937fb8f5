package dev.goshawk.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.Curvature;
import dev.goshawk.Derivatives;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.spectral.Target;
import dev.goshawk.spectral.dense.SymmetricEigen;
import dev.goshawk.spectral.estimate.DensityOptions;
import dev.goshawk.spectral.estimate.SpectralDensity;
import dev.goshawk.spectral.solve.ConjugateGradients;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a new researcher tries first, each in a few lines and to 1e-9. */
class ResearchTasksTest {
    private static final EigenOptions EXACT = EigenOptions.defaults().withTolerance(1e-10).withMaxIterations(3000);

    private final Value x = Value.input("x", DType.FLOAT64, Shape.of(10, 4));
    private final Value w = Value.input("w", DType.FLOAT64, Shape.of(4, 5));
    private final Value z = x.matmul(w).softplus();
    private final Value loss = z.square().mean().add(w.square().sum());
    private final Map<String, Tensor> at = Map.of("x", SampleValues.normal(1, 10, 4), "w",
            SampleValues.normal(2, 4, 5));
    private final FunctionHessian h = Curvature.hessian(loss, List.of(w), at);

    private double[] eigenvalues(LinearOperator a) {
        SymmetricEigen eigen = SymmetricEigen.of(a.toDense(), a.size());
        double[] values = new double[a.size()];
        Arrays.setAll(values, eigen::value);
        Arrays.sort(values);
        return values;
    }

    @Test
    void smallestEigenvalue() {
        assertEquals(eigenvalues(h)[0], new Lanczos().top(h, EXACT.withTarget(Target.BOTTOM)).eigenvalue(), 1e-9);
    }

    @Test
    void newtonStepByConjugateGradients() {
        double[] step = new ConjugateGradients(1e-12, 200).solve(h, 0, h.gradient()).x();
        double[] back = new double[h.size()];
        h.apply(step, back);
        assertArrayEquals(h.gradient(), back, 1e-9);
    }

    @Test
    void spectralDensity() {
        SpectralDensity d = SpectralDensity.of(h, DensityOptions.defaults().withSteps(20));
        double mean = Arrays.stream(eigenvalues(h)).average().orElseThrow() / d.norm();
        assertEquals(mean, d.moments()[0], 4 * d.momentErrors()[0]);
    }

    @Test
    void jacobian() {
        double[][] j = Derivatives.jacobian(v -> v.square().multiply(v), Tensor.of(Shape.of(2), 2.0, 3.0));
        assertArrayEquals(new double[][] {{12, 0}, {0, 27}}, j);
    }

    @Test
    void gaussNewtonIsSemidefinite() {
        LinearOperator g = Curvature.gaussNewton(loss, List.of(z), List.of(w), at);
        assertTrue(eigenvalues(g)[0] > -1e-12);
    }

    @Test
    void severalVectors() {
        double[][] units = new double[h.size()][h.size()];
        double[][] columns = new double[h.size()][h.size()];
        for (int i = 0; i < units.length; i++) {
            units[i][i] = 1;
        }
        h.apply(units, columns);
        assertArrayEquals(h.toDense()[3], columns[3], 1e-9);
    }

    @Test
    void aLossOfOnesOwn() {
        Value huber = z.square().add(1).sqrt().subtract(1).sum();
        FunctionHessian own = Curvature.hessian(huber, List.of(w), at);
        assertEquals(20, own.size());
        assertEquals(own.toDense()[2][7], own.toDense()[7][2], 1e-12);
    }

    @Test
    void batchedProductsOfSixteenHeads() {
        Tensor heads = SampleValues.normal(3, 16, 8, 4);
        Tensor keys = SampleValues.normal(4, 16, 8, 4);
        Tensor scores = Derivatives.value(q -> Einsum.einsum("hqd,hkd->hqk", q, Functions.constant(keys)), heads);
        double last = 0;
        for (int d = 0; d < 4; d++) {
            last += heads.get(heads.size() - 4 + d) * keys.get(keys.size() - 4 + d);
        }
        assertEquals(last, scores.get(scores.size() - 1), 1e-12);
    }

    @Test
    void softmaxAndLayerNorm() {
        Tensor rows = SampleValues.normal(5, 3, 4);
        Tensor p = Derivatives.value(v -> Activations.softmax(v, 0).sum(0), rows);
        assertArrayEquals(new double[] {1, 1, 1, 1}, p.toDoubles(), 1e-12);
        Value one = Functions.constant(SampleValues.filled(1, 4));
        Tensor n = Derivatives.value(v -> Normalizations.layerNorm(v, one, one.like(0), 0).square().mean(1), rows);
        assertArrayEquals(new double[] {1, 1, 1}, n.toDoubles(), 1e-12);
    }

    @Test
    void embeddingRows() {
        Tensor table = SampleValues.normal(6, 5, 3);
        Tensor g = Derivatives.gradient(v -> Indexing.gather(v, 0, 4, 1, 4).sum(), table);
        assertArrayEquals(new double[] {0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 2}, g.toDoubles());
    }

    @Test
    void constantArraysAndSlices() {
        Value coefficients = Functions.constant(Tensor.of(Shape.of(3), 1.0, -2.0, 0.5));
        Tensor v = Tensor.of(Shape.of(4), 2.0, 3.0, 5.0, 7.0);
        assertEquals(3 - 10 + 3.5,
                Derivatives.value(t -> Indexing.range(t, 0, 1, 4).multiply(coefficients).sum(), v).item(), 1e-12);
        assertEquals(7, Derivatives.value(t -> Indexing.select(t, 0, -1), v).item());
    }

    @Test
    void softplusKeepsItsThirdDerivative() {
        double s = 1 / (1 + Math.exp(-0.3));
        assertEquals(s * (1 - s) * (1 - 2 * s), Derivatives.derivative(3, Value::softplus, 0.3), 1e-12);
        assertEquals(Math.exp(-600), Derivatives.derivative(2, Value::softplus, 600), 1e-12 * Math.exp(-600));
    }
}
