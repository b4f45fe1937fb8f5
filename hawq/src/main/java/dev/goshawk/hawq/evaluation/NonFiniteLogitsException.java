package dev.goshawk.hawq.evaluation;

/** A network's output that is NaN or infinite; the message names the image. */
public final class NonFiniteLogitsException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    public NonFiniteLogitsException(String message) {
        super(message);
    }
}
