package dev.goshawk.hawq.search.haq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An agent in an environment whose reward is a known function of the widths. */
class EpisodesTest {
    private static final List<BitWidth> WIDTHS = BitAllocation.CHOICES;
    private static final int EPISODES = 100;
    /** Four bits a weight. */
    private static final long BUDGET = 2100 * 4;
    /** How much each block suffers from rounding, in network order. */
    private static final double[] SENSITIVITY = {8, 1, 4, 0.5, 2, 0.1};

    private static List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < SENSITIVITY.length; i++) {
            blocks.add(new Block("b" + i, List.of("w" + i), 100 * (i + 1), 1000));
        }
        return blocks;
    }

    private static double[][] features() {
        double[][] features = new double[SENSITIVITY.length][3];
        for (int i = 0; i < features.length; i++) {
            features[i] = new double[] {i / (features.length - 1.0), (i % 2), 0};
        }
        return features;
    }

    private static double reward(BitAllocation a) {
        double loss = 0;
        for (int i = 0; i < SENSITIVITY.length; i++) {
            loss += SENSITIVITY[i] * Math.pow(4, 2 - a.bits().get(i).bits());
        }
        return -loss;
    }

    /** As many choices as there are episodes, each uniformly random and walked down. */
    private static List<Double> random(long budget) {
        SplitMix64 random = SplitMix64.of(5);
        List<Double> rewards = new ArrayList<>();
        for (int episode = 0; episode < EPISODES; episode++) {
            int[] places = new int[SENSITIVITY.length];
            Arrays.setAll(places, i -> random.below(WIDTHS.size()));
            Episodes.walkDown(blocks(), WIDTHS, budget, places);
            rewards.add(reward(allocation(places)));
        }
        return rewards;
    }

    private static BitAllocation allocation(int... places) {
        return new BitAllocation(blocks(), Arrays.stream(places).mapToObj(WIDTHS::get).toList());
    }

    private static double mean(List<Double> rewards) {
        return rewards.stream().mapToDouble(r -> r).average().orElseThrow();
    }

    private static double most(List<Double> rewards) {
        return rewards.stream().mapToDouble(r -> r).max().orElseThrow();
    }

    private static Episodes episodes() {
        return new Episodes(blocks(), features(), WIDTHS, BUDGET, EPISODES, 24, 1, Backends.defaultBackend());
    }

    @Test
    void theAgentLearns() {
        Episodes learning = episodes();
        while (!learning.isOver()) {
            learning.run(a -> {
                assertTrue(Compression.bits(blocks(), a.bits()) <= BUDGET, a.list());
                return reward(a);
            });
        }
        List<Double> rewards = learning.rewards();
        double last = mean(rewards.subList(EPISODES - 20, EPISODES));
        List<Double> random = random(BUDGET);
        String all = rewards + " " + mean(random) + " " + most(random);
        assertTrue(last > mean(rewards.subList(0, 20)), all);
        assertTrue(last > mean(random), all);
        assertTrue(random.stream().filter(r -> r < last).count() >= 0.9 * EPISODES, all);
        assertEquals(most(rewards), reward(learning.best()));
    }

    @Test
    void itsStateIsAllThatItGoesOnFrom() {
        Episodes whole = episodes();
        Episodes first = episodes();
        for (int i = 0; i < 30; i++) {
            whole.run(EpisodesTest::reward);
            first.run(EpisodesTest::reward);
        }
        Episodes second = episodes();
        second.state().forEach((name, t) -> t.copyFrom(first.state().get(name)));
        second.restore(first.rewards(), first.bestPlaces());
        for (int i = 0; i < 5; i++) {
            assertEquals(whole.run(EpisodesTest::reward), second.run(EpisodesTest::reward));
        }
        assertEquals(whole.best(), second.best());
    }

    @Test
    void choicesAreWalkedDownFromTheLastBlock() {
        int[] places = {4, 4, 0, 1, 4, 4};
        // Bits 8, 8, 2, 3, 8, 8 of 100 to 600 weights: 800 + 1600 + 600 + 1200 + 4000 + 4800.
        Episodes.walkDown(blocks(), WIDTHS, 12_999, places);
        assertArrayEquals(new int[] {4, 4, 0, 1, 4, 3}, places);
        Episodes.walkDown(blocks(), WIDTHS, 10_400, places);
        assertArrayEquals(new int[] {4, 4, 0, 1, 3, 2}, places, "the last again, and the one before it");
        Episodes.walkDown(blocks(), WIDTHS, 4200, places);
        assertArrayEquals(new int[6], places);
    }
}
