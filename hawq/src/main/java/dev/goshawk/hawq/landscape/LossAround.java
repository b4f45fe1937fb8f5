package dev.goshawk.hawq.landscape;

import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.evaluation.NonFiniteLogitsException;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.models.Block;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/** The loss of a network with one block's weights changed; a forward pass over the sample each time. */
final class LossAround {
    private final LossProblem problem;
    private final Parameters changed;
    private final Evaluator evaluator;
    private final int[] classes;

    /** @param batch most images computed at once, at least 1 */
    LossAround(LossProblem problem, int batch) {
        this.problem = problem;
        this.changed = problem.parameters().copy();
        Shape images = problem.images().shape();
        this.evaluator = new Evaluator(problem.network().trace(problem.dtype(), Math.min(batch, problem.samples()),
                images.dim(1), images.dim(2), Mode.EVALUATION, LayerHooks.NONE), changed, problem.backend());
        this.classes = classes(problem.labels());
    }

    private static int[] classes(Tensor labels) {
        int[] classes = new int[labels.shape().dim(0)];
        int count = labels.shape().dim(1);
        for (int i = 0; i < labels.size(); i++) {
            if (labels.get(i) > labels.get(i / count * count + classes[i / count])) {
                classes[i / count] = i % count;
            }
        }
        return classes;
    }

    /** The loss at the weights as they are; NaN where a logit is not finite. */
    double here() {
        try {
            return evaluator.evaluate(problem.images(), classes, Evaluator.LogitsListener.NONE).loss();
        } catch (NonFiniteLogitsException e) {
            return Double.NaN;
        }
    }

    /** The loss with the block's weights moved by multiples of directions, each of the length of all its weights. */
    double moved(Block block, List<double[]> directions, double... factors) {
        int at = 0;
        for (String name : block.weights()) {
            Tensor from = problem.parameters().get(name);
            Tensor to = changed.get(name);
            for (int i = 0; i < from.size(); i++, at++) {
                double w = from.get(i);
                for (int k = 0; k < directions.size(); k++) {
                    w += factors[k] * directions.get(k)[at];
                }
                to.set(i, w);
            }
        }
        return put(block);
    }

    /** The loss with the block's weights rounded. */
    double rounded(Block block, Quantizer quantizer, BitWidth width) {
        for (String name : block.weights()) {
            Tensor w = problem.parameters().get(name);
            TensorQuantizer q = quantizer.weight(w.shape(), w.dtype(), width);
            q.fit(w);
            changed.get(name).copyFrom(q.quantized(w));
        }
        return put(block);
    }

    /** Evaluates, and puts the weights back. */
    private double put(Block block) {
        double loss = here();
        block.weights().forEach(name -> changed.get(name).copyFrom(problem.parameters().get(name)));
        return loss;
    }
}
