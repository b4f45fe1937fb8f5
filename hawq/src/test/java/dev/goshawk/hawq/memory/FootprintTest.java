package dev.goshawk.hawq.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.InMemoryImages;
import dev.goshawk.data.PrefetchingBatches;
import dev.goshawk.data.Subset;
import dev.goshawk.hawq.curvature.CurvaturePlan;
import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.evaluation.EvaluationPlan;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FootprintTest {
    private static final Network NETWORK = Networks.byName("resnet20", 10);
    private final Backend backend = Backends.select("reference", Workers.SINGLE);

    @Test
    void imagesThatAreHeldDecodedCountOnce() {
        ImageDataset whole = new InMemoryImages(2, 4, new byte[5 * 24], new int[5], List.of("a", "b", "c", "d", "e"),
                List.of("one"));
        ImageDataset other = new InMemoryImages(2, 4, new byte[24], new int[1], List.of("f"), List.of("one"));
        Subset part = new Subset(new Subset(whole, 1, 2, 3), 0, 1);
        assertEquals(5 * 24, ImageDataset.heldBytes(List.of(whole)));
        assertEquals(6 * 24, ImageDataset.heldBytes(List.of(part, whole, other, part)));
        assertEquals(2 * 24, PrefetchingBatches.aheadBytes(part), "no more than there are");
    }

    @Test
    void theLargestHalvingThatFitsIsNamed() {
        Footprint plan = Footprint.NONE.hold("weights", 100).phase("a", 80).phase("b", 60);
        assertEquals(180, plan.bytes());
        assertEquals(OptionalInt.of(4), plan.fitting(8, 140));
        assertEquals(OptionalInt.of(2), plan.fitting(8, 139));
        assertEquals(OptionalInt.empty(), plan.fitting(8, 109));
    }

    @Test
    void anEvaluationOfOneByteTooMuchIsRefused() {
        Footprint images = Footprint.NONE.hold("images", 12_345);
        EvaluationPlan plan = EvaluationPlan.of(NETWORK, DType.FLOAT32, Shape.of(6, 32, 32), 4, images, backend);
        long forward = Evaluator.plannedBytes(
                NETWORK.trace(DType.FLOAT32, 4, 32, 32, Mode.EVALUATION, LayerHooks.NONE), backend);
        long bytes = 12_345 + 4L * NETWORK.describe().elementCount() + forward;
        assertEquals(bytes, plan.footprint().bytes());
        plan.requireFits(bytes);
        HeapTooSmallException e = assertThrows(HeapTooSmallException.class, () -> plan.requireFits(bytes - 1));
        assertEquals(OptionalInt.of(2), e.fitting());
    }

    @Test
    void productsOfOneByteTooMuchAreRefused() {
        HessianPlan.Task task = new HessianPlan.Task(NETWORK, DType.FLOAT32, 6, 32, 32, backend).holding(1000);
        long held = task.parameterBytes() + task.sampleBytes() + 1000;
        assertEquals(held, task.held().heldBytes());
        assertEquals(held, task.of(6).held().heldBytes(), "of another number of rows");
        Footprint plan = task.held().phase("all", 4000);
        CurvaturePlan.requireFits(plan, task, 4, held + 4000);
        HeapTooSmallException e = assertThrows(HeapTooSmallException.class,
                () -> CurvaturePlan.requireFits(plan, task, 4, held + 3999));
        assertEquals(OptionalInt.of(2), e.fitting());
    }

    @Test
    void ofSeveralThatDoNotFitTheLargestIsTold() {
        List<Runnable> checks = new ArrayList<>();
        for (long wanted : new long[] {3, 7, 5}) {
            checks.add(() -> {
                throw new HeapTooSmallException("parts", wanted << 20, 1 << 20);
            });
        }
        checks.add(() -> {});
        assertEquals(7 << 20, assertThrows(HeapTooSmallException.class, () -> HeapTooSmallException.requireAll(checks))
                .wantedBytes());
        HeapTooSmallException.requireAll(checks.subList(3, 4));
        Runnable exhausted = () -> {
            throw new OutOfMemoryError("test");
        };
        assertEquals(3 << 20, assertThrows(HeapTooSmallException.class,
                () -> HeapTooSmallException.requireAll(List.of(checks.getFirst(), exhausted, checks.get(1))))
                .wantedBytes());
        assertThrows(OutOfMemoryError.class, () -> HeapTooSmallException.requireAll(List.of(exhausted)));
    }
}
