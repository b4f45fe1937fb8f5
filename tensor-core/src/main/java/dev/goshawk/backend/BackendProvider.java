package dev.goshawk.backend;

import java.util.Optional;

/** Offers a backend; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The name by which users select it, such as {@code vector}. */
    String name();

    /** The usable provider with the highest priority is chosen if none is selected by name. */
    int priority();

    /** Whether a setting of this backend alone was made, so that computing with another one would not be what was asked for. */
    default boolean isAskedFor() {
        return false;
    }

    /** Whether most machines lack it, so that its absence is not worth a warning. */
    default boolean isOptional() {
        return false;
    }

    /** Why it cannot be used here, in one line that says what would help; empty if it can. */
    Optional<String> unusableReason();

    /** JVM options that are missing and would make it faster, in one line; empty if there are none. */
    default Optional<String> advice() {
        return Optional.empty();
    }

    /** The backend, working with the given threads. */
    Backend create(Workers workers);
}
