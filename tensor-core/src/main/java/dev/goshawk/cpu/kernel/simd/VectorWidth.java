package dev.goshawk.cpu.kernel.simd;

import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.VectorShape;
import org.jspecify.annotations.Nullable;

/** The width of the kernels' vectors: what the system property {@value #PROPERTY} asks for, else what the processor prefers. */
public final class VectorWidth {
    /** The system property: 128, 256 or 512. */
    public static final String PROPERTY = "goshawk.vector.bits";

    private static final List<String> WIDTHS = List.of("128", "256", "512");

    private VectorWidth() {
    }

    /** Why the width asked for cannot be had, if it cannot. */
    public static Optional<String> unusableReason() {
        return unusableReason(System.getProperty(PROPERTY), VectorShape.preferredShape().vectorBitSize());
    }

    /**
     * Vector registers to fill with a tile's sums and operands. An x86 processor with vectors of 256 bits has 16; with 512 it has 32, and the
     * others whose vectors are narrower (ARM) have 32 as well.
     *
     * @param architecture as system property {@code os.arch} names it
     */
    static int registers(String architecture, int bits) {
        return bits == 256 && List.of("amd64", "x86_64").contains(architecture) ? 16 : 32;
    }

    static Optional<String> unusableReason(@Nullable String set, int widest) {
        if (set == null) {
            return Optional.empty();
        }
        if (!WIDTHS.contains(set)) {
            return Optional.of(PROPERTY + ": expected 128, 256 or 512, got '" + set + "'");
        }
        return Integer.parseInt(set) <= widest
                ? Optional.empty()
                : Optional
                        .of(PROPERTY + "=" + set + ": this processor (or an option of the JVM) has vectors of at most "
                                + widest + " bits; set a smaller width or leave it out");
    }

    /** Never fails, for use by class initializers; {@link #unusableReason()} tells of a wrong setting. */
    static VectorShape shape() {
        String set = System.getProperty(PROPERTY);
        return set == null || unusableReason().isPresent()
                ? VectorShape.preferredShape()
                : VectorShape.forBitSize(Integer.parseInt(set));
    }
}
