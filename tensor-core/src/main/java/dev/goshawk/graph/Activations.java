package dev.goshawk.graph;

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
     * Probabilities along an axis: exp of {@link #logSoftmax(Value, int)}.
     *
     * @param axis negative counts from the end
     */
    public static Value softmax(Value x, int axis) {
        return logSoftmax(x, axis).exp();
    }

    /**
     * {@link Functions#logSoftmax(Value)} along any axis.
     *
     * @param axis negative counts from the end
     */
    public static Value logSoftmax(Value x, int axis) {
        int rank = x.shape().rank();
        int at = Indexing.axis("log_softmax", x, axis);
        if (at == rank - 1) {
            return Functions.logSoftmax(x);
        }
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i == at ? rank - 1 : i == rank - 1 ? at : i;
        }
        return Functions.logSoftmax(x.permute(order)).permute(order);
    }
}
