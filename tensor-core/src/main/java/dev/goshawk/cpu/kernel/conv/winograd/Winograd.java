package dev.goshawk.cpu.kernel.conv.winograd;

import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;

/**
 * Convolutions by Winograd's minimal filtering F(2, 3), applied to rows only: two thirds of the multiplications of the sum itself. Float32;
 * rounding is that of the sum, or a few times it for a filter's gradient (docs/adr/0010-winograd-rows.md has figures). The caller may say
 * no with the system property {@code goshawk.winograd=false}.
 */
public final class Winograd {
    /** The system property: true, the default, or false. */
    public static final String PROPERTY = "goshawk.winograd";

    /** Channels on the narrower side up to which it is faster than a packed product. */
    private static final int MOST_CHANNELS = 128;

    private Winograd() {
    }

    /**
     * What the property says now; it is asked when a graph is compiled.
     *
     * @throws IllegalArgumentException if it is neither true nor false
     */
    public static boolean allowed() {
        String set = System.getProperty(PROPERTY, "true");
        return switch (set) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(PROPERTY + ": expected true or false, got '" + set + "'");
        };
    }

    /** Whether {@link #of} has a kernel for this role and geometry, faster than the others. */
    public static boolean supports(ConvRole role, ConvGeometry g) {
        return Math.min(g.inChannels(), g.outChannels()) <= MOST_CHANNELS
                && (role == ConvRole.WEIGHT_GRAD ? WinogradFilterGrad.supports(g) : WinogradRows.supports(g));
    }

    /**
     * The kernel of a supported role and geometry.
     *
     * @throws IllegalArgumentException where {@link #supports} is false
     */
    public static ConvKernel of(ConvRole role, ConvGeometry g) {
        if (!supports(role, g)) {
            throw new IllegalArgumentException("winograd: no kernel for " + role + " at " + g);
        }
        return role == ConvRole.WEIGHT_GRAD ? new WinogradFilterGrad(g) : new WinogradConv(role, g);
    }
}
