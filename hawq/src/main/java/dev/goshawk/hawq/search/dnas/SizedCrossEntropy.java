package dev.goshawk.hawq.search.dnas;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.models.Block;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy times beta (log size)^gamma, the objective of Wu et al. 2018; size is the expected number of bits of the weights, sum_i n_i
 * sum_k softmax(theta_i)_k b_k, and beta makes the factor 1 at the size that is aimed at.
 */
final class SizedCrossEntropy implements TrainingObjective {
    private final MixedQuantizer mixed;
    private final Map<String, Block> blocks;
    private final double gamma;
    private final long budget;

    /**
     * An objective.
     *
     * @param mixed knows the blocks' theta by name
     * @param gamma exponent, 0 or more
     * @param budget bits aimed at, above e
     */
    SizedCrossEntropy(MixedQuantizer mixed, List<Block> blocks, double gamma, long budget) {
        this.mixed = mixed;
        this.blocks = blocks.stream().collect(Collectors.toMap(Block::name, Function.identity()));
        this.gamma = gamma;
        this.budget = budget;
    }

    @Override
    public String describe() {
        return "cross-entropy times (log of the size in bits / log " + budget + ")^" + gamma;
    }

    @Override
    public Value of(Value logits, Value labels) {
        return TrainingObjective.crossEntropy().of(logits, labels);
    }

    @Override
    public Value of(Value logits, Value labels, SequencedMap<String, Value> trained) {
        Value loss = of(logits, labels);
        @Nullable Value size = null;
        for (Map.Entry<String, String> architecture : mixed.architectures().entrySet()) {
            Value theta = trained.get(architecture.getKey());
            Block block = blocks.get(architecture.getValue());
            if (theta != null && block != null) {
                Value bits = bits(theta).scale(block.weightCount());
                size = size == null ? bits : size.add(bits);
            }
        }
        if (size == null) {
            // Nothing is quantized yet.
            return loss;
        }
        Value factor = size.log().log().add(-Math.log(Math.log(budget))).scale(gamma).exp();
        return loss.multiply(factor);
    }

    /** Expected bits of one weight. */
    private Value bits(Value theta) {
        Tensor widths = Tensor.zeros(theta.dtype(), Shape.of(mixed.widths().size()));
        for (int k = 0; k < widths.size(); k++) {
            BitWidth width = mixed.widths().get(k);
            widths.set(k, width.bits());
        }
        return Activations.softmax(theta, 0).multiply(Functions.constant(widths)).sum();
    }
}
