package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;

/** Chooses a width for each block. */
public interface BitPolicy {
    /** Whether it goes by the blocks' curvature, which is then found first. */
    boolean usesCurvature();

    /** The widths that it may choose; a {@link Sensitivity} is measured at each. */
    List<BitWidth> widths();

    /**
     * Passes if the target lies within what the widths reach.
     *
     * @param blocks in network order
     * @throws IllegalArgumentException in one line, if not
     */
    void requireReachable(List<Block> blocks, SizeTarget target);

    /**
     * Chooses.
     *
     * @param blocks in network order
     * @param sensitivities one for each block, in the same order; empty where {@link #usesCurvature} says no
     */
    BitAllocation choose(List<Block> blocks, List<Sensitivity> sensitivities, SizeTarget target);

    /** For people and for telling runs apart: what is aimed at, such as {@code ratio 13.1}. */
    String describe(SizeTarget target);
}
