package dev.goshawk.hawq;

import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.training.TrainingListener;

/** Told how a quantization goes on; throwing from it ends the work, which can be resumed. */
public interface HawqListener {
    /** Does nothing. */
    HawqListener NONE = new HawqListener() {
    };

    /** The run has begun, or goes on, in its folder. */
    default void began(RunFolder folder) {
    }

    /** An image of the test set is evaluated by the float network, the first being 1. */
    default void evaluating(int image, int images) {
    }

    /** The float network is evaluated. */
    default void evaluated(Evaluation floats) {
    }

    /** Is told how the search for eigenvalues goes on; asked for where they are not known from an earlier process. */
    default Spectrum.Listener spectrum() {
        return Spectrum.Listener.NONE;
    }

    /**
     * Something else goes on: the sample and traces before the curvature is told; products, activations or a search before a method's choice.
     * It may be called by other threads than the run's, by one at a time.
     *
     * @param what in a few words
     * @param fraction of it that is done, 0 to 1
     */
    default void measuring(String what, double fraction) {
    }

    /** The eigenvalues, and the traces where a method goes by them, are found. */
    default void curvature(Curvature curvature) {
    }

    /** A method has chosen its widths. */
    default void chosen(Decision decision) {
    }

    /** A run that is resumed has no checkpoint of a method yet, which begins from the start. */
    default void fromTheStart(Method method) {
    }

    /** Is told how a method's training goes on. */
    default TrainingListener training(Method method) {
        return TrainingListener.NONE;
    }

    /** A method's network is trained and written. */
    default void trained(MethodResult result) {
    }

    /** Something that a person should know, in one line. */
    default void note(String line) {
    }
}
