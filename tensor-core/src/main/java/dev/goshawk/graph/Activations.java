package dev.goshawk.graph;

import dev.goshawk.tensor.Shape;
import java.util.List;
import java.util.function.UnaryOperator;

/** Activation functions beyond those of {@link Value}, as compositions of ops that keep their digits where they saturate. */
public final class Activations {
    private Activations() {
    }

    /** x sigmoid(x), also called swish (Elfwing, Uchibe and Doya 2018). */
    public static Value silu(Value x) {
        return x.multiply(x.sigmoid());
    }

    /**
     * GELU (Hendrycks and Gimpel 2016), x times the probability that a normal number is below x: 0.5 x erfc(-x / sqrt(2)). With erf
     * in place of erfc all digits of the left tail would be lost.
     */
    public static Value gelu(Value x) {
        return x.scale(0.5).multiply(x.scale(-Math.sqrt(0.5)).erfc());
    }

    /**
     * The tanh form of GELU (Hendrycks and Gimpel 2016), 0.5 x (1 + tanh u) with u = sqrt(2 / pi) (x + 0.044715 x^3), written as x
     * sigmoid(2u): 1 + tanh u would lose all digits of the left tail. The cube's factor ends where the sigmoid is 0 or 1 and its slope 0 in
     * either type, so that no overflow meets that 0.
     */
    public static Value geluTanh(Value x) {
        Value square = x.square();
        Value inner = square.min(square.like(900)).scale(0.044715).add(1).multiply(x);
        return x.multiply(inner.scale(2 * Math.sqrt(2 / Math.PI)).sigmoid());
    }

    /**
     * Values brought into [low, high]; the derivative is 1 inside and at the bounds, 0 outside, as PyTorch has it.
     *
     * @throws IllegalArgumentException if low is above high or one is not a number
     */
    public static Value clamp(Value x, double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("clamp: expected low <= high, got " + low + " and " + high);
        }
        return x.max(x.like(low)).min(x.like(high));
    }

    /**
     * Probabilities along an axis, with one exponential an element. Where the largest element's probability is above one half, all are
     * written relative to its exponential, so that its distance from 1 is the sum of the others in every derivative, never a difference.
     *
     * @param axis negative counts from the end
     */
    public static Value softmax(Value x, int axis) {
        return alongLast("softmax", x, axis, Activations::softmaxOfRows);
    }

    private static Value softmaxOfRows(Value x) {
        int last = x.shape().rank() - 1;
        if (x.shape().size() == 0) {
            return x;
        }
        int[] dims = x.shape().dims();
        dims[last] = 1;
        Shape row = Shape.of(dims);
        Value max = Value.of(new Op.MaxOver(List.of(last)), x).reshape(row).broadcast(x.shape());
        Value exp = x.subtract(max).exp();
        Value largest = x.atLeast(max);
        Value top = exp.multiply(largest).sum(last).reshape(row);
        Value others = exp.multiply(largest.negate().add(1)).sum(last).reshape(row);
        // A row of two largest elements is not saturated, so that a saturated one has one to refer to, and top is 1 in value.
        Value saturated = top.add(others).atLeast(top.like(2)).negate().add(1);
        Value unsaturated = saturated.negate().add(1);
        Value relative = saturated.multiply(top).add(unsaturated).reciprocal();
        Value pivot = saturated.multiply(largest);
        Value sum = others.add(unsaturated.multiply(top)).multiply(relative).add(saturated);
        return exp.multiply(relative).multiply(pivot.negate().add(1)).add(pivot).divide(sum);
    }

    /**
     * {@link Functions#logSoftmax(Value)} along any axis.
     *
     * @param axis negative counts from the end
     */
    public static Value logSoftmax(Value x, int axis) {
        return alongLast("log_softmax", x, axis, Functions::logSoftmax);
    }

    private static Value alongLast(String what, Value x, int axis, UnaryOperator<Value> function) {
        int rank = x.shape().rank();
        int at = Indexing.axis(what, x, axis);
        if (at == rank - 1) {
            return function.apply(x);
        }
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i == at ? rank - 1 : i == rank - 1 ? at : i;
        }
        return function.apply(x.permute(order)).permute(order);
    }
}
