package dev.goshawk.spectral.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.Matrices;
import dev.goshawk.spectral.dense.SymmetricEigen;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * Error bars are honest: over 1,000 seeds the intervals of 68 and 95 % hold the true value about that often. Binomial spread alone is 1.5
 * and 0.7 % (one standard deviation); three of those and the skewness of a few dozen draws are allowed for.
 */
class CoverageTest {
    private static final int SEEDS = 1000;
    private static final int SIZE = 20;
    private static final double[][] A = Matrices.symmetric(SIZE, 77);
    private static final LinearOperator OPERATOR = LinearOperator.dense(A);
    private static final SymmetricEigen EIGEN = SymmetricEigen.of(A, SIZE);

    private static double sum(DoubleUnaryOperator f) {
        double sum = 0;
        for (int i = 0; i < SIZE; i++) {
            sum += f.applyAsDouble(EIGEN.value(i));
        }
        return sum;
    }

    private static void check(String what, double truth, LongFunction<Interval> interval68,
            LongFunction<Interval> interval95) {
        int in68 = 0;
        int in95 = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            in68 += interval68.apply(seed).contains(truth) ? 1 : 0;
            in95 += interval95.apply(seed).contains(truth) ? 1 : 0;
        }
        assertEquals(0.68, (double) in68 / SEEDS, 0.05, what + ": intervals of 68 %");
        assertEquals(0.95, (double) in95 / SEEDS, 0.025, what + ": intervals of 95 %");
    }

    private static void check(String what, double truth, LongFunction<Estimate> estimate) {
        Estimate[] all = new Estimate[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            all[seed] = estimate.apply(seed);
        }
        check(what, truth, seed -> all[(int) seed].interval(0.68), seed -> all[(int) seed].interval(0.95));
    }

    @Test
    void trace() {
        // few draws: with normal quantiles in place of Student's, 6 draws would cover 89 % only
        check("trace, 6 draws", sum(x -> x), seed -> new HutchinsonTrace().estimate(OPERATOR, seed, 6));
        check("trace, 30 draws", sum(x -> x), seed -> new HutchinsonTrace().estimate(OPERATOR, seed, 30));
    }

    @Test
    void hutchPlusPlus() {
        check("hutch++", sum(x -> x), seed -> new HutchPlusPlus().estimate(OPERATOR, seed, 6, 12, 0));
    }

    @Test
    void diagonal() {
        check("diagonal entry", A[4][4], seed -> DiagonalEstimate.of(OPERATOR, seed, 12).entry(4));
    }

    @Test
    void frobeniusNorm() {
        check("frobenius", sum(x -> x * x), seed -> new FrobeniusNorm().squared(OPERATOR, seed, 30, 0));
    }

    @Test
    void densityAndMoments() {
        double width = 1;
        double at = 2.5;
        DensityOptions options = DensityOptions.defaults().withProbes(8).withSteps(16).withPoints(3).withWidth(width)
                .withRange(new Interval(0, 2 * at));
        double truth = sum(x -> Math.exp(-0.5 * (x - at) * (x - at) / (width * width)))
                / (SIZE * width * Math.sqrt(2 * Math.PI));
        SpectralDensity[] all = new SpectralDensity[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            all[seed] = SpectralDensity.of(OPERATOR, options.withSeed(seed));
        }
        double top = all[0].norm();
        check("second moment", sum(x -> x * x) / SIZE / (top * top), seed -> new Estimate(all[(int) seed].moments()[1],
                all[(int) seed].momentErrors()[1], 8, 8 * 16, true, seed));
        check("density", truth, seed -> all[(int) seed].band(1, 0.68), seed -> all[(int) seed].band(1, 0.95));
    }

    @Test
    void effectiveDimension() {
        LinearOperator shifted = OPERATOR.shifted(12);
        check("effective dimension", sum(x -> (x + 12) / (x + 12 + 5)), seed -> EffectiveDimension
                .of(LanczosQuadrature.of(shifted, seed, 8, 16), 5, 0));
    }
}
