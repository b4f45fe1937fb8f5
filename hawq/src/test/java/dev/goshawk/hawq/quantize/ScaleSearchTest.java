package dev.goshawk.hawq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scale of least squared error against one that is looked for among thousands. */
class ScaleSearchTest {
    private static final int TRIED = 2000;

    private static double error(ScaleSearch search, double[] w, ScaleSearch.Grid grid) {
        double sum = 0;
        for (double x : w) {
            double d = search.value(search.code(x, grid), grid) - x;
            sum += d * d;
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"SYMMETRIC_PER_CHANNEL, 2", "SYMMETRIC_PER_CHANNEL, 3", "SYMMETRIC_PER_CHANNEL, 4",
            "SYMMETRIC_PER_CHANNEL, 8", "ASYMMETRIC_PER_LAYER, 2", "ASYMMETRIC_PER_LAYER, 4",
            "ASYMMETRIC_PER_LAYER, 8"})
    void noneOfThousandsIsMuchBetter(Scheme scheme, int bits) {
        UniformQuantizer.Levels levels = new UniformQuantizer(scheme, ScaleRule.MSE).levels(BitWidth.of(bits));
        ScaleSearch search = new ScaleSearch(levels, DType.FLOAT64);
        for (long seed = 1; seed <= 6; seed++) {
            Random random = new Random(seed);
            // A long tail, around a mean that is not zero; the odd seeds' is longer.
            double[] w = random.doubles(300).map(u -> 0.3 + Math.pow(2 * u - 1, 3)).toArray();
            w[0] = seed % 2 == 1 ? 20 : 2;
            double low = -0.7;
            double high = w[0];
            double least = Double.POSITIVE_INFINITY;
            for (int k = 1; k <= TRIED; k++) {
                double ratio = k / (double) TRIED;
                double scale = ratio * (levels.symmetric() ? high : high - low) / levels.max();
                int zero = levels.symmetric() ? 0 : (int) Math.rint(-ratio * low / scale);
                least = Math.min(least, error(search, w, new ScaleSearch.Grid(scale, zero)));
            }
            double found = error(search, w, search.best(w, ScaleRule.MSE));
            assertTrue(found <= 1.01 * least, "seed " + seed + ": " + found + " against " + least);
        }
    }

    @ParameterizedTest
    @CsvSource({"SYMMETRIC_PER_CHANNEL", "ASYMMETRIC_PER_LAYER"})
    void refiningASteppedScaleFindsTheGridThatTheValuesAreOf(Scheme scheme) {
        UniformQuantizer.Levels levels = new UniformQuantizer(scheme, ScaleRule.MSE).levels(BitWidth.B4);
        ScaleSearch search = new ScaleSearch(levels, DType.FLOAT64);
        int zero = scheme == Scheme.SYMMETRIC_PER_CHANNEL ? 0 : 5;
        double[] w = new double[levels.count()];
        for (int i = 0; i < w.length; i++) {
            w[i] = (levels.at(i) - zero) * 0.25;
        }
        ScaleSearch.Grid found = search.refine(w, new ScaleSearch.Grid(0.26, zero));
        assertEquals(0.25, found.scale(), 1e-15);
        assertEquals(zero, found.zero());
        assertEquals(0, error(search, w, found), 1e-28);
    }
}
