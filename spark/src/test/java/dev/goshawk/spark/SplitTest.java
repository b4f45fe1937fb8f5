package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.PairwiseSum;
import org.junit.jupiter.api.Test;

class SplitTest {
    @Test
    void shardsAreEvenAndFewNodes() {
        for (int n = 1; n <= 300; n++) {
            for (int shards = 1; shards <= n; shards += 1 + shards / 5) {
                int[] bounds = Split.bounds(n, shards);
                assertEquals(0, bounds[0]);
                assertEquals(n, bounds[shards]);
                for (int i = 0; i < shards; i++) {
                    int size = bounds[i + 1] - bounds[i];
                    String what = n + " in " + shards + ", shard " + i + ": " + size;
                    assertTrue(size >= 1, what);
                    assertTrue(Math.abs(size - (double) n / shards) <= 1 + (double) n / shards / 8, what);
                    PairwiseSum sum = new PairwiseSum(1, bounds[i]);
                    for (int k = 0; k < size; k++) {
                        sum.add(1, new double[1]);
                    }
                    assertEquals(sum.runs().size(), Split.nodes(bounds[i], bounds[i + 1]), what);
                    int most = i < shards - 1 ? 8 : 12;
                    assertTrue(sum.runs().size() <= most, what + ", " + sum.runs().size() + " nodes");
                }
            }
        }
    }

    @Test
    void powersOfTwoAreOneNodeEach() {
        assertArrayEquals(new int[] {0, 32, 64, 96, 128}, Split.bounds(128, 4));
    }

    @Test
    void moreShardsThanMicroBatchesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Split.bounds(3, 4));
        assertThrows(IllegalArgumentException.class, () -> Split.bounds(3, 0));
    }
}
