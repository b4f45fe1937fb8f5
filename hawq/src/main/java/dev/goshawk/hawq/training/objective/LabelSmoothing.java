package dev.goshawk.hawq.training.objective;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;

/**
 * Mean cross-entropy with respect to smoothed labels, (1 - epsilon) label + epsilon / classes (Szegedy et al., CVPR 2016, section 7).
 *
 * @param epsilon in [0, 1); 0 for plain cross-entropy
 */
public record LabelSmoothing(double epsilon) implements TrainingObjective {
    public LabelSmoothing {
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw new IllegalArgumentException("label smoothing: expected an epsilon in [0, 1), got " + epsilon);
        }
    }

    @Override
    public String describe() {
        return epsilon == 0 ? "cross-entropy" : "cross-entropy, labels smoothed by " + epsilon;
    }

    @Override
    public Value of(Value logits, Value labels) {
        if (epsilon == 0) {
            return Functions.crossEntropy(logits, labels);
        }
        return Functions.crossEntropy(logits, labels.scale(1 - epsilon).add(epsilon / logits.shape().dim(1)));
    }
}
