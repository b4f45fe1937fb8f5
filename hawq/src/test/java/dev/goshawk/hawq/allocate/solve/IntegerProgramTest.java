package dev.goshawk.hawq.allocate.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntegerProgramTest {
    /** Costs that fall and uses that rise with the option, over several orders of magnitude. */
    private static double[][] costs(Random random, int items, int options) {
        double[][] cost = new double[items][options];
        for (double[] c : cost) {
            double at = Math.exp(3 * random.nextGaussian());
            for (int o = 0; o < options; o++) {
                c[o] = at;
                at *= 0.1 + 0.5 * random.nextDouble();
            }
        }
        return cost;
    }

    private static double[][] uses(Random random, int items, int options) {
        double[][] use = new double[items][options];
        for (double[] u : use) {
            double weight = Math.exp(random.nextGaussian());
            for (int o = 0; o < options; o++) {
                u[o] = weight * (o + 2 + 0.2 * random.nextDouble());
            }
        }
        return use;
    }

    private static double total(double[][] of, int[] options) {
        double sum = 0;
        for (int i = 0; i < options.length; i++) {
            sum += of[i][options[i]];
        }
        return sum;
    }

    /** Every choice there is. */
    private static double bruteForce(double[][] cost, double[][][] use, double[] limit) {
        int items = cost.length;
        int[] at = new int[items];
        double best = Double.POSITIVE_INFINITY;
        while (true) {
            boolean fits = true;
            for (int k = 0; k < limit.length; k++) {
                fits &= total(use[k], at) <= limit[k];
            }
            if (fits) {
                best = Math.min(best, total(cost, at));
            }
            int i = 0;
            while (i < items && ++at[i] == cost[i].length) {
                at[i++] = 0;
            }
            if (i == items) {
                return best;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void leastOfAllChoicesUnderAnyNumberOfLimits(int limits) {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            double[][] cost = costs(random, 7, 4);
            double[][][] use = new double[limits][][];
            double[] limit = new double[limits];
            for (int k = 0; k < limits; k++) {
                use[k] = uses(random, 7, 4);
                double low = total(use[k], new int[7]);
                double high = total(use[k], new int[] {3, 3, 3, 3, 3, 3, 3});
                limit[k] = low + (0.1 + 0.8 * random.nextDouble()) * (high - low);
            }
            double expected = bruteForce(cost, use, limit);
            Optional<IntegerProgram.Solution> found = IntegerProgram.least(cost, use, limit);
            assertEquals(expected < Double.POSITIVE_INFINITY, found.isPresent());
            found.ifPresent(s -> {
                assertEquals(expected, s.cost(), 1e-12 * expected);
                assertEquals(s.cost(), total(cost, s.options()), 1e-12 * expected);
                assertEquals(0, s.gap());
                for (int k = 0; k < limits; k++) {
                    assertTrue(total(use[k], s.options()) <= limit[k] * (1 + 1e-12));
                }
            });
        }
    }

    @Test
    void ofOneLimitItIsTheEndOfTheParetoFrontier() {
        Random random = new Random(5);
        double[][] cost = costs(random, 60, 5);
        double[][][] use = new double[1][60][5];
        long[][] sizes = new long[60][5];
        long most = 0;
        for (int i = 0; i < 60; i++) {
            long weight = 100 + random.nextInt(5000);
            most += 4 * weight;
            for (int o = 0; o < 5; o++) {
                sizes[i][o] = weight * (o + 2);
                use[0][i][o] = sizes[i][o];
            }
        }
        ParetoFrontier frontier = ParetoFrontier.of(sizes, cost, most);
        IntegerProgram.Solution found = IntegerProgram.least(cost, use, new double[] {most}).orElseThrow();
        assertEquals(frontier.cost(frontier.count() - 1), found.cost(), 1e-10 * found.cost());
        assertEquals(0, found.gap());
    }

    @Test
    void limitsThatExcludeEachOther() {
        // Either limit can be met by the first or by the second option, but not both.
        double[][][] use = {{{1, 5}, {1, 5}}, {{5, 1}, {5, 1}}};
        assertTrue(IntegerProgram.least(new double[2][2], use, new double[] {3, 3}).isEmpty());
        assertTrue(IntegerProgram.least(new double[2][2], use, new double[] {6, 6}).isPresent());
        assertTrue(IntegerProgram.least(new double[2][2], use, new double[] {1, 100}).isEmpty());
    }
}
