package dev.goshawk.cuda.lower;

/** Where a value lies on the device: fixed for planned memory, set by binding for inputs. Read when work is queued. */
@FunctionalInterface
public interface Address {
    /** The first element's address. */
    long get();

    /** An address so many bytes on. */
    default Address plus(long bytes) {
        return () -> get() + bytes;
    }
}
