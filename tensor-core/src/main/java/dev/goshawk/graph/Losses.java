package dev.goshawk.graph;

import dev.goshawk.tensor.ShapeMismatchException;

/** Losses, each the mean over a batch, with derivatives that keep their digits however sure the model is. */
public final class Losses {
    private Losses() {
    }

    /** Mean of (prediction - target)^2 over all elements. */
    public static Value meanSquaredError(Value prediction, Value target) {
        same("mean_squared_error", prediction, target);
        return prediction.subtract(target).square().mean();
    }

    /**
     * Cross-entropy against smoothed targets (Szegedy et al. 2016): (1 - epsilon) target + epsilon / classes.
     *
     * @param logits [batch, classes]
     * @param targets [batch, classes], rows summing to 1
     * @param smoothing epsilon, in [0, 1]
     */
    public static Value crossEntropy(Value logits, Value targets, double smoothing) {
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new IllegalArgumentException("label smoothing: expected a number in [0, 1], got " + smoothing);
        }
        same("cross_entropy", logits, targets);
        double classes = logits.shape().rank() == 0 ? 1 : logits.shape().dim(-1);
        return Functions.crossEntropy(logits, targets.scale(1 - smoothing).add(smoothing / classes));
    }

    /**
     * Binary cross-entropy of logits x against targets t, the mean over all elements of t softplus(-x) + (1 - t) softplus(x).
     *
     * @param targets of the logits' shape, in [0, 1]
     */
    public static Value binaryCrossEntropy(Value logits, Value targets) {
        same("binary_cross_entropy", logits, targets);
        Value positive = targets.multiply(logits.negate().softplus());
        return positive.add(one(targets).multiply(logits.softplus())).mean();
    }

    /**
     * Focal loss of logits against binary targets (Lin et al. 2017): each element's cross-entropy times (1 - p)^gamma, p the probability of
     * the right answer, and alpha for positives, 1 - alpha for negatives. The mean over all elements.
     *
     * @param targets of the logits' shape, in [0, 1]
     * @param alpha weight of the positives, in [0, 1]
     * @param gamma 0 or greater; with 0 and alpha 0.5 half of {@link #binaryCrossEntropy}
     */
    public static Value binaryFocal(Value logits, Value targets, double alpha, double gamma) {
        if (!(alpha >= 0 && alpha <= 1) || !(gamma >= 0) || Double.isInfinite(gamma)) {
            throw new IllegalArgumentException(
                    "focal loss: expected alpha in [0, 1] and a finite gamma >= 0, got " + alpha + " and " + gamma);
        }
        same("focal", logits, targets);
        // log(1 - p) is the log-sigmoid of the other sign: no power of a difference
        Value positive = logits.logSigmoid().negate().multiply(logits.negate().logSigmoid().scale(gamma).exp());
        Value negative = logits.softplus().multiply(logits.logSigmoid().scale(gamma).exp());
        return targets.multiply(positive).scale(alpha).add(one(targets).multiply(negative).scale(1 - alpha)).mean();
    }

    /**
     * Focal loss over classes, -(1 - p)^gamma log p of the target class, the mean over the rows.
     *
     * @param logits [batch, classes]
     * @param targets [batch, classes], one-hot
     * @param gamma a whole number: (1 - p)^gamma is a product, which has its derivatives where p is 1
     */
    public static Value focal(Value logits, Value targets, int gamma) {
        same("focal", logits, targets);
        if (gamma < 0 || logits.shape().rank() != 2) {
            throw new ShapeMismatchException(
                    "focal: expected [batch, classes] and gamma >= 0, got " + logits.shape() + " and " + gamma);
        }
        Value logs = Functions.logSoftmax(logits);
        Value miss = logs.expm1().negate();
        Value loss = logs.negate();
        for (int i = 0; i < gamma; i++) {
            loss = loss.multiply(miss);
        }
        return loss.multiply(targets).sum().scale(1.0 / logits.shape().dim(0));
    }

    /** 1 - t. */
    private static Value one(Value t) {
        return t.negate().add(1);
    }

    private static void same(String what, Value a, Value b) {
        if (!a.type().equals(b.type())) {
            throw new ShapeMismatchException(
                    what + ": expected predictions and targets of one type, got " + a.type() + " and " + b.type());
        }
    }
}
