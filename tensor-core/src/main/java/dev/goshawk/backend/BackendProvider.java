package dev.goshawk.backend;

import java.util.Optional;

/** Offers a backend; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The name users force it by, such as {@code vector}. */
    String name();

    /** The usable provider with the highest priority is chosen where none is forced. */
    int priority();

    /** Whether most machines are without it, so that its absence is no news. */
    default boolean isOptional() {
        return false;
    }

    /** Why it cannot be used here, in one line that says what would help; empty if it can be. */
    Optional<String> unusableReason();

    /** What the JVM was not told and would make it faster, in one line; empty for nothing. */
    default Optional<String> advice() {
        return Optional.empty();
    }

    /** The backend, working with the given threads. */
    Backend create(Workers workers);
}
