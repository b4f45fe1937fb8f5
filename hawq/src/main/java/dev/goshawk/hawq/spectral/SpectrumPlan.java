package dev.goshawk.hawq.spectral;

import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * What {@link Spectrum} takes in memory, found without taking it: parameters, sample and eigenvectors are held throughout,
 * each block's operator and solver live while that block is solved.
 *
 * @param task the sample and how it is computed
 * @param blocks in network order
 */
public record SpectrumPlan(HessianPlan.Task task, List<Entry> blocks) {

    /**
     * One block's share.
     *
     * @param solverBytes the solver's vectors at their most; few of them are needed where it converges soon
     */
    public record Entry(Block block, HessianPlan hessian, long solverBytes) {
        /** Bytes in all. */
        public long bytes() {
            return hessian.bytes() + solverBytes;
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
    public static SpectrumPlan of(HessianPlan.Task task, int microBatch, boolean recompute, EigenSolver solver,
            EigenOptions options, long limit) {
        List<Block> blocks = task.blocks();
        List<Entry> entries = new ArrayList<>();
        for (Block b : blocks) {
            entries.add(entry(task, b, microBatch, recompute, solver.vectors(options), limit));
        }
        return new SpectrumPlan(task, entries);
    }

    private static Entry entry(HessianPlan.Task task, Block block, int microBatch, boolean recompute, int vectors,
            long limit) {
        long solver = block.weightCount() * vectors * Double.BYTES;
        long left = limit - held(task).heldBytes() - solver;
        return new Entry(block, HessianPlan.of(task, block.weights(), microBatch, recompute, left), solver);
    }

    private static Footprint held(HessianPlan.Task task) {
        long weights = task.blocks().stream().mapToLong(Block::weightCount).sum();
        return Footprint.NONE.hold("parameters, " + task.dtype(), task.parameterBytes())
                .hold("sample of " + task.samples() + " images " + task.height() + "x" + task.width(),
                        task.sampleBytes())
                .hold("eigenvectors, float64", weights * Double.BYTES);
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
     * @param option what sets the number of images at once, for the message
     * @throws HeapTooSmallException if it does not, naming the largest halving of the micro-batch that would
     */
    public void requireFits(long limit, String option) {
        long wanted = footprint().bytes();
        if (wanted <= limit) {
            return;
        }
        int microBatch = blocks.getFirst().hessian().microBatch();
        OptionalInt fitting = fitting(microBatch, limit);
        throw new HeapTooSmallException("spectrum of " + task.network().name() + ": " + microBatch
                + " images at once in " + task.dtype() + " need " + Heap.text(wanted) + ", the heap has "
                + Heap.text(limit) + " for them: "
                + (fitting.isPresent() ? option + " " + fitting.getAsInt() + " would fit" : "no micro-batch would fit")
                + ", or a larger heap (GOSHAWK_OPTS=-Xmx" + Math.ceilDiv(wanted * 3 / 2, 1L << 30) + "g)");
    }

    private OptionalInt fitting(int microBatch, long limit) {
        // The largest first: most tries end with it.
        List<Entry> bySize = blocks.stream().sorted(Comparator.comparingLong(Entry::bytes).reversed()).toList();
        for (int images = microBatch / 2; images >= 1; images /= 2) {
            int tried = images;
            if (bySize.stream().allMatch(e -> held(task).heldBytes() + new Entry(e.block(),
                    HessianPlan.of(task, e.block().weights(), tried, true, limit), e.solverBytes()).bytes() <= limit)) {
                return OptionalInt.of(images);
            }
        }
        return OptionalInt.empty();
    }
}
