package dev.goshawk.graph;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.Arrays;

/**
 * Normalizations by an example's own statistics, (x - mean) / sqrt(variance + epsilon) gamma + beta, with the biased variance.
 * Differentiation goes through the statistics. Elements that are all equal give beta, exactly, if epsilon is above 0. Squares and powers of a
 * large variance do not overflow, as long as the sum of the elements' magnitudes does not. Batch normalization is in {@link Functions}.
 */
public final class Normalizations {
    private Normalizations() {
    }

    /**
     * Layer normalization over the last axes (Ba, Kiros and Hinton 2016).
     *
     * @param gamma of the shape of the axes normalized, which are x's last
     * @param beta of the same shape
     * @param epsilon added to the variance, 0 or more
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
        if (x.shape().size() == 0) {
            return x.multiply(gamma).add(beta);
        }
        int width = gamma.shape().size();
        Shape rows = Shape.of(x.shape().size() / width, width);
        return standardized(x.reshape(rows), new Rows(), epsilon).multiply(gamma.reshape(width))
                .add(beta.reshape(width)).reshape(x.shape());
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
        if (rank >= 2 && groups >= 1 && s.dim(-1) % groups != 0) {
            throw new ShapeMismatchException("group_norm: expected groups that divide the " + s.dim(-1)
                    + " channels of " + s + ", got " + groups);
        }
        if (rank < 2 || groups < 1 || !gamma.shape().equals(Shape.of(s.dim(-1)))
                || !beta.shape().equals(gamma.shape())) {
            throw new ShapeMismatchException(
                    "group_norm: expected [batch, ..., channels], at least 1 group, and [channels] twice, got "
                            + s + ", " + groups + ", " + gamma.shape() + " and " + beta.shape());
        }
        if (s.size() == 0) {
            return x.multiply(gamma).add(beta);
        }
        int channels = s.dim(-1);
        Grouped grouped = new Grouped(s.dim(0), s.size() / (s.dim(0) * channels), groups, channels / groups);
        Value flat = x.reshape(grouped.batch, grouped.positions, channels);
        return standardized(flat, grouped, epsilon).multiply(gamma).add(beta).reshape(s);
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

    /** Which elements are normalized together. */
    private interface Sets {
        /** The mean of each set. */
        Value mean(Value x);

        /** One element of each set. */
        Value first(Value x);

        /** A number for each set in a shape that broadcasts to the elements. */
        Value spread(Value statistic);
    }

    /** Each row of [rows, width]. */
    private record Rows() implements Sets {
        @Override
        public Value mean(Value x) {
            return x.mean(1);
        }

        @Override
        public Value first(Value x) {
            return corner(x, x.shape().dim(0), 1).reshape(x.shape().dim(0));
        }

        @Override
        public Value spread(Value statistic) {
            return statistic.reshape(statistic.shape().dim(0), 1);
        }
    }

    /** The groups of [batch, positions, channels]. Sums are of channels first and statistics return as whole rows: loops take rows faster than
     * single numbers. */
    private record Grouped(int batch, int positions, int groups, int width) implements Sets {
        @Override
        public Value mean(Value x) {
            return x.sum(1).reshape(batch, groups, width).sum(2).scale(1.0 / ((double) positions * width));
        }

        @Override
        public Value first(Value x) {
            return corner(x.reshape(batch, positions, groups, width), batch, 1, groups, 1).reshape(batch, groups);
        }

        @Override
        public Value spread(Value statistic) {
            return statistic.reshape(batch, groups, 1).broadcast(Shape.of(batch, groups, width))
                    .reshape(batch, 1, groups * width);
        }
    }

    private static Value corner(Value x, int... extents) {
        int[] start = new int[extents.length];
        int[] stride = new int[extents.length];
        Arrays.fill(stride, 1);
        return x.slice(start, extents, stride);
    }

    /**
     * (x - mean) / sqrt(variance + epsilon). Neither the point the elements are first measured from, near their mean and equal to them if they
     * are all equal, nor the unit they are measured in changes the result, so that both are constants to differentiation. The unit
     * is 1 unless the mean distance from that point is above 1,024.
     */
    private static Value standardized(Value x, Sets sets, double epsilon) {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("normalization: expected an epsilon of 0 or more, got " + epsilon);
        }
        Value first = sets.first(x);
        Value origin = Functions.stopGradient(first.add(sets.mean(x.subtract(sets.spread(first)))));
        Value moved = x.subtract(sets.spread(origin));
        Value centered = moved.subtract(sets.spread(sets.mean(moved)));
        Value distance = sets.mean(moved.abs());
        Value perUnit = Functions.stopGradient(distance.scale(0x1p-10).max(distance.like(1))).reciprocal();
        Value variance = sets.mean(centered.multiply(sets.spread(perUnit)).square());
        Value scale = variance.add(perUnit.square().scale(epsilon)).sqrt().reciprocal().multiply(perUnit);
        return centered.multiply(sets.spread(scale));
    }
}
