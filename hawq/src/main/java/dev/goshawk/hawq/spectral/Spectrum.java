package dev.goshawk.hawq.spectral;

import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.List;

/** The top eigenvalue of each HAWQ block's own Hessian: what HAWQ knows of a network (Dong et al., ICCV 2019, section 3.1). */
public final class Spectrum {
    private Spectrum() {
    }

    /**
     * One block's result.
     *
     * @param block the block
     * @param top its Hessian's top eigenpair; the eigenvector's order is that of {@link HessianOperator#variables()}
     */
    public record Entry(Block block, EigenResult top) {
        /** S = |lambda| / n, n the number of weights in the block. */
        public double sensitivity() {
            return Math.abs(top.eigenvalue()) / block.weightCount();
        }
    }

    /** Told after each operator product; throwing from it ends the work. */
    @FunctionalInterface
    public interface Listener {
        /** Does nothing. */
        Listener NONE = (block, fraction, products, eigenvalue, residual) -> {
        };

        /**
         * Reports the state after a product.
         *
         * @param block the block being solved
         * @param fraction estimate of the share of all work that is done, 0 to 1
         * @param products products for this block so far
         * @param eigenvalue current estimate
         * @param residual current ||Hv - lambda v||
         */
        void update(Block block, double fraction, int products, double eigenvalue, double residual);
    }

    /**
     * Solves for all blocks, in network order; each starts from the options' seed and their own listener is not told.
     *
     * @param batch most images computed at once, at least 1
     * @throws dev.goshawk.hawq.curvature.NonFiniteLossException if the loss at the point is not a finite number
     */
    public static List<Entry> of(LossProblem problem, int batch, EigenSolver solver, EigenOptions options,
            Listener listener) {
        return of(problem, batch, false, solver, options, listener);
    }

    /**
     * As {@link #of(LossProblem, int, EigenSolver, EigenOptions, Listener)}.
     *
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them; the same bits
     */
    public static List<Entry> of(LossProblem problem, int batch, boolean recompute, EigenSolver solver,
            EigenOptions options, Listener listener) {
        List<Block> blocks = HessianOperator.blocks(problem);
        double[] work = work(blocks);
        double all = 0;
        for (double w : work) {
            all += w;
        }
        List<Entry> entries = new ArrayList<>();
        double done = 0;
        for (int i = 0; i < work.length; i++) {
            Block block = blocks.get(i);
            double before = done / all;
            double share = work[i] / all;
            EigenOptions told = options.withListener((products, eigenvalue, residual) -> listener.update(block,
                    before + share * converged(eigenvalue, residual, products, options), products, eigenvalue,
                    residual));
            entries.add(new Entry(block, solver.top(HessianOperator.block(problem, block.name(), batch, recompute),
                    told)));
            done += work[i];
        }
        return entries;
    }

    /** A block's product costs what the layers in it and after it cost. */
    private static double[] work(List<Block> blocks) {
        double[] work = new double[blocks.size()];
        double after = 0;
        for (int i = work.length - 1; i >= 0; i--) {
            after += blocks.get(i).macs();
            work[i] = after;
        }
        return work;
    }

    /** How far a block is: residuals fall about geometrically. */
    private static double converged(double eigenvalue, double residual, int products, EigenOptions options) {
        double relative = residual / Math.abs(eigenvalue);
        double falling = Math.log(relative) / Math.log(options.tolerance());
        double spent = (double) products / options.maxIterations();
        return Math.clamp(Double.isFinite(falling) ? Math.max(falling, spent) : spent, 0, 1);
    }
}
