package dev.goshawk.hawq.spectral;

import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.models.Block;
import dev.goshawk.spectral.EigenOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToLongFunction;

/**
 * What {@link Spectrum} takes in memory, found without taking it: parameters, sample and eigenvectors are held throughout,
 * each block's operator and solver live while that block is solved. What does not depend on the vectors is shared by all blocks and
 * counted with each, as long as that fits.
 *
 * @param task the sample and how it is computed
 * @param method how the eigenvalues are found
 * @param shared whether the blocks share what does not depend on the vectors; otherwise each block computes it again
 * @param blocks in network order
 */
public record SpectrumPlan(HessianPlan.Task task, SpectrumMethod method, boolean shared, List<Entry> blocks) {

    /**
     * One block's share.
     *
     * @param subsampleBytes the subsample's images and operator
     * @param solverBytes the solver's vectors at their most; few of them are needed where it converges soon
     */
    public record Entry(Block block, HessianPlan hessian, long subsampleBytes, long solverBytes) {
        /** Bytes in all. */
        public long bytes() {
            return hessian.bytes() + subsampleBytes + solverBytes;
        }
    }

    public SpectrumPlan {
        blocks = List.copyOf(blocks);
    }

    /**
     * Plans all blocks.
     *
     * @param microBatch most images at once, at least 1
     * @param recompute whether micro-batches never keep what does not depend on the vector
     * @param limit bytes everything together may take, as {@link Heap#limit()} gives them
     */
    public static SpectrumPlan of(HessianPlan.Task task, int microBatch, boolean recompute, SpectrumMethod method,
            EigenOptions options, long limit) {
        List<Block> blocks = task.blocks();
        ToLongFunction<Block> solver = b -> b.weightCount() * method.vectors(options) * Double.BYTES;
        Map<Block, Long> subsample = subsampleBytes(task, microBatch, method);
        long room = limit - held(task).heldBytes();
        if (!recompute) {
            Map<Block, HessianPlan> shared = HessianPlan.ofBlocks(task, microBatch);
            List<Entry> entries = blocks.stream()
                    .map(b -> new Entry(b, of(b, shared), of(b, subsample), solver.applyAsLong(b))).toList();
            if (entries.stream().allMatch(e -> e.bytes() <= room)) {
                return new SpectrumPlan(task, method, true, entries);
            }
        }
        List<Entry> entries = new ArrayList<>();
        for (Block b : blocks) {
            long own = of(b, subsample) + solver.applyAsLong(b);
            HessianPlan single = HessianPlan.of(task, b.weights(), microBatch, recompute, room - own);
            entries.add(new Entry(b, single, of(b, subsample), solver.applyAsLong(b)));
        }
        return new SpectrumPlan(task, method, false, entries);
    }

    private static <T> T of(Block block, Map<Block, T> all) {
        T value = all.get(block);
        if (value == null) {
            throw new IllegalStateException("spectrum: expected a plan of block " + block.name() + ", got those of "
                    + all.keySet().stream().map(Block::name).toList());
        }
        return value;
    }

    /** Whether {@link Spectrum} shares among the blocks what does not depend on the vectors. */
    static boolean shares(LossProblem problem, int microBatch, boolean recompute, SpectrumMethod method,
            EigenOptions options) {
        return !recompute && of(problem.task(), microBatch, false, method, options,
                problem.backend().ownMemoryBytes().orElseGet(Heap::limit)).shared();
    }

    private static Map<Block, Long> subsampleBytes(HessianPlan.Task task, int microBatch, SpectrumMethod method) {
        Map<Block, Long> bytes = new HashMap<>();
        if (method.subsample() == 0) {
            task.blocks().forEach(b -> bytes.put(b, 0L));
            return bytes;
        }
        HessianPlan.Task part = task.of(method.subsample());
        HessianPlan.ofBlocks(part, microBatch).forEach((b, p) -> bytes.put(b, p.bytes() + part.sampleBytes()));
        return bytes;
    }

    private static Footprint held(HessianPlan.Task task) {
        long weights = task.blocks().stream().mapToLong(Block::weightCount).sum();
        return task.held().hold("eigenvectors, float64", weights * Double.BYTES);
    }

    /** Everything, a phase for each block. */
    public Footprint footprint() {
        Footprint f = held(task);
        for (Entry e : blocks) {
            f = f.phase(e.block().name(), e.bytes());
        }
        return f;
    }

    /**
     * Passes if everything fits.
     *
     * @param limit bytes there are
     * @throws HeapTooSmallException if it does not, naming the largest halving of the micro-batch that would
     */
    public void requireFits(long limit) {
        long wanted = footprint().bytes();
        if (wanted <= limit) {
            return;
        }
        int microBatch = blocks.getFirst().hessian().microBatch();
        throw new HeapTooSmallException(
                "spectrum of " + task.network().name() + ": " + microBatch + " images at once in " + task.dtype(),
                wanted, limit, Setting.MICRO_BATCH, fitting(microBatch, limit));
    }

    private OptionalInt fitting(int microBatch, long limit) {
        // The largest first: most tries end with it.
        List<Entry> bySize = blocks.stream().sorted(Comparator.comparingLong(Entry::bytes).reversed()).toList();
        for (int images = microBatch / 2; images >= 1; images /= 2) {
            int tried = images;
            if (bySize.stream().allMatch(e -> held(task).heldBytes() + new Entry(e.block(),
                    HessianPlan.of(task, e.block().weights(), tried, true, limit), e.subsampleBytes(),
                    e.solverBytes()).bytes() <= limit)) {
                return OptionalInt.of(images);
            }
        }
        return OptionalInt.empty();
    }
}
