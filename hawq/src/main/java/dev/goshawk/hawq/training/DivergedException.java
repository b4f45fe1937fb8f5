package dev.goshawk.hawq.training;

/** A training whose loss or logits became NaN or infinite; the message says where, and with which learning rate. */
public final class DivergedException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    public DivergedException(String message) {
        super(message);
    }

    public DivergedException(String message, Throwable cause) {
        super(message);
        initCause(cause);
    }
}
