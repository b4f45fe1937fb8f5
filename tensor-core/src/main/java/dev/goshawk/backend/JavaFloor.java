package dev.goshawk.backend;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The oldest JDK that computes right. */
public final class JavaFloor {
    private static final String RESOURCE = "jdk.least";

    private JavaFloor() {
    }

    /** The version that pom.xml names. */
    static Runtime.Version oldest() {
        try (InputStream in = JavaFloor.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException(RESOURCE + " of dev.goshawk.backend is missing from the class path");
            }
            return Runtime.Version.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Why this JDK cannot be used, in one line; empty if it can. */
    public static Optional<String> tooOld() {
        return tooOld(Runtime.version());
    }

    static Optional<String> tooOld(Runtime.Version version) {
        Runtime.Version oldest = oldest();
        return version.compareTo(oldest) < 0
                ? Optional.of("JDK " + version + " is older than " + oldest + ", which corrupts pinned arrays")
                : Optional.empty();
    }
}
