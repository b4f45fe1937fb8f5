package dev.goshawk.hawq.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.perturbation.QuadraticForm;
import dev.goshawk.hawq.perturbation.SiteCurvature;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final long[] RESNET20 = {432, 4608, 4608, 4608, 13824, 18432, 18432, 55296, 73728, 73728, 640};
    private static final List<BitWidth> THREE = List.of(BitWidth.B2, BitWidth.B4, BitWidth.B8);

    private static List<Block> blocks(long... weights) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            blocks.add(new Block("b" + i, List.of("b" + i + ".weight"), weights[i], 100 * weights[i]));
        }
        return blocks;
    }

    /** Random curvature; traces and eigenvalues disagree about the order. */
    private static List<Sensitivity> random(long seed, List<BitWidth> widths, long... weights) {
        Random random = new Random(seed);
        List<Sensitivity> result = new ArrayList<>();
        for (Block block : blocks(weights)) {
            Map<BitWidth, Double> p = new HashMap<>();
            for (BitWidth b : widths) {
                p.put(b, block.weightCount() * Math.pow(4, -b.bits()) * (0.5 + random.nextDouble()));
            }
            double trace = (random.nextInt(4) == 0 ? -1 : 1) * Math.exp(random.nextGaussian() * 2);
            result.add(new Sensitivity(new BlockCurvature(block, Math.exp(random.nextGaussian()), 0, trace, 0.0, 1,
                    true), p));
        }
        return result;
    }

    private static double bruteForce(List<Sensitivity> s, List<BitWidth> widths, double ratio) {
        double best = Double.POSITIVE_INFINITY;
        List<Block> blocks = s.stream().map(Sensitivity::block).toList();
        for (int code = 0; code < Math.pow(widths.size(), s.size()); code++) {
            List<BitWidth> bits = new ArrayList<>();
            double omega = 0;
            for (int i = 0, rest = code; i < s.size(); i++, rest /= widths.size()) {
                bits.add(widths.get(rest % widths.size()));
                omega += Math.abs(Objects.requireNonNull(s.get(i).curvature().trace())) / blocks.get(i).weightCount()
                        * s.get(i).perturbation(bits.get(i));
            }
            if (Compression.ratio(blocks, bits) >= ratio) {
                best = Math.min(best, omega);
            }
        }
        return best;
    }

    private static double omega(List<Sensitivity> s, BitAllocation a) {
        return s.stream().mapToDouble(e -> e.omegaByTrace(a.of(e.block()))).sum();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void tracesAndTheProgramFindTheLeastOmegaOfAllChoices(long seed) {
        List<Sensitivity> s = random(seed, BitAllocation.CHOICES, 40, 300, 75, 900, 120);
        for (double ratio : new double[] {4.5, 8, 13.1, 16}) {
            AllocationTask task = AllocationTask.by(s, SizeTarget.ratio(ratio));
            double expected = bruteForce(s, BitAllocation.CHOICES, ratio);
            List<String> notes = new ArrayList<>();
            BitAllocation v2 = Methods.byName("hawq-v2").policy().choose(task, notes::add);
            BitAllocation v3 = Methods.byName("hawq-v3").policy().choose(task, notes::add);
            assertEquals(expected, omega(s, v2), 1e-12);
            assertEquals(expected, omega(s, v3), 1e-12);
            assertTrue(v2.ratio() >= ratio && v3.ratio() >= ratio);
            assertTrue(notes.get(0).startsWith("Pareto frontier of ") && notes.get(1).endsWith(", optimal"),
                    notes.toString());
        }
    }

    @Test
    void blocksAreQuantizedByDescendingOmegaOfTheTrace() {
        List<Sensitivity> s = random(4, BitAllocation.CHOICES, RESNET20);
        AllocationTask task = AllocationTask.by(s, SizeTarget.ratio(13.1));
        BitPolicy policy = Methods.byName("hawq-v2").policy();
        BitAllocation a = policy.choose(task);
        List<Block> order = policy.order(task, a);
        assertEquals(11, order.size());
        for (int i = 1; i < 11; i++) {
            assertTrue(Sensitivity.of(order.get(i - 1), s).omegaByTrace(a.of(order.get(i - 1))) >= Sensitivity
                    .of(order.get(i), s).omegaByTrace(a.of(order.get(i))));
        }
        assertFalse(order.equals(Methods.byName("hawq").policy().order(task, a)), "another order than by eigenvalues");
    }

    @Test
    void aTraceThatWasNotEstimatedIsNoZero() {
        Sensitivity s = new Sensitivity(BlockCurvature.of(blocks(5).get(0), 1), Map.of(BitWidth.B2, 1.0));
        assertEquals("block b0: its trace was not estimated",
                assertThrows(IllegalStateException.class, () -> s.omegaByTrace(BitWidth.B2)).getMessage());
    }

    @Test
    void activationsShareTheSizeOfTheUsualWidth() {
        List<SiteCurvature> sites = new ArrayList<>();
        double[] traces = {1000, 1, 50, 1};
        for (int i = 0; i < 4; i++) {
            Map<BitWidth, Double> p = new EnumMap<>(BitWidth.class);
            BitAllocation.CHOICES.forEach(b -> p.put(b, Math.pow(4, -b.bits())));
            // Two sites in the first block.
            sites.add(new SiteCurvature("s" + i, "b" + Math.max(0, i - 1), 100, traces[i], 0, p));
        }
        BitPolicy policy = Methods.byName("hawq-v2").policy();
        Map<String, BitWidth> bits = policy.activations(sites, BitWidth.B4);
        long used = sites.stream().mapToLong(s -> s.elements() * bits.get(s.block()).bits()).sum();
        assertTrue(used <= 1600, "at most 4 bits each: " + used);
        double omega = sites.stream().mapToDouble(s -> s.omega(bits.get(s.block()))).sum();
        double least = Double.POSITIVE_INFINITY;
        for (BitWidth b0 : BitAllocation.CHOICES) {
            for (BitWidth b1 : BitAllocation.CHOICES) {
                for (BitWidth b2 : BitAllocation.CHOICES) {
                    if (2 * b0.bits() + b1.bits() + b2.bits() <= 16) {
                        least = Math.min(least, sites.get(0).omega(b0) + sites.get(1).omega(b0)
                                + sites.get(2).omega(b1) + sites.get(3).omega(b2));
                    }
                }
            }
        }
        assertEquals(least, omega, 1e-12);
        assertTrue(bits.get("b0").bits() > 4, bits.toString());
        assertEquals(Map.of(), policy.activations(sites, BitWidth.FLOAT));
        assertEquals(Map.of(), Methods.byName("hawq").policy().activations(sites, BitWidth.B4));
    }

    @Test
    void directAtSizeGivesTheWiderOfTwoWidthsInNetworkOrder() {
        BitPolicy policy = Methods.byName("direct-at-size").policy();
        AllocationTask task = AllocationTask.of(blocks(10, 20, 30, 40), SizeTarget.ratio(32 / 2.5));
        // 50 bits more than two a weight: 10 + 20 fit, 30 does not, nor 40.
        assertEquals("3,3,2,2", policy.choose(task).list());
        assertEquals("3,3,2,3", policy.choose(AllocationTask.of(blocks(10, 20, 30, 15), SizeTarget.ratio(32 / 2.65)))
                .list(), "one that fits is not held up by one before it that does not");
        assertEquals("2,2,2,2", policy.choose(AllocationTask.of(task.blocks(), SizeTarget.ratio(16))).list());
        assertEquals("8,8,8,8", policy.choose(AllocationTask.of(task.blocks(), SizeTarget.ratio(1))).list());
        assertEquals("6,4,4,4", policy.choose(AllocationTask.of(task.blocks(), SizeTarget.ratio(32 / 4.2))).list());
        assertEquals(List.of(), List.copyOf(policy.needs()));
        assertEquals(task.blocks(), policy.order(task, policy.choose(task)));
    }

    @Test
    void reversedPrecisionIsComparedAtOneSize() {
        List<Sensitivity> s = random(9, BitWidth.quantized(), RESNET20);
        List<BitWidth> many = List.of(BitWidth.B1, BitWidth.B2, BitWidth.B3, BitWidth.B4, BitWidth.B6, BitWidth.B8);
        BitPolicy reversed = new HawqPolicy(many, true, false);
        BitPolicy straight = new HawqPolicy(many, false, false);
        AllocationTask task = AllocationTask.by(s, SizeTarget.ratio(10.7));
        assertEquals(1, straight.choose(task).ratio() / reversed.choose(task).ratio(), 0.021);
        String line = assertThrows(IllegalArgumentException.class, () -> new HawqPolicy(THREE, true, false)
                .choose(AllocationTask.by(s, SizeTarget.ratio(15.5)))).getMessage();
        assertTrue(line.startsWith("reversed precision: expected both orders within 2 % of ratio 15.5, got ")
                && line.contains("(widths [2, 4, 8]): "), line);
        int at = line.indexOf("a ratio of ");
        if (at >= 0) {
            double remedy = Double.parseDouble(line.substring(at + 11, line.indexOf(" suits both")));
            new HawqPolicy(THREE, true, false).choose(AllocationTask.by(s, SizeTarget.ratio(remedy)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aMatchedSizeIsTheSameForBothOrders(long seed) {
        List<Sensitivity> s = random(seed, BitWidth.quantized(), RESNET20);
        List<BitWidth> many = List.of(BitWidth.B1, BitWidth.B2, BitWidth.B3, BitWidth.B4, BitWidth.B6, BitWidth.B8);
        for (double ratio : new double[] {10.7, 12, 13.1, 15}) {
            AllocationTask task = AllocationTask.by(s, SizeTarget.ratio(ratio));
            List<String> straight = new ArrayList<>();
            List<String> turned = new ArrayList<>();
            double first = new HawqPolicy(many, false, true).choose(task, straight::add).ratio();
            double second = new HawqPolicy(many, true, true).choose(task, turned::add).ratio();
            assertEquals(straight, turned);
            assertEquals(1, first / second, 0.021);
            assertEquals(1, first / ratio, 0.1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void quadraticIsTheLeastOfAllChoicesOfFiveBlocksAndThreeWidths(long seed) {
        Random random = new Random(seed);
        List<Block> blocks = blocks(40, 300, 75, 900, 120);
        QuadraticForm form = form(random, blocks);
        for (double ratio : new double[] {5, 8, 12}) {
            AllocationTask task = AllocationTask.by(blocks, form, SizeTarget.ratio(ratio));
            QuadraticPolicy policy = new QuadraticPolicy(THREE);
            List<String> notes = new ArrayList<>();
            BitAllocation chosen = policy.choose(task, notes::add);
            double least = Double.POSITIVE_INFINITY;
            for (int code = 0; code < 243; code++) {
                List<BitWidth> bits = new ArrayList<>();
                for (int i = 0, rest = code; i < 5; i++, rest /= 3) {
                    bits.add(THREE.get(rest % 3));
                }
                if (Compression.ratio(blocks, bits) >= ratio) {
                    least = Math.min(least, form.predicted(bits));
                }
            }
            assertEquals(least, form.predicted(chosen.bits()), 1e-12);
            assertEquals(least, policy.solve(task).value(), 1e-12);
            assertTrue(chosen.ratio() >= ratio);
            assertTrue(notes.getFirst().contains(", optimal; products symmetric to "), notes.toString());
        }
    }

    /** An indefinite form, with a gradient. */
    private static QuadraticForm form(Random random, List<Block> blocks) {
        int all = blocks.size() * THREE.size();
        double[] slopes = new double[all];
        double[][] gram = new double[all][all];
        for (int i = 0; i < all; i++) {
            slopes[i] = 0.2 * random.nextGaussian();
            for (int j = 0; j <= i; j++) {
                gram[i][j] = random.nextGaussian() + (i == j ? 1 : 0);
                gram[j][i] = gram[i][j];
            }
        }
        return new QuadraticForm(blocks.stream().map(Block::name).toList(), THREE, slopes, gram, 0);
    }

    @Test
    void programObeysBitOperationsAndLatency(@TempDir Path folder) throws Exception {
        List<Sensitivity> s = random(2, THREE, 40, 300, 75);
        List<Block> blocks = s.stream().map(Sensitivity::block).toList();
        Path file = Files.writeString(folder.resolve("t.json"),
                "{\"b0\": {\"2\": 1, \"4\": 2, \"8\": 9}, \"b1\": {\"2\": 3, \"4\": 4, \"8\": 5}, "
                        + "\"b2\": {\"2\": 1, \"4\": 1, \"8\": 1}}");
        LatencyTable table = LatencyTable.read(file);
        PolicySettings settings = new PolicySettings(THREE, false, false, false, 41_500 * 4.0 * 4, BitWidth.B4,
                new PolicySettings.Latency(table, 7), SearchSettings.standard());
        BitPolicy policy = Methods.byName("hawq-v3").policy(settings);
        AllocationTask task = AllocationTask.by(s, SizeTarget.ratio(16));
        policy.requireReachable(blocks, task.target());
        BitAllocation a = policy.choose(task);
        double bops = 0;
        double time = 0;
        for (Block b : blocks) {
            bops += 100.0 * b.weightCount() * a.of(b).bits() * 4;
            time += table.of(b, a.of(b));
        }
        assertTrue(bops <= 41_500 * 16 && time <= 7, bops + " " + time);
        assertTrue(a.ratio() < 16, "the size is no limit here");
        double least = Double.POSITIVE_INFINITY;
        for (int code = 0; code < 27; code++) {
            BitAllocation c = new BitAllocation(blocks,
                    List.of(THREE.get(code % 3), THREE.get(code / 3 % 3), THREE.get(code / 9)));
            double ops = blocks.stream().mapToDouble(b -> 100.0 * b.weightCount() * c.of(b).bits() * 4).sum();
            double ms = blocks.stream().mapToDouble(b -> table.of(b, c.of(b))).sum();
            if (ops <= 41_500 * 16 && ms <= 7) {
                least = Math.min(least, omega(s, c));
            }
        }
        assertEquals(least, omega(s, a), 1e-12);
        assertEquals("6.64E-4 billion bit operations, 7.0 ms", policy.describe(task.target()));
        BitPolicy hopeless = Methods.byName("hawq-v3")
                .policy(new PolicySettings(THREE, false, false, false, null, BitWidth.B4,
                        new PolicySettings.Latency(table, 4.5), SearchSettings.standard()));
        assertEquals("latency limit: expected at least 5 ms, the least that the widths reach, got 4.5",
                assertThrows(IllegalArgumentException.class, () -> hopeless.requireReachable(blocks, task.target()))
                        .getMessage());
    }

    @Test
    void everyMethodSaysWhatItIs() {
        for (NamedMethod m : Methods.all()) {
            assertTrue(m.describe().length() > 20 && m.name().matches("[a-z][a-z0-9-]*"), m.name());
            assertEquals(m, Methods.byName(m.name()));
            assertEquals(m.usesCurvature(), m.policy().needs().contains(BitPolicy.Need.EIGENVALUES));
        }
        assertTrue(Methods.byName("pact").describe().endsWith("; rounded by pact"));
    }
}
