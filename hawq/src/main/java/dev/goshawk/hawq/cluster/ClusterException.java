package dev.goshawk.hawq.cluster;

/** A cluster cannot be had, or a computation on it failed for good; the message is one line. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A failure. */
    public ClusterException(String message) {
        super(message);
    }

    /** A failure and what led to it. */
    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
