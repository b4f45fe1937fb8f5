package dev.goshawk.hawq.evaluation;

/**
 * The result over a data set.
 *
 * @param loss mean cross-entropy
 * @param correct number of images whose largest logit is their class's; at a tie the lower class wins
 * @param samples number of images
 */
public record Evaluation(double loss, int correct, int samples) {

    /** The class of the largest logit; at a tie the lower one. */
    public static int best(double[] logits) {
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            best = logits[c] > logits[best] ? c : best;
        }
        return best;
    }

    /** Fraction of images classified correctly, in [0, 1]. */
    public double accuracy() {
        return (double) correct / samples;
    }
}
