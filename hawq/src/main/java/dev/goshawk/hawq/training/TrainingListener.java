package dev.goshawk.hawq.training;

/** Told how a training goes on; throwing from it ends the training, which can be resumed from its last checkpoint. */
public interface TrainingListener {
    /** Does nothing. */
    TrainingListener NONE = new TrainingListener() {
    };

    /**
     * Where a training is.
     *
     * @param stage name of the stage
     * @param done steps made, of all stages
     * @param total steps of all stages
     * @param batch images a step
     * @param loss mean over the steps since the last evaluation
     * @param accuracy on the batches since the last evaluation, in 0..1
     * @param rate learning rate of the step
     */
    record Position(String stage, long done, long total, int batch, double loss, double accuracy, double rate) {
    }

    /** A training goes on from a checkpoint made after so many steps. */
    default void resumed(long done, long total) {
    }

    /** A checkpoint is damaged, which the line says, and an earlier one is taken. */
    default void passedOver(String damaged) {
    }

    /** A step was made. */
    default void step(Position position) {
    }

    /** Images of the test set are being evaluated. */
    default void evaluating(String stage, int image, int images) {
    }

    /** An epoch, or what a stage ends with of one, is over and evaluated. */
    default void epoch(EpochResult epoch) {
    }
}
