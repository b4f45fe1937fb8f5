package dev.goshawk.backend;

import java.util.Optional;

/** The oldest JDK that computes right. */
public final class JavaFloor {
    private static final Runtime.Version OLDEST = Runtime.Version.parse("25.0.3");

    private JavaFloor() {
    }

    /** Why this JDK cannot be used, in one line; empty if it can. */
    public static Optional<String> tooOld() {
        return tooOld(Runtime.version());
    }

    static Optional<String> tooOld(Runtime.Version version) {
        return version.compareTo(OLDEST) < 0
                ? Optional.of("JDK " + version + " is older than " + OLDEST + ", which corrupts pinned arrays")
                : Optional.empty();
    }
}
