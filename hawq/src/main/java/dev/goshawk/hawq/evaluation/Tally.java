package dev.goshawk.hawq.evaluation;

/** Loss and accuracy of images whose logits come one after another. Their order decides the last bits of the loss. */
public final class Tally {
    private double loss;
    private int correct;
    private int samples;

    /**
     * Counts an image.
     *
     * @param logits one a class
     * @param label its class
     * @param image what a message calls it
     * @throws NonFiniteLogitsException if a logit is not a finite number
     */
    public void add(double[] logits, int label, String image) {
        int best = largest(logits, image);
        loss += crossEntropy(logits, best, label);
        correct += best == label ? 1 : 0;
        samples++;
    }

    /** Of all images so far. */
    public Evaluation result() {
        return new Evaluation(loss / samples, correct, samples);
    }

    private static int largest(double[] logits, String image) {
        for (int c = 0; c < logits.length; c++) {
            if (!Double.isFinite(logits[c])) {
                throw new NonFiniteLogitsException(image + ": expected finite logits, got " + logits[c]
                        + " for class " + c + ": the weights are damaged, or float32 overflows");
            }
        }
        return Evaluation.best(logits);
    }

    /** log(sum exp(logits)) - logits[label], shifted by the largest. */
    private static double crossEntropy(double[] logits, int best, int label) {
        double sum = 0;
        for (double z : logits) {
            sum += Math.exp(z - logits[best]);
        }
        return Math.log(sum) + logits[best] - logits[label];
    }
}
