package dev.goshawk.hawq.spectral;

import dev.goshawk.hawq.memory.Leftovers;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.curvature.BlockHessians;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.Subsample;
import dev.goshawk.models.Block;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.Davidson;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.EigenResult;
import dev.goshawk.spectral.EigenSolver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Function;

/** The top eigenvalue of each HAWQ block's own Hessian: what HAWQ knows of a network (Dong et al., ICCV 2019, section 3.1). */
public final class Spectrum {
    private Spectrum() {
    }

    /**
     * One block's result.
     *
     * @param block the block
     * @param top its Hessian's top eigenpair; the eigenvector's order is that of {@link HessianOperator#variables()}
     * @param subsampleProducts products with the subsample's Hessian; those of the whole sample are counted by {@code top}
     */
    public record Entry(Block block, EigenResult top, int subsampleProducts) {
        /** Without a subsample. */
        public Entry(Block block, EigenResult top) {
            this(block, top, 0);
        }

        /** The result without its eigenvector. */
        public BlockCurvature curvature() {
            return BlockCurvature.of(block, top);
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
         * @param products products for this block so far, by the whole sample
         * @param eigenvalue current estimate
         * @param residual current ||Hv - lambda v||
         */
        void update(Block block, double fraction, int products, double eigenvalue, double residual);

        /**
         * Reports a product by the subsample, of which there may be many before the first by the whole sample.
         *
         * @param block the block being solved
         * @param fraction estimate of the share of all work that is done, 0 to 1
         * @param products products for this block so far, by the subsample
         */
        default void subsampled(Block block, double fraction, int products) {
        }

        /** Reports a block that is done. */
        default void solved(Entry entry) {
        }
    }

    /**
     * Solves for all blocks, in network order, in the way that takes fewest products ({@link SpectrumMethod#standard}); each block starts
     * from the options' seed and their own listener is not told.
     *
     * @param batch most images computed at once, at least 1
     * @throws dev.goshawk.hawq.curvature.NonFiniteLossException if the loss at the point is not a finite number
     */
    public static List<Entry> of(LossProblem problem, int batch, EigenOptions options, Listener listener) {
        return of(problem, batch, false, SpectrumMethod.standard(problem), options, listener);
    }

    /** As {@link #of(LossProblem, int, EigenOptions, Listener)} by a solver that uses the whole sample's products alone. */
    public static List<Entry> of(LossProblem problem, int batch, EigenSolver solver, EigenOptions options,
            Listener listener) {
        return of(problem, batch, false, SpectrumMethod.of(solver), options, listener);
    }

    /**
     * As {@link #of(LossProblem, int, EigenOptions, Listener)}. The eigenvalues and residuals are the whole sample's, whatever the method.
     *
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them
     */
    public static List<Entry> of(LossProblem problem, int batch, boolean recompute, SpectrumMethod method,
            EigenOptions options, Listener listener) {
        return of(problem, HessianOperator.blocks(problem), batch, recompute, method, options, listener);
    }

    /** As {@link #of(LossProblem, int, boolean, SpectrumMethod, EigenOptions, Listener)} for some of the blocks, with the same bits. */
    public static List<Entry> of(LossProblem problem, List<Block> blocks, int batch, boolean recompute,
            SpectrumMethod method, EigenOptions options, Listener listener) {
        if (blocks.isEmpty()) {
            return List.of();
        }
        Function<Block, HessianOperator> approximations = method.subsample() == 0 ? b -> {
            throw new IllegalStateException("no subsample");
        } : BlockHessians.of(Subsample.of(problem, method.subsample(), batch), batch)::block;
        Function<Block, HessianOperator> operators = SpectrumPlan.shares(problem, batch, recompute, method, options)
                ? BlockHessians.of(problem, batch)::block
                : b -> HessianOperator.block(problem, b.name(), batch, recompute);
        return of(blocks, operators, approximations, problem.samples(), method, options, listener);
    }

    /**
     * Solves for all blocks with operators from elsewhere, each of which is asked for when the last block is done.
     *
     * @param operators a block's Hessian over the sample
     * @param approximations that over the method's subsample; not asked for where it has none
     * @param samples images in the sample
     */
    public static List<Entry> of(List<Block> blocks, Function<Block, ? extends LinearOperator> operators,
            Function<Block, ? extends LinearOperator> approximations, int samples, SpectrumMethod method,
            EigenOptions options, Listener listener) {
        double[] work = work(blocks);
        double all = 0;
        for (double w : work) {
            all += w;
        }
        List<Entry> entries = new ArrayList<>();
        double done = 0;
        Leftovers leftovers = new Leftovers();
        for (int i = 0; i < work.length; i++) {
            leftovers.collect();
            Block block = blocks.get(i);
            double before = done / all;
            double share = work[i] / all;
            double[] reached = {before};
            EigenOptions told = options.withListener((products, eigenvalue, residual) -> {
                reached[0] = before + share * options.done(products, eigenvalue, residual);
                listener.update(block, reached[0], products, eigenvalue, residual);
            });
            LinearOperator operator = operators.apply(block);
            if (method.subsample() == 0) {
                entries.add(new Entry(block, method.plain().top(operator, told)));
            } else {
                // The images left out count as ones without curvature.
                Scaled part = new Scaled(approximations.apply(block), (double) method.subsample() / samples,
                        products -> listener.subsampled(block, reached[0], products));
                entries.add(new Entry(block, new Davidson(part).top(operator, told), part.count));
            }
            listener.solved(entries.getLast());
            done += work[i];
        }
        return entries;
    }

    /** A multiple of an operator, which counts its products. */
    private static final class Scaled implements LinearOperator {
        private final LinearOperator operator;
        private final double factor;
        private final IntConsumer told;
        private int count;

        /** The consumer is given the number of products so far after each. */
        Scaled(LinearOperator operator, double factor, IntConsumer told) {
            this.told = told;
            this.operator = operator;
            this.factor = factor;
        }

        @Override
        public int size() {
            return operator.size();
        }

        @Override
        public void apply(double[] v, double[] out) {
            count++;
            operator.apply(v, out);
            for (int i = 0; i < out.length; i++) {
                out[i] *= factor;
            }
            told.accept(count);
        }
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
}
