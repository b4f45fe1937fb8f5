package dev.goshawk.hawq.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianBlocks;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.DType;
import java.util.Arrays;
import java.util.List;
import dev.goshawk.models.Block;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class BlockHessiansTest {
    private final Backend backend = Backends.select(ThreadPool.ofThreads(2));

    private static double[] product(HessianOperator h, int seed) {
        double[] v = new double[h.size()];
        Arrays.setAll(v, i -> Math.sin(seed + 1.7 * i));
        double[] out = new double[v.length];
        h.apply(v, out);
        return out;
    }

    @Test
    void blocksThatShareTheirPointAreTheBlocksByThemselves() {
        LossProblem problem = TinyNetwork.problem(7, DType.FLOAT64, backend);
        for (int batch : new int[] {7, 3, 1}) {
            BlockHessians shared = BlockHessians.of(problem, batch);
            for (Block b : HessianOperator.blocks(problem).reversed()) {
                HessianOperator block = shared.block(b);
                HessianOperator alone = HessianOperator.block(problem, b.name(), batch);
                assertEquals(alone.variables().names(), block.variables().names());
                assertEquals(alone.loss(), block.loss(), 1e-15);
                assertArrayEquals(alone.gradient(), block.gradient(), 1e-14);
                assertArrayEquals(product(alone, 3), product(block, 3), 1e-13);
                assertArrayEquals(product(block, 4), product(shared.block(b), 4));
                assertTrue(block.isResident());
            }
        }
    }

    @Test
    void aBlockOfAnotherNetworkIsRefused() {
        BlockHessians shared = BlockHessians.of(TinyNetwork.problem(3, DType.FLOAT64, backend), 3);
        Block other = new Block("middle", List.of("middle.conv1.weight"), 36, 1);
        assertEquals("block hessians: expected one of [first, middle, last], got block 'middle'", assertThrows(
                IllegalArgumentException.class, () -> shared.block(other)).getMessage());
    }

    @Test
    void whatIsPlannedForSharedBlocksIsWhatIsTaken() {
        LossProblem problem = TinyNetwork.problem(7, DType.FLOAT32, backend);
        TracedNetwork traced = problem.trace(3);
        Linearization parts = HessianBlocks.trace(traced.loss(), HessianPlan.variables(traced));
        SequencedMap<Block, HessianPlan> plans = HessianPlan.ofBlocks(problem.task(), 3);
        assertEquals(problem.description().blocks(), List.copyOf(plans.keySet()));
        plans.forEach((block, plan) -> {
            assertEquals(backend.compile(parts.primal()).plannedBytes(), plan.primalBytes());
            assertEquals(backend.compile(HessianBlocks.tangent(parts, block.weights())).plannedBytes(),
                    plan.tangentBytes());
            assertTrue(plan.lastBytes() > 0);
        });
    }

    @Test
    void theSubsampleHasTheImagesOfLargestTrace() {
        assertEquals(0.75, Subsample.trace(new double[] {3, 3, 3, 3}), 1e-15);
        assertEquals(0, Subsample.trace(new double[] {900, -900, 0}), 1e-15);
        assertEquals(0.5, Subsample.trace(new double[] {-2000, 1000, 1000}), 1e-15);
        LossProblem problem = TinyNetwork.problem(9, DType.FLOAT64, backend);
        LossProblem part = Subsample.of(problem, 4, 2);
        assertEquals(4, part.samples());
        int row = problem.images().size() / 9;
        int found = 0;
        for (int i = 0; i < 9 && found < 4; i++) {
            boolean same = true;
            for (int j = 0; j < row; j++) {
                same &= problem.images().get(i * row + j) == part.images().get(found * row + j);
            }
            found += same ? 1 : 0;
        }
        assertEquals(4, found, "in the sample's order");
        assertEquals(0, Subsample.standardSize(31));
        assertEquals(16, Subsample.standardSize(128));
        assertEquals("subsample: expected 1 to 9 images, got 10",
                assertThrows(IllegalArgumentException.class, () -> Subsample.of(problem, 10, 3)).getMessage());
    }
}
