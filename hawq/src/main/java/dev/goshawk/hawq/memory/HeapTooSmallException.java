package dev.goshawk.hawq.memory;

/** A computation whose planned memory the heap does not have; nothing was taken. The message is one line. */
public final class HeapTooSmallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HeapTooSmallException(String message) {
        super(message);
    }
}
