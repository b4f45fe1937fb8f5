package dev.goshawk.hawq.curvature;

import dev.goshawk.models.Block;
import dev.goshawk.spectral.EigenResult;
import dev.goshawk.spectral.estimate.Estimate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the curvature of one block: of the Hessian of the loss by the block's weights, all others held fixed.
 *
 * @param block the block
 * @param eigenvalue top eigenvalue by magnitude, finite
 * @param residual ||Hv - lambda v|| of its unit eigenvector, absolute
 * @param trace of the Hessian, or null where it was not estimated
 * @param standardError of the trace, or null
 * @param products operator products by the whole sample
 * @param converged whether the residual met the tolerance
 */
public record BlockCurvature(Block block, double eigenvalue, double residual, @Nullable Double trace,
        @Nullable Double standardError, int products, boolean converged) {
    public BlockCurvature {
        if (!Double.isFinite(eigenvalue)) {
            throw new IllegalArgumentException(
                    "block " + block.name() + ": expected a finite eigenvalue, got " + eigenvalue);
        }
    }

    /** What a solver found. */
    public static BlockCurvature of(Block block, EigenResult top) {
        return new BlockCurvature(block, top.eigenvalue(), top.residual(), null, null, top.iterations(),
                top.converged());
    }

    /** An eigenvalue that is known otherwise, taken as exact. */
    public static BlockCurvature of(Block block, double eigenvalue) {
        return new BlockCurvature(block, eigenvalue, 0, null, null, 0, true);
    }

    /**
     * The curvature of one block among those of a network.
     *
     * @throws IllegalArgumentException if there is none of that block, or of another of its name
     */
    public static BlockCurvature of(Block block, List<BlockCurvature> all) {
        for (BlockCurvature c : all) {
            if (c.block.equals(block)) {
                return c;
            }
            if (c.block.name().equals(block.name())) {
                throw new IllegalArgumentException("curvature of block " + block.name() + ": expected that of weights "
                        + block.weights() + ", got that of " + c.block.weights());
            }
        }
        throw new IllegalArgumentException("curvature: expected one of block " + block.name() + ", got those of "
                + all.stream().map(c -> c.block.name()).toList());
    }

    /** The same with an estimated trace. */
    public BlockCurvature withTrace(Estimate estimate) {
        return new BlockCurvature(block, eigenvalue, residual, estimate.value(), estimate.standardError(), products,
                converged);
    }

    /**
     * |trace| / n, the magnitude of the mean eigenvalue.
     *
     * @throws IllegalStateException if the trace was not estimated
     */
    public double meanTrace() {
        Double t = trace;
        if (t == null) {
            throw new IllegalStateException("block " + block.name() + ": its trace was not estimated");
        }
        return Math.abs(t) / block.weightCount();
    }

    /** S = |lambda| / n, n the number of weights in the block. */
    public double sensitivity() {
        return Math.abs(eigenvalue) / block.weightCount();
    }

    /** ||Hv - lambda v|| / |lambda|; 0 for an exact zero eigenvalue. */
    public double relativeResidual() {
        return residual == 0 ? 0 : residual / Math.abs(eigenvalue);
    }
}
