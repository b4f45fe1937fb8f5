package dev.goshawk.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.compile.LoopNest;
import dev.goshawk.compile.Plan;
import dev.goshawk.compile.Step;
import dev.goshawk.graph.Op;
import dev.goshawk.random.RandomGraph.Kind;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the generators make. */
class RandomGraphTest {
    private static final int SEEDS = 200;

    private static List<Program> graphs(Kind kind) {
        return LongStream.rangeClosed(1, SEEDS).mapToObj(s -> RandomGraph.of(s, kind)).toList();
    }

    private static List<Op> ops(List<Program> programs) {
        return programs.stream().flatMap(p -> p.nodes().stream()).map(Program.Node::op).toList();
    }

    @Test
    void everyOpAndEveryFunctionOfAnOpIsMade() {
        for (Kind kind : List.of(Kind.MODERATE, Kind.EXTREME)) {
            Set<String> missing = OpKinds.keys();
            ops(graphs(kind)).forEach(op -> missing.removeAll(OpKinds.keys(op)));
            assertEquals(Set.of(), missing, kind + ": never made by " + RandomOps.class.getSimpleName());
        }
    }

    @Test
    void graphsHaveFiveToFortyNodesAndHalfOfThemMany() {
        for (Kind kind : Kind.values()) {
            List<Integer> sizes = graphs(kind).stream().map(p -> p.nodes().size()).sorted().toList();
            assertTrue(sizes.getFirst() >= 5 && sizes.getLast() <= 40, sizes.toString());
            assertTrue(sizes.get(SEEDS / 2) >= 18, sizes.toString());
        }
    }

    @Test
    void aSeedGivesTheSameProgram() {
        for (long seed = 1; seed < 20; seed++) {
            assertTrue(RandomGraph.of(seed, Kind.MODERATE).sameAs(RandomGraph.of(seed, Kind.MODERATE)));
            assertTrue(RandomNetwork.of(seed).sameAs(RandomNetwork.of(seed)));
        }
    }

    @Test
    void extremeGraphsHaveExtremeValues() {
        double least = 1;
        double most = 1;
        for (Program p : graphs(Kind.EXTREME)) {
            for (double[] x : p.evaluate()) {
                for (double e : x) {
                    least = e == 0 ? least : Math.min(least, Math.abs(e));
                    most = Math.max(most, Math.abs(e));
                }
            }
        }
        assertTrue(least < 1e-35 && most > 1e30, least + " to " + most);
    }

    @Test
    void networksHaveEveryKindOfConvolution() {
        List<Program> networks = LongStream.rangeClosed(1, SEEDS).mapToObj(RandomNetwork::of).toList();
        List<ConvGeometry> convolutions = new ArrayList<>();
        ops(networks).forEach(op -> {
            if (op instanceof Op.Conv c) {
                convolutions.add(c.geometry());
            }
        });
        assertTrue(convolutions.stream().anyMatch(g -> g.groups() > 1 && g.groups() == g.inChannels()), "depthwise");
        assertTrue(convolutions.stream().anyMatch(g -> g.groups() == 2 && g.inChannels() > 2), "grouped");
        assertTrue(convolutions.stream().anyMatch(g -> g.kernelHeight() == 1), "1x1");
        assertTrue(convolutions.stream().anyMatch(g -> g.strideHeight() == 2 && g.kernelHeight() == 3), "stride 2");
        assertTrue(convolutions.stream().anyMatch(g -> g.kernelHeight() == 3 && g.strideHeight() == 1
                && g.groups() == 1 && g.inChannels() % 16 == 0 && g.outChannels() % 16 == 0), "Winograd's");
        // A dilated filter is padded between its elements.
        assertTrue(ops(networks).stream().anyMatch(op -> op instanceof Op.Pad p && p.interior().getFirst() > 0),
                "dilated");
        assertTrue(ops(networks).stream().anyMatch(op -> op instanceof Op.Conv c && c.role() == ConvRole.INPUT_GRAD),
                "transposed");
        List<Op> ops = ops(networks);
        for (Class<?> kind : List.of(Op.AvgPool.class, Op.PoolGather.class, Op.Concat.class, Op.MatMul.class,
                Op.Where.class, Op.MaxOver.class, Op.CumulativeSum.class)) {
            assertTrue(ops.stream().anyMatch(kind::isInstance), kind.getSimpleName());
        }
        assertTrue(networks.stream().flatMap(p -> Plan.byImages(p.trace(DType.FLOAT32).graph()).steps().stream())
                .anyMatch(step -> step instanceof Step.Loop(var nest)
                        && nest.results().stream().anyMatch(r -> r.kind() == LoopNest.Kind.SUM_BLOCKS)),
                "sums over blocks of rows");
    }

    @Test
    void anImageIsTheSameInEveryBatch() {
        Program all = RandomNetwork.of(3, false, new int[] {0, 1, 2});
        Program one = RandomNetwork.of(3, false, new int[] {2});
        double[] last = images(all);
        assertTrue(Arrays.equals(images(one), Arrays.copyOfRange(last, last.length / 3 * 2, last.length)));
    }

    private static double[] images(Program p) {
        return p.nodes().stream().filter(n -> n.op() instanceof Op.Input in && in.name().equals(RandomNetwork.IMAGES))
                .findFirst().orElseThrow().elements();
    }
}
