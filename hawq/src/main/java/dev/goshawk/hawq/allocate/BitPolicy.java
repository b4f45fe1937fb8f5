package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.perturbation.SiteCurvature;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Chooses a width for each block, and the order in which blocks are quantized. A policy says what it needs to know of the curvature;
 * whoever runs it measures that. Where it needs
 * anything, eigenvalues are found as well, which reports show.
 */
public interface BitPolicy {
    /** What a policy may need to know of the network's curvature. */
    enum Need {
        /** Top eigenvalue of each block's Hessian, and how far rounding moves its weights at each width. */
        EIGENVALUES,
        /** Trace of each block's Hessian as well. */
        TRACES,
        /** Traces of the Hessians by activations, and how far rounding moves those. */
        ACTIVATIONS,
        /** Hessian products with what rounding adds to each block's weights at each width. */
        PRODUCTS
    }

    /** For people, in one line: what the policy goes by, and its source. */
    String describe();

    /** What {@link #choose} and {@link #order} read of their task; nothing where no second-order information is used. */
    Set<Need> needs();

    /** Whether it goes by the blocks' curvature, which is then found first. */
    default boolean usesCurvature() {
        return !needs().isEmpty();
    }

    /** Whether blocks get their bits in an order that can be turned round. */
    default boolean hasPrecisionOrder() {
        return false;
    }

    /** Whether limits on bit operations and latency are obeyed. */
    default boolean obeysLimits() {
        return false;
    }

    /** The widths that it may choose, ascending; a {@link Sensitivity} is measured at each. */
    List<BitWidth> widths();

    /**
     * Passes if the target, and whatever other limits there are, lie within what the widths reach.
     *
     * @param blocks in network order
     * @throws IllegalArgumentException in one line, if not
     */
    default void requireReachable(List<Block> blocks, SizeTarget target) {
        target.budget(blocks, widths().getFirst());
    }

    /**
     * Chooses.
     *
     * @param task with everything that {@link #needs} names
     * @param notes given what a person should know of the choice, in lines
     * @throws IllegalArgumentException in one line, if no choice meets the limits
     */
    BitAllocation choose(AllocationTask task, Consumer<String> notes);

    /** As {@link #choose(AllocationTask, Consumer)}, without notes. */
    default BitAllocation choose(AllocationTask task) {
        return choose(task, note -> {
        });
    }

    /**
     * Chooses the widths of activations by block; none, which leaves all at the usual width, unless overridden.
     *
     * @param sites of the network, in its order
     * @param usual width, whose total size is not exceeded
     */
    default Map<String, BitWidth> activations(List<SiteCurvature> sites, BitWidth usual) {
        return Map.of();
    }

    /** The blocks that are quantized, in their order: that of the network, unless overridden. */
    default List<Block> order(AllocationTask task, BitAllocation allocation) {
        return allocation.blocks().stream().filter(b -> !allocation.of(b).isFloat()).toList();
    }

    /** For people and for telling runs apart: what is aimed at, such as {@code ratio 13.1}. */
    default String describe(SizeTarget target) {
        return target.describe();
    }
}
