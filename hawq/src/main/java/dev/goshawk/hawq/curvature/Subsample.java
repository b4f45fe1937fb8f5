package dev.goshawk.hawq.curvature;

import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.models.Objective;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The images of a sample that hold most of its curvature. The Hessian of cross-entropy by an image's logits is diag(p) - pp', of trace 1
 * - |p|^2 for predicted probabilities p: an image that the network is sure of adds next to nothing to the sample's Hessian, and in a
 * trained network that is most images. The few of largest trace stand in for all.
 */
public final class Subsample {
    private static final int SHARE = 8;
    private static final int LEAST = 32;

    private Subsample() {
    }

    /** An eighth of a sample of 32 images or more; 0, which means none, for a smaller one. */
    public static int standardSize(int samples) {
        return samples < LEAST ? 0 : samples / SHARE;
    }

    /**
     * The mean loss over the images of largest 1 - |p|^2, in the sample's order; of equals the first. Copies them.
     *
     * @param size number of images, from 1 to the sample's
     * @param batch most images computed at once, at least 1
     * @throws dev.goshawk.hawq.evaluation.NonFiniteLogitsException if a logit is not a finite number
     */
    public static LossProblem of(LossProblem problem, int size, int batch) {
        return of(problem, size, told -> new Evaluator(problem.trace(Math.min(batch, problem.samples())),
                problem.parameters(), problem.backend())
                .evaluate(problem.images(), new int[problem.samples()], told));
    }

    /**
     * As {@link #of(LossProblem, int, int)} with logits from elsewhere.
     *
     * @param logits tells those of all images
     */
    public static LossProblem of(LossProblem problem, int size, Consumer<Evaluator.LogitsListener> logits) {
        if (size < 1 || size > problem.samples()) {
            throw new IllegalArgumentException(
                    "subsample: expected 1 to " + problem.samples() + " images, got " + size);
        }
        if (problem.objective() != Objective.CROSS_ENTROPY) {
            throw new IllegalArgumentException(
                    "subsample: expected the loss to be cross-entropy, by whose curvature images are chosen");
        }
        double[] traces = new double[problem.samples()];
        logits.accept((image, z) -> traces[image] = trace(z));
        int[] chosen = IntStream.range(0, traces.length).boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -traces[i])).limit(size)
                .mapToInt(Integer::intValue).sorted().toArray();
        return new LossProblem(problem.network(), problem.parameters(), rows(problem.images(), chosen),
                rows(problem.labels(), chosen), problem.backend());
    }

    /** 1 - |softmax(z)|^2. */
    static double trace(double[] z) {
        double largest = Arrays.stream(z).max().orElse(0);
        double sum = 0;
        double squares = 0;
        for (double x : z) {
            double e = Math.exp(x - largest);
            sum += e;
            squares += e * e;
        }
        return 1 - squares / (sum * sum);
    }

    private static Tensor rows(Tensor t, int[] chosen) {
        int[] dims = t.shape().dims();
        dims[0] = chosen.length;
        Tensor copy = Tensor.zeros(t.dtype(), Shape.of(dims));
        for (int i = 0; i < chosen.length; i++) {
            LossProblem.rows(copy, i, 1).copyFrom(LossProblem.rows(t, chosen[i], 1));
        }
        return copy;
    }
}
