package dev.goshawk.weights;

/** Told how much of a weight file has been read, for a progress bar. Called on the reading thread. */
@FunctionalInterface
public interface ReadProgress {
    /** Does nothing. */
    ReadProgress NONE = (_, _) -> {
    };

    /** {@code bytes} of the file's {@code total} bytes have been turned to tensors; grows from call to call. */
    void read(long bytes, long total);
}
