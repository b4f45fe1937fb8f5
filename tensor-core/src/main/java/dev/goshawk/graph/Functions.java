package dev.goshawk.graph;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The functions networks are written in. Compositions of small ops: none of them has a derivative rule of its own. */
public final class Functions {
    /** Runs of equal elements in the largest constant array. */
    private static final int MOST_RUNS = 4096;

    private Functions() {
    }

    /**
     * Two-dimensional convolution, NHWC.
     *
     * @param x [batch, height, width, channels]
     * @param filter [kernelHeight, kernelWidth, channels / groups, outChannels]
     * @throws ShapeMismatchException if they do not fit
     */
    public static Value conv2d(Value x, Value filter, int strideHeight, int strideWidth, int padHeight, int padWidth,
            int groups) {
        Shape s = rank4("conv2d: input", x);
        Shape f = rank4("conv2d: filter", filter);
        if (groups < 1 || s.dim(3) % groups != 0 || s.dim(3) / groups != f.dim(2)) {
            throw new ShapeMismatchException("conv2d: input channels " + s.dim(3) + " / groups " + groups
                    + " != filter input channels " + f.dim(2) + " (input " + s + ", filter " + f + ")");
        }
        ConvGeometry g = new ConvGeometry(s.dim(0), s.dim(1), s.dim(2), s.dim(3), f.dim(3), f.dim(0), f.dim(1),
                strideHeight, strideWidth, padHeight, padWidth, padHeight, padWidth, groups);
        return Value.of(new Op.Conv(ConvRole.OUTPUT, g), x, filter);
    }

    /** Square stride and padding, one group. */
    public static Value conv2d(Value x, Value filter, int stride, int pad) {
        return conv2d(x, filter, stride, stride, pad, pad, 1);
    }

    /** Maximum over windows; padding never wins. The derivative goes to a window's first largest element. */
    public static Value maxPool(Value x, PoolGeometry g) {
        Value indices = Value.of(new Op.MaxPoolIndices(g), x);
        return Value.of(new Op.PoolGather(g), x, indices);
    }

    /** Mean over windows; {@code countPadding} divides by the whole window at the border. */
    public static Value avgPool(Value x, PoolGeometry g, boolean countPadding) {
        return Value.of(new Op.AvgPool(g, countPadding), x);
    }

    /** Square windows. */
    public static PoolGeometry pool(Value x, int kernel, int stride, int pad) {
        Shape s = rank4("pool: input", x);
        return new PoolGeometry(s.dim(0), s.dim(1), s.dim(2), s.dim(3), kernel, kernel, stride, stride, pad, pad, pad,
                pad);
    }

    /** Values one after another along an axis; a negative axis counts from the end. */
    public static Value concat(int axis, List<Value> parts) {
        int rank = parts.isEmpty() ? 0 : parts.get(0).shape().rank();
        return Value.of(new Op.Concat(axis < 0 ? axis + rank : axis), parts);
    }

    /**
     * a where the condition is above 0, such as a mask of ones or the result of a comparison, and b elsewhere; all three broadcast. The
     * condition has no derivative. What is not chosen may be NaN or infinite: it reaches neither the value nor any derivative, in
     * either mode, through functions of single elements, sums, broadcasts and what only moves elements; a matrix product or convolution
     * in the branch ends this.
     */
    public static Value where(Value condition, Value a, Value b) {
        Supplier<String> name = () -> "where";
        Shape joint = Value.joint(name, Value.joint(name, condition.shape(), a.shape()), b.shape());
        return Value.of(new Op.Where(), condition.broadcast(joint), a.broadcast(joint), b.broadcast(joint));
    }

    /** Sums of the elements up to each one along an axis; a negative axis counts from the end. Added up in float64, each rounded once. */
    public static Value cumulativeSum(Value x, int axis) {
        return Value.of(new Op.CumulativeSum(Indexing.axis("cumulative_sum", x, axis), false), x);
    }

    /**
     * Batch normalization with the batch's own statistics (Ioffe and Szegedy 2015): mean and biased variance over all axes but the
     * last. Differentiation goes through the statistics.
     */
    public static BatchNormalized batchNormTraining(Value x, Value gamma, Value beta, double epsilon) {
        int[] axes = leadingAxes(x);
        Value mean = x.mean(axes);
        Value centered = x.subtract(mean);
        Value variance = centered.square().mean(axes);
        Value scale = variance.add(epsilon).sqrt().reciprocal().multiply(gamma);
        return new BatchNormalized(centered.multiply(scale).add(beta), mean, variance);
    }

    /** A training-mode result with the statistics it used, each of shape [channels]; the variance is the biased one. */
    public record BatchNormalized(Value output, Value mean, Value variance) {
    }

    /** Batch normalization with given statistics, each of shape [channels]. */
    public static Value batchNormEvaluation(Value x, Value gamma, Value beta, Value mean, Value variance,
            double epsilon) {
        Affine folded = batchNormAffine(gamma, beta, mean, variance, epsilon);
        return x.multiply(folded.scale()).add(folded.shift());
    }

    /** A factor and what is added, each of shape [channels]. */
    public record Affine(Value scale, Value shift) {
    }

    /** Batch normalization with given statistics, each of shape [channels], as a product and a sum. */
    public static Affine batchNormAffine(Value gamma, Value beta, Value mean, Value variance, double epsilon) {
        Value scale = variance.add(epsilon).sqrt().reciprocal().multiply(gamma);
        return new Affine(scale, beta.subtract(mean.multiply(scale)));
    }

    /**
     * log(softmax(x)) over the last axis, shifted by the maximum m. Where the class of the maximum has a probability of at least one
     * half, everything is written relative to it: its own logit leaves the sum, which becomes log1p of the others' exp(x - m), and
     * 1 - p of that class is the others' sum in every derivative, never a difference.
     */
    public static Value logSoftmax(Value x) {
        int last = x.shape().rank() - 1;
        if (last < 0) {
            throw new ShapeMismatchException("log_softmax: expected at least one axis, got a scalar");
        }
        if (x.shape().size() == 0) {
            return x;
        }
        int[] dims = x.shape().dims();
        dims[last] = 1;
        Shape row = Shape.of(dims);
        Value max = Value.of(new Op.MaxOver(List.of(last)), x).reshape(row);
        Dominant dominant = dominant(x, row);
        Value others = x.subtract(max).exp().multiply(dominant.mask().negate().add(1)).sum(last).reshape(row);
        Value saturated = max.like(1).atLeast(others);
        // 0 at the dominant class of a saturated row, which is known to contribute exp(0) = 1; else 1.
        Value counted = saturated.multiply(dominant.mask()).negate().add(1);
        // The maximum in value; it has a derivative only where the row is saturated.
        Value pivot = max.add(saturated.multiply(dominant.logit().subtract(max)));
        Value shifted = x.subtract(pivot).multiply(counted);
        Value sum = shifted.exp().multiply(counted).sum(last).reshape(row);
        return shifted.subtract(sum.add(saturated.subtract(1)).log1p());
    }

    /** A row's first largest element, differentiable, and 1 at its place. */
    private record Dominant(Value logit, Value mask) {
    }

    /** Of each row along the last axis: a maximum pool whose window is the row. */
    private static Dominant dominant(Value x, Shape row) {
        int classes = x.shape().dim(-1);
        int rows = x.shape().size() / classes;
        Value image = x.reshape(rows, 1, classes, 1);
        PoolGeometry whole = new PoolGeometry(rows, 1, classes, 1, 1, classes, 1, 1, 0, 0, 0, 0);
        Value index = Value.of(new Op.MaxPoolIndices(whole), image);
        Value logit = Value.of(new Op.PoolGather(whole), image, index);
        Value mask = Value.of(new Op.PoolScatter(whole), logit.like(1), index);
        return new Dominant(logit.reshape(row), mask.reshape(x.shape()));
    }

    /**
     * Mean cross-entropy of a batch.
     *
     * @param logits [batch, classes]
     * @param targets [batch, classes], rows summing to 1 (one-hot for plain labels)
     */
    public static Value crossEntropy(Value logits, Value targets) {
        if (logits.shape().rank() != 2 || !logits.shape().equals(targets.shape())) {
            throw new ShapeMismatchException(
                    "cross_entropy: expected logits and targets of one [batch, classes] shape, got " + logits.shape()
                            + " and " + targets.shape());
        }
        return logSoftmax(logits).multiply(targets).sum().scale(-1.0 / logits.shape().dim(0));
    }

    /**
     * The straight-through estimator (Bengio et al. 2013): the value of one computation with the derivative of another. It can be
     * differentiated once.
     *
     * @param value what is computed
     * @param path what is differentiated in its place, of the same shape and type
     */
    public static Value straightThrough(Value value, Value path) {
        return Value.of(new Op.StraightThrough(), value, path);
    }

    /** The same value as a constant to differentiation: every derivative through it is 0. */
    public static Value stopGradient(Value x) {
        return straightThrough(x, x.like(0));
    }

    /**
     * Uniform quantization and back, {@code (clamp(round(x / scale) + zero, qMin, qMax) - zero) * scale}, ties to even. Its
     * derivative with respect to x is straight through: 1 where the rounded value lies in [qMin, qMax], 0 outside; scale and zero
     * point are constants. Both broadcast to x: a scalar, or one an output channel (the last axis).
     */
    public static Value fakeQuantize(Value x, Value scale, Value zeroPoint, double qMin, double qMax) {
        if (!(qMin < qMax)) {
            throw new IllegalArgumentException("fake_quantize: expected qMin < qMax, got " + qMin + " and " + qMax);
        }
        Value s = scale.broadcast(x.shape());
        Value z = zeroPoint.broadcast(x.shape());
        Value least = x.like(qMin).subtract(z);
        Value most = x.like(qMax).subtract(z);
        Value ratio = x.divide(s);
        Value inside = ratio.round().atLeast(least).multiply(most.atLeast(ratio.round()));
        // Clamped before it is rounded: the bounds are whole numbers. By way of the zero point a level of -0 becomes 0.
        Value level = ratio.max(least).min(most).round().add(z).subtract(z);
        return straightThrough(level.multiply(s), x.multiply(inside));
    }

    /**
     * An array as a constant of the program: runs of equal elements, one after another. For small arrays, such as masks, grids and tables of
     * coefficients; data belong in an input.
     *
     * @throws IllegalArgumentException if it has more than {@value #MOST_RUNS} runs
     */
    public static Value constant(Tensor array) {
        List<Value> runs = new ArrayList<>();
        for (int from = 0, to = 0; from < array.size(); from = to) {
            while (to < array.size() && Double.compare(array.get(to), array.get(from)) == 0) {
                to++;
            }
            runs.add(Value.constant(array.get(from), array.dtype(), Shape.of(to - from)));
        }
        if (runs.size() > MOST_RUNS) {
            throw new IllegalArgumentException("constant: expected an array of at most " + MOST_RUNS
                    + " elements that differ from their neighbors, got " + runs.size()
                    + ": make it an input and bind it");
        }
        if (runs.size() <= 1) {
            return Value.constant(array.size() == 0 ? 0 : array.get(0), array.dtype(), array.shape());
        }
        return concat(0, runs).reshape(array.shape());
    }

    private static Shape rank4(String what, Value v) {
        if (v.shape().rank() != 4) {
            throw new ShapeMismatchException(what + " must have 4 axes, got " + v.shape());
        }
        return v.shape();
    }

    private static int[] leadingAxes(Value x) {
        int[] axes = new int[x.shape().rank() - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i;
        }
        return axes;
    }
}
