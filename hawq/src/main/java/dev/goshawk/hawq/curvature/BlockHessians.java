package dev.goshawk.hawq.curvature;

import dev.goshawk.autodiff.HessianBlocks;
import dev.goshawk.models.Block;
import dev.goshawk.models.TracedNetwork;
import java.util.ArrayList;
import java.util.List;

/**
 * The diagonal blocks of a network's Hessian by its HAWQ blocks, at one point: forward pass and gradient are computed once for all
 * blocks, a block's own products are compiled when it is asked for. Every micro-batch is kept; {@link HessianPlan#ofBlocks} gives the
 * sizes. Where that is too much, {@link HessianOperator#block} takes a block at a time.
 *
 * <p>Not for use by two threads at once.
 */
public final class BlockHessians {
    private record Part(int from, int count, HessianBlocks blocks) {
    }

    private final LossProblem problem;
    private final List<Block> blocks;
    private final List<Part> parts = new ArrayList<>();

    private BlockHessians(LossProblem problem) {
        this.problem = problem;
        this.blocks = HessianOperator.blocks(problem);
    }

    /**
     * Takes up the parameters and images as they are now.
     *
     * @param batch most images computed at once, at least 1
     */
    public static BlockHessians of(LossProblem problem, int batch) {
        BlockHessians all = new BlockHessians(problem);
        int whole = Math.min(batch, problem.samples());
        for (int from = 0; from < problem.samples(); from += whole) {
            int count = Math.min(whole, problem.samples() - from);
            TracedNetwork traced = problem.trace(count);
            HessianBlocks shared = HessianBlocks.of(traced.loss(), HessianPlan.variables(traced), problem.backend());
            problem.parameters().tensors().forEach(shared::bind);
            shared.bind(TracedNetwork.IMAGES, LossProblem.rows(problem.images(), from, count));
            shared.bind(TracedNetwork.LABELS, LossProblem.rows(problem.labels(), from, count));
            all.parts.add(new Part(from, count, shared.linearize()));
        }
        return all;
    }

    /**
     * The diagonal block of one HAWQ block's weights; shares memory with this.
     *
     * @throws IllegalArgumentException if the network has no such block
     * @throws NonFiniteLossException if the loss at the point is not a finite number
     */
    public HessianOperator block(Block block) {
        int index = blocks.indexOf(block);
        if (index < 0) {
            throw new IllegalArgumentException("block hessians: expected one of "
                    + blocks.stream().map(Block::name).toList() + ", got block '" + block.name() + "'");
        }
        List<Chunk> chunks = parts.stream()
                .map(p -> new Chunk(p.from(), p.count(), p.blocks().product(index))).toList();
        return new HessianOperator(problem, block.weights(), chunks);
    }
}
