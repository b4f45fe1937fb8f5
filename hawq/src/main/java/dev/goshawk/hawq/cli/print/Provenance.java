package dev.goshawk.hawq.cli.print;

import dev.goshawk.backend.Backend;
import dev.goshawk.tensor.DType;

/** What a number came from, in a few words. */
public final class Provenance {
    private Provenance() {
    }

    /** Such as {@code float64, vector: 16 float32 lanes (512 bits), 2 threads, JDK 25.0.3, goshawk 1.0}. */
    public static String of(Backend backend, DType dtype) {
        return dtype + ", " + backend.description() + ", JDK " + Runtime.version() + ", goshawk " + Version.project();
    }
}
