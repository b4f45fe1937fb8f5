package dev.goshawk.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairwiseSumTest {
    private static double total(double[] terms, int from, int to) {
        PairwiseSum sum = new PairwiseSum(1);
        for (int i = from; i < to; i++) {
            sum.add(0.1, new double[] {terms[i]});
        }
        double[] out = new double[1];
        sum.total(out);
        return out[0];
    }

    @Test
    void theTreeIsTheDocumentedOne() {
        double[] x = new SplittableRandom(4).doubles(7, -1, 1).toArray();
        double[] w = java.util.Arrays.stream(x).map(v -> 0.1 * v).toArray();
        double right = ((w[0] + w[1]) + (w[2] + w[3])) + ((w[4] + w[5]) + w[6]);
        assertEquals(right, total(x, 0, 7));
    }

    @Test
    void alignedRunsAreNodesOfTheSameTree() {
        double[] x = new SplittableRandom(5).doubles(23, -1, 1).toArray();
        for (int run : new int[] {1, 2, 4, 8, 16}) {
            PairwiseSum runs = new PairwiseSum(1);
            for (int from = 0; from < x.length; from += run) {
                runs.add(1, new double[] {total(x, from, Math.min(x.length, from + run))});
            }
            double[] out = new double[1];
            runs.total(out);
            assertEquals(total(x, 0, x.length), out[0], "runs of " + run);
        }
    }

    @Test
    void anySplitHasTheBitsOfOneSum() {
        SplittableRandom random = new SplittableRandom(7);
        for (int n = 1; n <= 40; n++) {
            double[] x = random.doubles(n, -1, 1).toArray();
            PairwiseSum whole = new PairwiseSum(1);
            for (int from = 0; from < n;) {
                int to = from + random.nextInt(1, n - from + 1);
                PairwiseSum part = new PairwiseSum(1, from);
                for (int i = from; i < to; i++) {
                    part.add(0.1, new double[] {x[i]});
                }
                part.runs().forEach(whole::add);
                from = to;
            }
            double[] out = new double[1];
            whole.total(out);
            assertEquals(total(x, 0, n), out[0], n + " terms");
        }
    }

    @Test
    void theRunsOfAPartAreAlignedNodes() {
        PairwiseSum part = new PairwiseSum(1, 3);
        for (int i = 3; i < 11; i++) {
            part.add(1, new double[] {i});
        }
        assertEquals(List.of("1 from 3: 3.0", "4 from 4: 22.0", "2 from 8: 17.0", "1 from 10: 10.0"), part.runs()
                .stream().map(r -> r.vectors() + " from " + r.first() + ": " + r.sum()[0]).toList());
    }

    @Test
    void aRunThatDoesNotFollowIsRefused() {
        PairwiseSum sum = new PairwiseSum(1);
        sum.add(1, new double[1]);
        assertThrows(IllegalArgumentException.class, () -> sum.add(new PairwiseSum.Run(2, 2, new double[1])));
        assertThrows(IllegalArgumentException.class, () -> sum.add(new PairwiseSum.Run(1, 1, new double[2])));
        assertThrows(IllegalArgumentException.class, () -> new PairwiseSum.Run(1, 2, new double[1]));
        assertThrows(IllegalArgumentException.class, () -> new PairwiseSum.Run(0, 3, new double[1]));
        assertThrows(IllegalArgumentException.class, () -> new PairwiseSum(1, -1));
    }

    @Test
    void clearedItBeginsAnewInTheSameMemory() {
        double[] x = new SplittableRandom(6).doubles(11, -1, 1).toArray();
        PairwiseSum sum = new PairwiseSum(1);
        double[] out = new double[1];
        for (int n : new int[] {11, 3, 0, 8}) {
            sum.clear();
            for (int i = 0; i < n; i++) {
                sum.add(0.1, new double[] {x[i]});
            }
            sum.total(out);
            assertEquals(total(x, 0, n), out[0], n + " terms");
        }
        assertEquals(4, PairwiseSum.vectors(8));
    }

    @Test
    void anotherLengthIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PairwiseSum(2).add(1, new double[3]));
    }
}
