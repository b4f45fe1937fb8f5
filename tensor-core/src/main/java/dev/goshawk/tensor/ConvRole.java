package dev.goshawk.tensor;

/**
 * The three roles of the trilinear form T(x, w, g) = sum y(x, w) * g of a convolution: each is the gradient of T by the operand
 * it leaves out, and each one's derivatives are the other two.
 */
public enum ConvRole {
    /** (input, filter) to output: the convolution itself. */
    OUTPUT,
    /** (filter, output gradient) to input gradient. */
    INPUT_GRAD,
    /** (input, output gradient) to filter gradient. */
    WEIGHT_GRAD
}
