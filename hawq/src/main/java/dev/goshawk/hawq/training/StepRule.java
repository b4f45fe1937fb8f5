package dev.goshawk.hawq.training;

import dev.goshawk.tensor.Tensor;
import java.util.SequencedMap;

/**
 * How one step of training is made: which images it takes, what it computes of them and what it moves. The {@link Trainer} decides when
 * steps are made, quantizes blocks, evaluates and writes checkpoints.
 *
 * <p>What a step does must follow from its number, the settings, the network's parameters, the quantizers' state and {@link #state}:
 * these are what a checkpoint holds. Then a training that was killed ends with the same bits as one that was not.
 */
public interface StepRule extends AutoCloseable {
    /** Makes a rule for a training. */
    @FunctionalInterface
    interface Factory {
        /** The rule, with nothing compiled yet. */
        StepRule of(TrainingContext context);
    }

    /**
     * What a step found before it moved anything.
     *
     * @param loss mean over the batch
     * @param correct images of the batch classified correctly
     */
    record Outcome(double loss, int correct) {
    }

    /** The rule and its numbers, for people and to tell trainings apart. */
    String describe();

    /** Steps in which it sees each of its images once. */
    int stepsPerEpoch();

    /**
     * What it keeps from step to step, by name, for everything that is trained at this moment; shared: save it in a checkpoint, copy a
     * saved one into it.
     */
    SequencedMap<String, Tensor> state();

    /** Compiles the step for the network as far as it is quantized; called before a stage's first step and after a resumption. */
    void prepare();

    /**
     * Makes a step. Where the loss is not a finite number nothing is moved.
     *
     * @param step its number from 0, over all stages
     * @param rate learning rate
     */
    Outcome step(long step, double rate);

    /** Stops what works ahead. */
    @Override
    void close();
}
