package dev.goshawk.hawq.training.objective;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Objective;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What a training minimizes. {@link #of} makes the loss from logits and labels, the latter distributions over the classes; it may make
 * graph inputs of its own, which {@link #inputs} fills for every batch.
 */
public interface TrainingObjective extends Objective {
    /** What {@link #of} needs beside logits and labels. */
    interface Inputs {
        /** Nothing. */
        Inputs NONE = new Inputs() {
            @Override
            public SequencedMap<String, Tensor> tensors() {
                return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
            }

            @Override
            public void fill() {
                // There is nothing to fill.
            }
        };

        /** By the names of the graph's inputs, bound once. */
        SequencedMap<String, Tensor> tensors();

        /** Fills them for the batch that the images now hold. */
        void fill();
    }

    /** In words and numbers, for people and to tell trainings apart; equal objectives have equal texts. */
    String describe();

    /**
     * The loss where it also depends on what quantizers train, such as a cost of widths that are searched for; {@link #of(Value, Value)},
     * unless overridden.
     *
     * @param trained the quantizers' trained tensors that the network uses, by the names that they have in checkpoints
     */
    default Value of(Value logits, Value labels, SequencedMap<String, Value> trained) {
        return of(logits, labels);
    }

    /**
     * The inputs it declares, for one compiled step; none, unless overridden.
     *
     * @param images [batch, height, width, 3], where every batch goes
     */
    default Inputs inputs(Tensor images, Backend backend) {
        return Inputs.NONE;
    }

    /** Bytes that {@link #inputs} takes, found without taking them. */
    default long plannedBytes(DType dtype, Shape images, Backend backend) {
        return 0;
    }

    /** Mean cross-entropy. */
    static TrainingObjective crossEntropy() {
        return new LabelSmoothing(0);
    }
}
