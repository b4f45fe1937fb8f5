package dev.goshawk.graph;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.stream.IntStream;

/**
 * Normalizations by an example's own statistics, (x - mean) / sqrt(variance + epsilon) gamma + beta, with the biased variance.
 * Differentiation goes through the statistics. Batch normalization is in {@link Functions}.
 */
public final class Normalizations {
    private Normalizations() {
    }

    /**
     * Layer normalization over the last axes (Ba, Kiros and Hinton 2016).
     *
     * @param gamma of the shape of the axes normalized, which are x's last
     * @param beta of the same shape
     * @param epsilon added to the variance
     * @throws ShapeMismatchException if the last axes of x have another shape
     */
    public static Value layerNorm(Value x, Value gamma, Value beta, double epsilon) {
        int rank = x.shape().rank();
        int own = gamma.shape().rank();
        boolean fits = own >= 1 && own <= rank && gamma.shape().equals(beta.shape());
        for (int i = 1; fits && i <= own; i++) {
            fits = x.shape().dim(-i) == gamma.shape().dim(-i);
        }
        if (!fits) {
            throw new ShapeMismatchException(
                    "layer_norm: expected gamma and beta of the shape of the last axes of " + x.shape()
                            + ", got " + gamma.shape() + " and " + beta.shape());
        }
        return standardized(x, IntStream.range(rank - own, rank).toArray(), epsilon).multiply(gamma).add(beta);
    }

    /**
     * Group normalization (Wu and He 2018): over all axes but the first, within each of some equal groups of channels.
     *
     * @param x [batch, ..., channels]
     * @param groups divides the channels
     * @param gamma [channels]
     * @param beta [channels]
     * @throws ShapeMismatchException if they do not fit
     */
    public static Value groupNorm(Value x, int groups, Value gamma, Value beta, double epsilon) {
        Shape s = x.shape();
        int rank = s.rank();
        if (rank < 2 || groups < 1 || s.dim(-1) % groups != 0 || !gamma.shape().equals(Shape.of(s.dim(-1)))
                || !beta.shape().equals(gamma.shape())) {
            throw new ShapeMismatchException(
                    "group_norm: expected [batch, ..., channels], groups that divide the channels, and [channels], got "
                            + s + ", " + groups + ", " + gamma.shape() + " and " + beta.shape());
        }
        if (s.size() == 0) {
            return x.multiply(gamma).add(beta);
        }
        int channels = s.dim(-1);
        Grouped grouped = new Grouped(s.dim(0), s.size() / (s.dim(0) * channels), groups, channels / groups);
        Value flat = x.reshape(grouped.batch, grouped.positions, channels);
        Value centred = flat.subtract(grouped.spread(grouped.mean(flat)));
        Value variance = grouped.mean(centred.square());
        return centred.multiply(grouped.spread(variance.add(epsilon).sqrt().reciprocal())).reshape(s).multiply(gamma)
                .add(beta);
    }

    /**
     * Instance normalization (Ulyanov, Vedaldi and Lempitsky 2016): over the positions, for each example and channel.
     *
     * @param x [batch, ..., channels], with at least one axis between
     * @param gamma [channels]
     * @param beta [channels]
     * @throws ShapeMismatchException if they do not fit
     */
    public static Value instanceNorm(Value x, Value gamma, Value beta, double epsilon) {
        if (x.shape().rank() < 3) {
            throw new ShapeMismatchException(
                    "instance_norm: expected [batch, ..., channels] with positions between, got " + x.shape());
        }
        return groupNorm(x, x.shape().dim(-1), gamma, beta, epsilon);
    }

    /** Statistics by example and group, and their return to channels: whole rows of them, which repeat faster than single numbers. */
    private record Grouped(int batch, int positions, int groups, int width) {
        /** From [batch, positions, channels] to [batch, groups]. */
        Value mean(Value x) {
            return x.reshape(batch, positions, groups, width).mean(1, 3);
        }

        /** From [batch, groups] to [batch, 1, channels]. */
        Value spread(Value statistic) {
            return statistic.reshape(batch, groups, 1).broadcast(Shape.of(batch, groups, width))
                    .reshape(batch, 1, groups * width);
        }
    }

    private static Value standardized(Value x, int[] axes, double epsilon) {
        int[] kept = x.shape().dims();
        for (int a : axes) {
            kept[a] = 1;
        }
        Shape statistics = Shape.of(kept);
        Value centred = x.subtract(x.mean(axes).reshape(statistics));
        Value variance = centred.square().mean(axes).reshape(statistics);
        return centred.multiply(variance.add(epsilon).sqrt().reciprocal());
    }
}
