package dev.goshawk.autodiff;

/** A derivative was asked of an op that has none; the message names the op and says why. */
public final class NotDifferentiableException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    NotDifferentiableException(String message) {
        super(message);
    }
}
