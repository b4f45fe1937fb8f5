package dev.goshawk.spectral.estimate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;
import dev.goshawk.spectral.solve.ConjugateGradients;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Estimates of a network's Hessian are bit-identical for any thread count. */
class EstimateThreadsTest {
    private static LinearOperator hessian(int threads) {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(64, 20));
        Value w = Value.input("w", DType.FLOAT32, Shape.of(20, 33));
        Value v = Value.input("v", DType.FLOAT32, Shape.of(33, 5));
        Value loss = Functions.logSoftmax(x.matmul(w).tanh().matmul(v)).square().mean();
        HessianVectorProduct product = HessianVectorProduct.of(loss, List.of(w, v),
                Backends.select(ThreadPool.ofThreads(threads)));
        product.bind("x", filled(1, 64, 20)).bind("w", filled(2, 20, 33)).bind("v", filled(3, 33, 5));
        return FunctionHessian.of(product.linearize());
    }

    private static Tensor filled(long seed, int... dims) {
        Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
        double[] values = Vectors.gaussian(t.size(), seed);
        for (int i = 0; i < values.length; i++) {
            t.set(i, 0.3 * values[i]);
        }
        return t;
    }

    @Test
    void sameBits() {
        LinearOperator one = hessian(1);
        SpectralDensity density = SpectralDensity.of(one, DensityOptions.defaults().withProbes(3).withSteps(8));
        Estimate trace = new HutchPlusPlus().estimate(one, 1, 18);
        double[] b = Vectors.gaussian(one.size(), 4);
        double[] x = new ConjugateGradients(1e-3, 60).solve(one, 1, b).x();
        for (int threads : new int[] {2, 5}) {
            LinearOperator other = hessian(threads);
            assertArrayEquals(density.density(),
                    SpectralDensity.of(other, DensityOptions.defaults().withProbes(3).withSteps(8)).density(), 0);
            assertEquals(trace, new HutchPlusPlus().estimate(other, 1, 18));
            assertArrayEquals(x, new ConjugateGradients(1e-3, 60).solve(other, 1, b).x(), 0);
        }
    }
}
