package dev.goshawk.hawq.curvature;

/** A loss or gradient that is NaN or infinite, so that there is no curvature to speak of; the message says where. */
public final class NonFiniteLossException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    public NonFiniteLossException(String message) {
        super(message);
    }
}
