package dev.goshawk.tensor;

/** Shapes that do not fit; the message names the operation, prints the shapes and the arithmetic that failed. */
public final class ShapeMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public ShapeMismatchException(String message) {
        super(message);
    }
}
