package dev.goshawk.spectral.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.spectral.Matrices;
import dev.goshawk.spectral.ProgressListener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HutchinsonTraceTest {
    private final HutchinsonTrace hutchinson = new HutchinsonTrace();

    @Test
    void diagonalIsExact() {
        Estimate r = hutchinson.estimate(Matrices.diagonal(1, -4, 2.5), 1, 5);
        assertEquals(-0.5, r.value(), 1e-15);
        assertEquals(0, r.standardError(), 1e-15);
        assertEquals(5, r.draws());
    }

    @Test
    void standardErrorCoversTheTruth() {
        double[][] a = Matrices.symmetric(80, 21);
        double trace = 0;
        double offDiagonal = 0;
        for (int i = 0; i < 80; i++) {
            trace += a[i][i];
            for (int j = 0; j < 80; j++) {
                offDiagonal += i == j ? 0 : a[i][j] * a[i][j];
            }
        }
        int within = 0;
        for (int seed = 0; seed < 50; seed++) {
            Estimate r = hutchinson.estimate(Matrices.dense(a), seed, 100);
            within += Math.abs(r.value() - trace) < 2 * r.standardError() ? 1 : 0;
            // the closed form of the variance, within what 100 draws can tell
            assertEquals(Math.sqrt(2 * offDiagonal / 100), r.standardError(), 0.35 * r.standardError());
        }
        assertTrue(within >= 42, "expected about 95 % of 50 within two standard errors, got " + within);
    }

    @Test
    void negativeTraceDoesNotStopEarly() {
        double[][] a = Matrices.symmetric(40, 2);
        for (int i = 0; i < 40; i++) {
            a[i][i] -= 20;
        }
        Estimate r = hutchinson.estimate(Matrices.dense(a), 3, 1e-3, 5000, ProgressListener.NONE);
        assertTrue(r.value() < 0);
        assertTrue(r.converged());
        assertTrue(r.draws() > 10 && r.standardError() <= 1e-3 * -r.value());
        Estimate cut = hutchinson.estimate(Matrices.dense(a), 3, 1e-3, 12, ProgressListener.NONE);
        assertFalse(cut.converged());
        assertEquals(12, cut.draws());
    }

    @Test
    void endsWithTheFirstDrawThatIsPreciseEnough() {
        double[][] a = Matrices.symmetric(40, 2);
        for (int i = 0; i < 40; i++) {
            a[i][i] += 20;
        }
        List<Double> relative = new ArrayList<>();
        Estimate r = hutchinson.estimate(Matrices.dense(a), 3, 2e-3, 5000,
                (draws, mean, error) -> relative.add(error / mean));
        assertEquals(r.draws(), relative.size());
        assertTrue(r.draws() > 20, r.toString());
        for (int i = 20; i < r.draws(); i++) {
            assertEquals(i == r.draws() - 1, relative.get(i) <= 2e-3, "draw " + i + ": " + relative.get(i));
        }
        Estimate all = hutchinson.estimate(Matrices.diagonal(1, 2), 0, 40);
        assertEquals(40, all.draws(), "a number of draws is kept to, however precise");
    }

    @Test
    void singleDrawHasNoError() {
        assertTrue(Double.isNaN(hutchinson.estimate(Matrices.diagonal(1), 0, 1).standardError()));
        assertThrows(IllegalArgumentException.class, () -> hutchinson.estimate(Matrices.diagonal(1), 0, 0));
    }
}
