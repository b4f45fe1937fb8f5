package dev.goshawk.hawq.spectral;

import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.EigenResult;
import dev.goshawk.spectral.EigenSolver;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.spectral.PowerIteration;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.TinyNetwork;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.ojalgo.matrix.decomposition.Eigenvalue;
import org.ojalgo.matrix.store.R064Store;

class SpectrumTest {
    private static LossProblem problem(int threads) {
        return TinyNetwork.problem(9, DType.FLOAT64, Backends.select(ThreadPool.ofThreads(threads)));
    }

    private static double largestMagnitude(HessianOperator h) {
        R064Store m = R064Store.FACTORY.make(h.size(), h.size());
        double[] unit = new double[h.size()];
        double[] column = new double[h.size()];
        for (int j = 0; j < unit.length; j++) {
            unit[j] = 1;
            h.apply(unit, column);
            unit[j] = 0;
            for (int i = 0; i < column.length; i++) {
                m.set(i, j, column[i]);
            }
        }
        Eigenvalue<Double> e = Eigenvalue.R064.make(m, true);
        assertTrue(e.decompose(m));
        double[] d = new double[h.size()];
        e.getEigenvalues(d, Optional.empty());
        double top = 0;
        for (double x : d) {
            top = Math.abs(x) > Math.abs(top) ? x : top;
        }
        return top;
    }

    private static double residual(HessianOperator h, EigenResult r) {
        double[] w = new double[h.size()];
        h.apply(r.eigenvector(), w);
        double sum = 0;
        for (int i = 0; i < w.length; i++) {
            double d = w[i] - r.eigenvalue() * r.eigenvector()[i];
            sum += d * d;
        }
        return Math.sqrt(sum);
    }

    @Test
    void everyBlockHasItsDenseMatrixsTopEigenvalue() {
        LossProblem problem = problem(1);
        for (EigenSolver solver : List.of(new PowerIteration(), new Lanczos())) {
            List<Spectrum.Entry> entries = Spectrum.of(problem, 4, solver,
                    EigenOptions.defaults().withTolerance(1e-7).withMaxIterations(5000), Spectrum.Listener.NONE);
            assertEquals(List.of("first", "middle", "last"), entries.stream().map(e -> e.block().name()).toList());
            for (Spectrum.Entry e : entries) {
                HessianOperator h = HessianOperator.block(problem, e.block().name(), 9);
                double lambda = largestMagnitude(h);
                assertTrue(e.top().converged(), e.block().name());
                assertEquals(lambda, e.top().eigenvalue(), 1e-10 * Math.abs(lambda), e.block().name());
                assertEquals(Math.abs(e.top().eigenvalue()) / h.size(), e.curvature().sensitivity());
                assertEquals(residual(h, e.top()), e.top().residual(), 1e-12);
            }
        }
    }

    @Test
    void aSubsampleAndSharedMemoryChangeNoEigenvalue() {
        LossProblem problem = problem(2);
        EigenOptions options = EigenOptions.defaults().withTolerance(1e-7).withMaxIterations(5000);
        List<Spectrum.Entry> plain = Spectrum.of(problem, 9, new Lanczos(), options, Spectrum.Listener.NONE);
        for (boolean recompute : new boolean[] {false, true}) {
            for (int images : new int[] {1, 8}) {
                List<Spectrum.Entry> entries = Spectrum.of(problem, 4, recompute, SpectrumMethod.davidson(images, 9),
                        options, Spectrum.Listener.NONE);
                List<Spectrum.Entry> again = Spectrum.of(problem(1), 4, recompute, SpectrumMethod.davidson(images, 9),
                        options, Spectrum.Listener.NONE);
                for (int i = 0; i < plain.size(); i++) {
                    double lambda = plain.get(i).top().eigenvalue();
                    EigenResult top = entries.get(i).top();
                    assertTrue(top.converged());
                    assertEquals(lambda, top.eigenvalue(), 1e-9 * Math.abs(lambda));
                    assertTrue(entries.get(i).subsampleProducts() > 0);
                    assertArrayEquals(top.eigenvector(), again.get(i).top().eigenvector());
                }
            }
        }
        assertEquals("lanczos", SpectrumMethod.davidson(9, 9).name());
        assertEquals("lanczos", SpectrumMethod.standard(31).name());
        assertEquals("davidson", SpectrumMethod.standard(128).name());
        assertEquals(16, SpectrumMethod.standard(128).subsample());
        assertEquals("power iteration", SpectrumMethod.of(new PowerIteration()).name());
    }

    @Test
    void progressRisesAndEndsNearOne() {
        List<Double> fractions = new ArrayList<>();
        List<String> blocks = new ArrayList<>();
        Spectrum.of(problem(1), 9, new PowerIteration(), EigenOptions.defaults().withTolerance(1e-4),
                (block, fraction, products, eigenvalue, residual) -> {
                    fractions.add(fraction);
                    if (products == 1) {
                        blocks.add(block.name());
                    }
                });
        assertEquals(List.of("first", "middle", "last"), blocks);
        assertTrue(fractions.getFirst() >= 0 && fractions.getFirst() < 0.3, fractions.toString());
        assertEquals(1, fractions.getLast(), 1e-12);
        assertTrue(fractions.stream().allMatch(f -> f >= 0 && f <= 1));
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        EigenOptions options = EigenOptions.defaults().withSeed(17);
        List<Spectrum.Entry> one = Spectrum.of(problem(1), 4, new Lanczos(), options, Spectrum.Listener.NONE);
        List<Spectrum.Entry> four = Spectrum.of(problem(4), 4, new Lanczos(), options, Spectrum.Listener.NONE);
        for (int i = 0; i < one.size(); i++) {
            assertEquals(one.get(i).top().eigenvalue(), four.get(i).top().eigenvalue());
            assertArrayEquals(one.get(i).top().eigenvector(), four.get(i).top().eigenvector());
            assertEquals(17, one.get(i).top().seed());
        }
    }
}
