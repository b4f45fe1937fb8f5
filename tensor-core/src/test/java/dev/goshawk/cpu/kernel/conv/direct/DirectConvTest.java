package dev.goshawk.cpu.kernel.conv.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.cpu.kernel.conv.ConvCheck;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every role against a plain float64 loop, at the shapes of residual networks and at awkward ones. */
public class DirectConvTest {
    /**
     * Error allowed as a share of the sum of |a*b| that went into an element: a few float32 roundings of partial sums.
     */
    private static final double TOLERANCE = 2e-6;

    private final ConvCheck check = new ConvCheck(DirectConv::of, TOLERANCE);

    public static ConvGeometry geometry(int batch, int height, int width, int in, int out, int kh, int kw, int sh,
            int sw,
            int top, int left, int bottom, int right) {
        return new ConvGeometry(batch, height, width, in, out, kh, kw, sh, sw, top, left, bottom, right, 1);
    }

    public static ConvGeometry square(int batch, int height, int width, int in, int out, int kernel, int stride,
            int pad) {
        return geometry(batch, height, width, in, out, kernel, kernel, stride, stride, pad, pad, pad, pad);
    }

    static final List<ConvGeometry> GEOMETRIES = List.of(
            square(2, 32, 32, 16, 16, 3, 1, 1),
            square(3, 16, 16, 32, 32, 3, 1, 1),
            square(2, 8, 8, 64, 64, 3, 1, 1),
            square(2, 32, 32, 16, 32, 3, 2, 1),
            square(2, 16, 16, 32, 64, 3, 2, 1),
            square(2, 32, 32, 3, 16, 3, 1, 1),
            square(1, 7, 13, 16, 16, 3, 1, 1),
            square(1, 9, 11, 16, 48, 3, 2, 1),
            square(11, 5, 3, 48, 16, 3, 1, 1),
            square(70, 3, 2, 16, 16, 3, 1, 1),
            square(2, 15, 17, 3, 32, 7, 2, 3),
            square(1, 10, 10, 1, 16, 3, 2, 0),
            square(2, 9, 9, 15, 16, 1, 1, 0),
            square(2, 7, 9, 32, 48, 1, 1, 0),
            square(2, 7, 9, 16, 32, 1, 2, 0),
            square(2, 14, 14, 32, 32, 3, 1, 1),
            square(1, 14, 14, 16, 32, 1, 2, 0),
            square(3, 2, 2, 256, 512, 3, 1, 1),
            square(1, 10, 8, 16, 16, 2, 3, 0),
            square(1, 11, 12, 32, 16, 5, 1, 2),
            square(1, 12, 11, 16, 32, 5, 3, 2),
            square(1, 1, 1, 16, 16, 3, 1, 1),
            square(1, 4, 4, 16, 16, 3, 1, 0),
            square(1, 6, 6, 16, 16, 3, 1, 3),
            geometry(2, 17, 17, 16, 32, 1, 7, 1, 1, 0, 3, 0, 3),
            geometry(2, 17, 17, 32, 16, 7, 1, 1, 1, 3, 0, 3, 0),
            geometry(2, 8, 8, 16, 16, 1, 3, 1, 1, 0, 1, 0, 1),
            geometry(2, 8, 8, 32, 32, 3, 1, 1, 1, 1, 0, 1, 0),
            geometry(1, 12, 10, 16, 16, 3, 3, 1, 1, 0, 2, 1, 0),
            geometry(1, 12, 10, 16, 16, 3, 3, 1, 2, 2, 0, 0, 1),
            geometry(1, 9, 14, 16, 32, 3, 3, 2, 1, 1, 0, 0, 2),
            geometry(1, 10, 13, 3, 16, 3, 5, 2, 3, 0, 4, 2, 1),
            geometry(1, 5, 5, 16, 16, 2, 4, 4, 2, 1, 3, 0, 0),
            geometry(3, 5, 1, 16, 16, 3, 5, 1, 1, 1, 2, 1, 2),
            geometry(2, 4, 2, 32, 16, 3, 7, 1, 1, 1, 3, 1, 3),
            geometry(2, 4, 1, 16, 32, 3, 3, 1, 1, 1, 2, 1, 0),
            geometry(2, 4, 1, 16, 16, 3, 3, 1, 1, 0, 0, 2, 2));

    static Stream<Arguments> cases() {
        return GEOMETRIES.stream().flatMap(g -> Arrays.stream(ConvRole.values()).map(role -> Arguments.of(role, g)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFloat64(ConvRole role, ConvGeometry g) {
        assumeTrue(DirectConv.supports(role, g), "no direct kernel here");
        check.agreesWithFloat64(role, g);
    }

    @Test
    void realThreadsChangeNoBit() {
        ConvGeometry g = square(40, 8, 8, 32, 32, 3, 1, 1);
        check.realThreadsChangeNoBit(g);
    }

    @Test
    void leavesOtherShapesToTheFallback() {
        ConvGeometry grouped = new ConvGeometry(1, 8, 8, 32, 32, 3, 3, 1, 1, 1, 1, 1, 1, 2);
        ConvGeometry oddChannels = square(1, 8, 8, 24, 16, 3, 1, 1);
        ConvGeometry pointwise = square(1, 8, 8, 64, 64, 1, 1, 0);
        ConvGeometry oddFilters = square(1, 8, 8, 16, 24, 3, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            for (ConvGeometry g : List.of(grouped, oddChannels, oddFilters, pointwise)) {
                assertFalse(DirectConv.supports(role, g), role + " " + g);
                Exception refusal = assertThrows(IllegalArgumentException.class, () -> DirectConv.of(role, g));
                assertTrue(refusal.getMessage().startsWith("direct convolution: no kernel for " + role));
            }
        }
        assertFalse(DirectConv.supports(ConvRole.INPUT_GRAD, square(1, 8, 8, 3, 16, 3, 1, 1)));
    }

    @Test
    void refusesFewerThanOneThread() {
        ConvGeometry g = square(1, 8, 8, 16, 16, 3, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            ConvKernel kernel = DirectConv.of(role, g);
            Exception refusal = assertThrows(IllegalArgumentException.class, () -> kernel.scratchFloats(0));
            assertEquals("direct convolution: at least 1 thread expected, got 0", refusal.getMessage());
        }
    }
}
