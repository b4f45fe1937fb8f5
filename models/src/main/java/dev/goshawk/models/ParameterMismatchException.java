package dev.goshawk.models;

/** Weights that are not those of the network: the message is one line naming everything that differs. */
public final class ParameterMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ParameterMismatchException(String message) {
        super(message);
    }
}
