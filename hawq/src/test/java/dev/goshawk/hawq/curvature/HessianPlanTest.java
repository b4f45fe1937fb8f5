package dev.goshawk.hawq.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianVectorProduct.Mode;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.tensor.DType;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HessianPlanTest {
    private static final List<String> MIDDLE = List.of("middle.conv1.weight", "middle.conv2.weight");
    private final Backend backend = Backends.select(ThreadPool.ofThreads(2));

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void whatIsPlannedIsWhatIsTaken(DType dtype) {
        LossProblem problem = TinyNetwork.problem(7, dtype, backend);
        TracedNetwork traced = problem.trace(3);
        Linearization parts = HessianVectorProduct.trace(traced.loss(), MIDDLE.stream().map(traced::parameter).toList(),
                Mode.FORWARD_OVER_REVERSE, true);
        Linearization.Compiled taken = parts.compile(backend);

        HessianPlan plan = HessianPlan.of(problem.task(), MIDDLE, 3, false, Long.MAX_VALUE);

        assertEquals(taken.primal().plannedBytes(), plan.primalBytes());
        assertEquals(taken.tangent().plannedBytes(), plan.tangentBytes());
        assertEquals(taken.plannedBytes(), parts.plannedBytes(backend));
        assertEquals(3, plan.microBatches());
        assertTrue(plan.lastBytes() > 0 && plan.lastBytes() < taken.plannedBytes(), "a last one of a single image");
        assertEquals(2 * taken.plannedBytes() + plan.lastBytes() + plan.vectorBytes(), plan.bytes());
    }

    @Test
    void microBatchesAreKeptWhereThereIsRoom() {
        HessianPlan.Task task = TinyNetwork.problem(6, DType.FLOAT32, backend).task();
        HessianPlan kept = HessianPlan.of(task, MIDDLE, 2, false, Long.MAX_VALUE);
        assertTrue(kept.kept());
        assertTrue(HessianPlan.of(task, MIDDLE, 2, false, kept.bytes()).kept());
        HessianPlan anew = HessianPlan.of(task, MIDDLE, 2, false, kept.bytes() - 1);
        assertFalse(anew.kept());
        assertEquals(anew.primalBytes() + anew.tangentBytes() + anew.vectorBytes(), anew.bytes());
        assertEquals(anew, HessianPlan.of(task, MIDDLE, 2, true, Long.MAX_VALUE), "asked for");
        assertTrue(HessianPlan.of(task, MIDDLE, 6, true, 1).kept(), "one micro-batch is kept in any case");
    }

    @Test
    void anOperatorThatDoesNotFitIsRefused() {
        LossProblem problem = TinyNetwork.problem(6, DType.FLOAT32, backend);
        HeapTooSmallException none = assertThrows(HeapTooSmallException.class,
                () -> HessianOperator.by(problem, MIDDLE, 4, false, 1000));
        String line = String.valueOf(none.getMessage());
        assertTrue(line.startsWith("hessian of tiny: 4 images at once need "), line);
        assertTrue(line.endsWith(
                ", the heap has 0.0 MiB for them: no micro-batch would fit; use a larger heap (-Xmx1g)"), line);
        assertEquals(1000, none.limitBytes());
        long whole = none.wantedBytes();
        assertEquals(OptionalInt.of(2), assertThrows(HeapTooSmallException.class,
                () -> HessianOperator.by(problem, MIDDLE, 4, false, whole - 1)).fitting());
    }

    @Test
    void aSpectrumThatDoesNotFitNamesTheMicroBatchThatWould() {
        HessianPlan.Task task = TinyNetwork.problem(64, DType.FLOAT32, backend).task();
        EigenOptions options = EigenOptions.defaults();
        SpectrumPlan whole = SpectrumPlan.of(task, 64, false, SpectrumMethod.of(new Lanczos()), options,
                Long.MAX_VALUE);
        SpectrumPlan eighth = SpectrumPlan.of(task, 8, true, SpectrumMethod.of(new Lanczos()), options, Long.MAX_VALUE);
        long room = eighth.footprint().bytes();
        assertTrue(room < whole.footprint().bytes());
        eighth.requireFits(room);
        String line = String.valueOf(
                assertThrows(HeapTooSmallException.class, () -> whole.requireFits(room)).getMessage());
        assertTrue(line.startsWith("spectrum of tiny: 64 images at once in float32 need "), line);
        assertTrue(line.contains(": micro-batch 8 would fit, or a larger heap (-Xmx"), line);
        String none = String.valueOf(
                assertThrows(HeapTooSmallException.class, () -> whole.requireFits(10)).getMessage());
        assertTrue(none.contains(": no micro-batch would fit"), none);
    }

    @Test
    void phasesFollowEachOther() {
        Footprint f = Footprint.NONE.hold("a", 5).phase("b", 10).phase("c", 20).hold("d", 1);
        assertEquals(26, f.bytes());
        assertEquals(6, f.heldBytes());
        assertTrue(Heap.limit() <= Runtime.getRuntime().maxMemory());
        assertEquals("5.0 MiB", Heap.text(5 << 20));
        assertEquals("812 MiB", Heap.text(812L << 20));
        assertEquals("3.50 GiB", Heap.text(3584L << 20));
    }
}
