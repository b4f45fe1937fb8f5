package dev.goshawk.hawq.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitAllocationTest {
    private static final long[] RESNET20 = {432, 4608, 4608, 4608, 13824, 18432, 18432, 55296, 73728, 73728, 640};

    private static List<Block> blocks(long... weights) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            blocks.add(new Block("b" + i, List.of("b" + i + ".weight"), weights[i], 0));
        }
        return blocks;
    }

    /** Random curvature, perturbations falling about fourfold a bit but not evenly. */
    private static List<Sensitivity> random(long seed, long... weights) {
        Random random = new Random(seed);
        List<Sensitivity> result = new ArrayList<>();
        for (Block block : blocks(weights)) {
            Map<BitWidth, Double> p = new HashMap<>();
            for (BitWidth b : BitAllocation.CHOICES) {
                p.put(b, block.weightCount() * Math.pow(4, -b.bits()) * (0.5 + random.nextDouble()));
            }
            double sign = random.nextInt(4) == 0 ? -1 : 1;
            result.add(new Sensitivity(BlockCurvature.of(block, sign * Math.exp(random.nextGaussian() * 2)), p));
        }
        return result;
    }

    @Test
    void publishedResnet20RatioComesOut() {
        BitAllocation a = BitAllocation.parse(blocks(RESNET20), "8,6,6,8,3,3,3,2,2,2,3");
        assertEquals(268_336, Compression.weights(a.blocks()));
        assertEquals(655_104, Compression.bits(a.blocks(), a.bits()));
        assertEquals(13.107, a.ratio(), 5e-4);
        assertEquals(655_104 / 8.0 / 1_048_576, a.mebibytes(), 1e-12);
        assertEquals("8,6,6,8,3,3,3,2,2,2,3", a.list());
    }

    /**
     * Every assignment of five widths to few blocks, filtered afterwards: a search with nothing in common with the
     * product's.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void choosesTheBestOfAllMonotoneAssignments(long seed) {
        List<Sensitivity> s = random(seed, 40, 300, 75, 900, 120);
        List<Integer> order = Sensitivity.precisionOrder(s);
        List<Integer> backward = new ArrayList<>(order);
        Collections.reverse(backward);
        for (double ratio : new double[] {4.5, 7, 10, 13.1, 16}) {
            SizeTarget target = SizeTarget.ratio(ratio);
            assertEquals(bruteForce(s, order, ratio), BitAllocation.choose(s, target).cost(s), 1e-12);
            assertEquals(bruteForce(s, backward, ratio), BitAllocation.reversed(s, target).cost(s), 1e-12);
        }
    }

    private static double bruteForce(List<Sensitivity> s, List<Integer> order, double ratio) {
        double best = Double.POSITIVE_INFINITY;
        int n = s.size();
        for (int code = 0; code < Math.pow(5, n); code++) {
            BitWidth[] bits = new BitWidth[n];
            for (int i = 0, rest = code; i < n; i++, rest /= 5) {
                bits[i] = BitAllocation.CHOICES.get(rest % 5);
            }
            boolean monotone = true;
            for (int i = 1; i < n; i++) {
                monotone &= bits[order.get(i - 1)].bits() >= bits[order.get(i)].bits();
            }
            List<Block> blocks = s.stream().map(Sensitivity::block).toList();
            BitAllocation a = new BitAllocation(blocks, Arrays.asList(bits));
            if (monotone && a.ratio() >= ratio) {
                best = Math.min(best, a.cost(s));
            }
        }
        return best;
    }

    @Test
    void resnet20MeetsTheTargetAndKeepsTheOrder() {
        List<Sensitivity> s = random(9, RESNET20);
        for (SizeTarget target : List.of(SizeTarget.ratio(13.1), SizeTarget.mebibytes(0.0781))) {
            BitAllocation a = BitAllocation.choose(s, target);
            BitAllocation r = BitAllocation.reversed(s, target);
            assertTrue(a.ratio() >= 13.1 && a.mebibytes() <= 0.0782);
            assertTrue(r.ratio() >= 13.1);
            assertTrue(a.cost(s) < r.cost(s));
            List<Integer> order = Sensitivity.precisionOrder(s);
            for (int i = 1; i < order.size(); i++) {
                int before = order.get(i - 1);
                int after = order.get(i);
                assertTrue(s.get(before).value() >= s.get(after).value());
                assertTrue(a.bits().get(before).bits() >= a.bits().get(after).bits());
                assertTrue(r.bits().get(before).bits() <= r.bits().get(after).bits());
            }
        }
    }

    @Test
    void negativeCurvatureCountsByMagnitude() {
        Map<BitWidth, Double> p = new HashMap<>();
        BitAllocation.CHOICES.forEach(b -> p.put(b, Math.pow(4, -b.bits())));
        List<Block> blocks = blocks(100, 100, 100);
        List<Sensitivity> s = List.of(new Sensitivity(BlockCurvature.of(blocks.get(0), 1), p),
                new Sensitivity(BlockCurvature.of(blocks.get(1), -50), p),
                new Sensitivity(BlockCurvature.of(blocks.get(2), 5), p));
        assertEquals(List.of(1, 2, 0), Sensitivity.precisionOrder(s));
        assertEquals(0.5, s.get(1).value());
        // 10 bits to share: 1/16 + 55/256 for 2,4,4 is the least; with its sign, -50 would have got 2 bits
        assertEquals("2,4,4", BitAllocation.choose(s, SizeTarget.ratio(9.6)).list());
    }

    @Test
    void directIsOneWidth() {
        List<Block> blocks = blocks(RESNET20);
        assertEquals("2,2,2,2,2,2,2,2,2,2,2", BitAllocation.direct(blocks, SizeTarget.ratio(13.1)).list());
        assertEquals(16, BitAllocation.direct(blocks, SizeTarget.ratio(16)).ratio());
        assertEquals(BitWidth.B3, BitAllocation.direct(blocks, SizeTarget.ratio(10)).bits().get(0));
        assertEquals(BitWidth.B8, BitAllocation.direct(blocks, SizeTarget.ratio(1)).bits().get(0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -3, 0.5, 16.1, 1e9, Double.NaN, Double.POSITIVE_INFINITY})
    void absurdRatios(double ratio) {
        List<Sensitivity> s = random(1, RESNET20);
        String message = assertThrows(IllegalArgumentException.class,
                () -> BitAllocation.choose(s, SizeTarget.ratio(ratio))).getMessage();
        assertEquals("target ratio: expected 1 to 16.0 (every block at 2 bits), got " + ratio, message);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 0.06, 1.1, Double.NaN})
    void absurdSizes(double size) {
        List<Sensitivity> s = random(1, RESNET20);
        String message = assertThrows(IllegalArgumentException.class,
                () -> BitAllocation.choose(s, SizeTarget.mebibytes(size))).getMessage();
        assertTrue(message.startsWith("target size: expected 0.0640 (every block at 2 bits) to 1.0236 MiB"), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"8,6;expected 3 widths (blocks b0 to b2), got 2 in '8,6'",
            "8,6,9;expected 1 to 8 or 32 (float) for block b2, got '9'",
            "8,,2;expected 1 to 8 or 32 (float) for block b1, got ''",
            "8,x,2;expected 1 to 8 or 32 (float) for block b1, got 'x'",
            "8,2,2,;expected 3 widths (blocks b0 to b2), got 4 in '8,2,2,'"})
    void badLists(String list, String expected) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> BitAllocation.parse(blocks(1, 2, 3), list)).getMessage();
        assertEquals("bits: " + expected, message);
    }

    @Test
    void fineTuningOrderFollowsOmega() {
        Map<BitWidth, Double> p = Map.of(BitWidth.B2, 4.0, BitWidth.B4, 0.5);
        List<Block> blocks = blocks(10, 10, 10, 10);
        List<Sensitivity> s = List.of(new Sensitivity(BlockCurvature.of(blocks.get(0), 3), p),
                new Sensitivity(BlockCurvature.of(blocks.get(1), -1), p),
                new Sensitivity(BlockCurvature.of(blocks.get(2), 9), p),
                new Sensitivity(BlockCurvature.of(blocks.get(3), 100), p));
        BitAllocation a = BitAllocation.parse(blocks, "2,2,4,32");
        // omegas 12, 4, 4.5; the float block has no turn
        List<Block> order = new HawqPolicy(BitAllocation.CHOICES, false, false)
                .order(AllocationTask.by(s, SizeTarget.ratio(8)), a);
        assertEquals(List.of(blocks.get(0), blocks.get(2), blocks.get(1)), order);
        assertEquals(List.of(12.0, 4.0, 4.5), s.subList(0, 3).stream().map(e -> e.omega(a.of(e.block()))).toList());
        assertThrows(IllegalArgumentException.class, () -> s.get(0).omega(BitWidth.B8));
    }

    @Test
    void badStatistics() {
        Block block = blocks(5).get(0);
        assertThrows(IllegalArgumentException.class,
                () -> new Sensitivity(BlockCurvature.of(block, Double.NaN), Map.of()));
        assertThrows(IllegalArgumentException.class,
                () -> new Sensitivity(BlockCurvature.of(block, 1), Map.of(BitWidth.B2, -1.0)));
        Block empty = blocks(0).get(0);
        assertThrows(IllegalArgumentException.class, () -> new Sensitivity(BlockCurvature.of(empty, 1), Map.of()));
    }
}
