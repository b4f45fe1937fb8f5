package dev.goshawk.models;

/** Weights that are not those of the network. The message is one line naming what is missing, unexpected or misshapen. */
public final class ParameterMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ParameterMismatchException(String message) {
        super(message);
    }
}
