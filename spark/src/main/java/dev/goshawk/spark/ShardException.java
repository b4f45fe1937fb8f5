package dev.goshawk.spark;

/** A shard cannot be computed on an executor; the message is one line and reaches the driver as part of Spark's own. */
final class ShardException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ShardException(String message) {
        super(message);
    }

    ShardException(Throwable cause) {
        super(String.valueOf(cause.getMessage()).strip().replaceAll("\\s*\\R\\s*", " "), cause);
    }
}
