package dev.goshawk.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.Curvature;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.estimate.DensityOptions;
import dev.goshawk.spectral.estimate.DiagonalEstimate;
import dev.goshawk.spectral.estimate.SpectralDensity;
import dev.goshawk.spectral.solve.ConjugateGradients;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a shell shows of a result: numbers, and no array's address. */
class ResultsAsTextTest {
    private static final LinearOperator TWO = LinearOperator.dense(new double[][] {{2, 0}, {0, 2}});

    @Test
    void resultsShowTheirNumbers() {
        assertEquals("CONVERGED (2 unknowns, 2 products): relative residual 0.0, least curvature met 2.0",
                new ConjugateGradients(1e-9, 10).solve(TWO, 0, new double[] {2, 2}).toString());
        assertEquals("diagonal of 2 entries (3 draws)", DiagonalEstimate.of(TWO, 0, 3).toString());
        String top = new Lanczos().top(TWO, EigenOptions.defaults()).toString();
        assertTrue(top.startsWith("eigenvalue ") && top.endsWith(" products, MAGNITUDE)"), top);
        String density = SpectralDensity.of(TWO, DensityOptions.defaults().withProbes(2).withSteps(4).withPoints(9))
                .toString();
        assertTrue(density.startsWith("spectral density at 9 points of [1.9") && density.contains(", ||A|| "),
                density);
        assertTrue(!density.contains("[D@") && !top.contains("[D@"), density);
    }

    @Test
    void operatorsShowTheirVariables() {
        Value w = Value.input("w", DType.FLOAT64, Shape.of(2, 1));
        Value b = Value.input("b", DType.FLOAT64, Shape.of(3));
        FunctionHessian h = Curvature.hessian(w.square().sum().add(b.square().sum()), List.of(w, b),
                Map.of("w", Tensor.of(w.shape(), 1.0, 2.0), "b", Tensor.of(b.shape(), 1.0, 2.0, 3.0)));
        assertEquals("operator of 5 rows, by w [2,1], b [3]", h.toString());
    }
}
