package dev.goshawk.benchmarks.compare;

/** What keeps a comparison from being made, in one line. */
final class CompareException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CompareException(String message) {
        super(message);
    }

    CompareException(String message, Throwable cause) {
        super(message, cause);
    }
}
