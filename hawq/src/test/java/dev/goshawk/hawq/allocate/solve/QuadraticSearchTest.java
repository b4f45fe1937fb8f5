package dev.goshawk.hawq.allocate.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuadraticSearchTest {
    /** Terms of any sign, pairs about as large as single ones. */
    private static PairTerms indefinite(Random random, int items, int options, double coupling) {
        int[] starts = new int[items + 1];
        Arrays.setAll(starts, i -> i * options);
        double[] singles = new double[items * options];
        Arrays.setAll(singles, i -> random.nextGaussian() * Math.exp(random.nextGaussian()));
        double[][] pairs = new double[items * options][items * options];
        for (int i = 0; i < pairs.length; i++) {
            for (int j = 0; j <= i; j++) {
                pairs[i][j] = coupling * random.nextGaussian();
                pairs[j][i] = pairs[i][j];
            }
        }
        return new PairTerms(starts, singles, pairs);
    }

    private static long[][] sizes(Random random, int items, int options) {
        long[][] sizes = new long[items][options];
        for (long[] s : sizes) {
            long weight = 1 + random.nextInt(50);
            Arrays.setAll(s, o -> weight * (o + 2));
        }
        return sizes;
    }

    private static double bruteForce(PairTerms terms, long[][] sizes, long limit) {
        int[] at = new int[sizes.length];
        double best = Double.POSITIVE_INFINITY;
        while (true) {
            long size = 0;
            for (int i = 0; i < at.length; i++) {
                size += sizes[i][at[i]];
            }
            if (size <= limit) {
                best = Math.min(best, terms.value(at));
            }
            int i = 0;
            while (i < at.length && ++at[i] == sizes[i].length) {
                at[i++] = 0;
            }
            if (i == at.length) {
                return best;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1, 3})
    void leastOfAllChoicesForTermsOfAnySign(double coupling) {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            PairTerms terms = indefinite(random, 6, 4, coupling);
            long[][] sizes = sizes(random, 6, 4);
            long low = Arrays.stream(sizes).mapToLong(s -> s[0]).sum();
            long limit = low + random.nextInt((int) (3 * low / 2));
            QuadraticSearch.Solution found = QuadraticSearch.least(terms, sizes, limit).orElseThrow();
            assertEquals(bruteForce(terms, sizes, limit), found.value(), 1e-12);
            assertEquals(terms.value(found.options()), found.value(), 1e-12);
            assertEquals(0, found.gap());
        }
    }

    @Test
    void cutShortItSaysHowFarFromTheOptimumItMayBe() {
        Random random = new Random(3);
        PairTerms terms = indefinite(random, 6, 4, 2);
        long[][] sizes = sizes(random, 6, 4);
        long limit = Arrays.stream(sizes).mapToLong(s -> s[1]).sum();
        double optimum = bruteForce(terms, sizes, limit);
        boolean open = false;
        for (int nodes : new int[] {1, 5, 10, 40}) {
            QuadraticSearch.Solution cut = QuadraticSearch.least(terms, sizes, limit, nodes).orElseThrow();
            assertTrue(cut.bound() <= optimum + 1e-12 && optimum <= cut.value() + 1e-12,
                    cut.bound() + " " + optimum + " " + cut.value());
            open |= cut.gap() > 0;
        }
        assertTrue(open, "a bound that leaves nothing open at the root would be none");
    }

    @Test
    void twentyItemsOfWhichNoneIsIndependentAreSolved() {
        Random random = new Random(8);
        PairTerms terms = indefinite(random, 20, 5, 0.05);
        long[][] sizes = sizes(random, 20, 5);
        long limit = Arrays.stream(sizes).mapToLong(s -> s[1]).sum();
        QuadraticSearch.Solution found = QuadraticSearch.least(terms, sizes, limit).orElseThrow();
        assertEquals(0, found.gap());
        assertTrue(found.nodes() < 2_000_000, found.nodes() + " nodes");
    }

    @Test
    void nothingSmallEnough() {
        PairTerms terms = indefinite(new Random(1), 2, 2, 1);
        assertTrue(QuadraticSearch.least(terms, new long[][] {{2, 3}, {2, 3}}, 3).isEmpty());
    }
}
