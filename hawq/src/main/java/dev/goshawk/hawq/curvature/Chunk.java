package dev.goshawk.hawq.curvature;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.models.TracedNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Consecutive images of a sample, a micro-batch, and the product by their mean loss. */
record Chunk(int from, int count, HessianVectorProduct product) {
    /**
     * Cuts a sample.
     *
     * @param whole images at once
     * @param resident whether every micro-batch has a product of its own; otherwise those of one size share theirs
     * @param compile makes the product of so many images
     */
    static List<Chunk> cut(LossProblem problem, int whole, boolean resident,
            IntFunction<HessianVectorProduct> compile) {
        HessianVectorProduct first = compile.apply(whole);
        List<Chunk> made = new ArrayList<>();
        for (int from = 0; from < problem.samples(); from += whole) {
            int count = Math.min(whole, problem.samples() - from);
            boolean reuse = count == whole && (from == 0 || !resident);
            made.add(new Chunk(from, count, reuse ? first : compile.apply(count)));
        }
        return List.copyOf(made);
    }

    /** Takes up these images, and the parameters as they are now. */
    void moveTo(LossProblem problem) {
        product.bind(TracedNetwork.IMAGES, LossProblem.rows(problem.images(), from, count));
        product.bind(TracedNetwork.LABELS, LossProblem.rows(problem.labels(), from, count));
        product.linearize();
    }

    /** Share of a sample of so many images. */
    double weight(int samples) {
        return (double) count / samples;
    }

    /**
     * The mean loss of these images.
     *
     * @param first number of the problem's first image in the whole sample
     * @throws NonFiniteLossException if it is not a finite number
     */
    double loss(LossProblem problem, int first) {
        double value = product.value();
        if (!Double.isFinite(value)) {
            throw new NonFiniteLossException("loss of " + problem.network().name() + " in " + problem.dtype()
                    + ": expected a finite number, got " + value + " over images " + (first + from)
                    + " to " + (first + from + count - 1)
                    + " of the sample: the weights are damaged, or float32 overflows");
        }
        return value;
    }
}
