package dev.goshawk.hawq.spectral;

import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.spectral.estimate.Estimate;
import dev.goshawk.spectral.estimate.HutchinsonTrace;
import java.util.ArrayList;
import java.util.List;

/** The trace of each block's own Hessian by Hutchinson's estimate: what HAWQ-V2 and V3 go by (Dong et al., NeurIPS 2020). */
public final class BlockTraces {
    private BlockTraces() {
    }

    /** Told after each operator product. */
    @FunctionalInterface
    public interface Listener {
        /** @param fraction of all draws that is done, 0 to 1 */
        void update(String block, double fraction, int draws, double trace, double standardError);
    }

    /**
     * Adds the traces to what is known of the blocks. Random vectors of different blocks are independent.
     *
     * @param known the network's blocks, in its order
     * @param batch most images computed at once, at least 1
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them
     * @param draws random vectors a block, one product each; at least 2
     */
    public static List<BlockCurvature> of(LossProblem problem, List<BlockCurvature> known, int batch,
            boolean recompute, int draws, long seed, Listener listener) {
        List<BlockCurvature> all = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            BlockCurvature block = known.get(i);
            String name = block.block().name();
            double before = i;
            HessianOperator operator = HessianOperator.block(problem, name, batch, recompute);
            Estimate e = new HutchinsonTrace().estimate(operator, seed + i, 0, draws,
                    (products, mean, error) -> listener.update(name,
                            (before + (double) products / draws) / known.size(), products, mean, error));
            all.add(block.withTrace(e));
        }
        return all;
    }
}
