package dev.goshawk.hawq.evaluation;

/**
 * The result over a data set.
 *
 * @param loss mean cross-entropy
 * @param correct number of images whose largest logit is their class's; at a tie the lower class wins
 * @param samples number of images
 */
public record Evaluation(double loss, int correct, int samples) {

    /** Fraction of images classified correctly, in [0, 1]. */
    public double accuracy() {
        return (double) correct / samples;
    }
}
