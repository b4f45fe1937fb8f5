package dev.goshawk.hawq.allocate.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParetoFrontierTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void isWhatNoChoiceBeats(long seed) {
        Random random = new Random(seed);
        long[][] sizes = new long[6][4];
        double[][] costs = new double[6][4];
        for (int i = 0; i < 6; i++) {
            for (int o = 0; o < 4; o++) {
                sizes[i][o] = 1 + random.nextInt(12);
                costs[i][o] = random.nextDouble() - 0.2;
            }
        }
        // The least cost of each size, over all choices.
        TreeMap<Long, Double> least = new TreeMap<>();
        for (int code = 0; code < 4096; code++) {
            long size = 0;
            double cost = 0;
            for (int i = 0, rest = code; i < 6; i++, rest /= 4) {
                size += sizes[i][rest % 4];
                cost += costs[i][rest % 4];
            }
            least.merge(size, cost, Math::min);
        }
        long most = 40;
        TreeMap<Long, Double> expected = new TreeMap<>();
        double best = Double.POSITIVE_INFINITY;
        for (var e : least.headMap(most, true).entrySet()) {
            if (e.getValue() < best) {
                best = e.getValue();
                expected.put(e.getKey(), best);
            }
        }
        ParetoFrontier frontier = ParetoFrontier.of(sizes, costs, most);
        assertEquals(expected.size(), frontier.count());
        int at = 0;
        for (var e : expected.entrySet()) {
            assertEquals(e.getKey(), frontier.size(at));
            assertEquals(e.getValue(), frontier.cost(at), 1e-12);
            long size = 0;
            double cost = 0;
            int[] options = frontier.options(at);
            for (int i = 0; i < 6; i++) {
                size += sizes[i][options[i]];
                cost += costs[i][options[i]];
            }
            assertEquals(frontier.size(at), size);
            assertEquals(frontier.cost(at), cost, 1e-12);
            at++;
        }
    }

    @Test
    void hasNoPointWhereNothingIsSmallEnough() {
        assertEquals(0, ParetoFrontier.of(new long[][] {{2, 3}, {5, 9}}, new double[2][2], 6).count());
        assertTrue(ParetoFrontier.of(new long[][] {{2, 3}, {5, 9}}, new double[2][2], 7).count() == 1);
    }
}
