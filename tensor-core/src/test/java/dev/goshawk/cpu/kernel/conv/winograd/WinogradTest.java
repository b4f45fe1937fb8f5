package dev.goshawk.cpu.kernel.conv.winograd;

import static dev.goshawk.cpu.kernel.conv.direct.DirectConvTest.geometry;
import static dev.goshawk.cpu.kernel.conv.direct.DirectConvTest.square;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.cpu.kernel.ProductKernels;
import dev.goshawk.cpu.kernel.conv.ConvCheck;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.conv.direct.DirectConv;
import dev.goshawk.cpu.kernel.conv.direct.DirectSweep;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every role against a plain float64 loop: shapes of networks, odd numbers of rows, images of a pixel, uneven padding. */
class WinogradTest {
    private static final double TOLERANCE = 2e-6;

    private static final List<ConvGeometry> GEOMETRIES = List.of(
            square(2, 32, 32, 16, 16, 3, 1, 1),
            square(3, 16, 16, 32, 32, 3, 1, 1),
            square(9, 8, 8, 64, 64, 3, 1, 1),
            square(1, 7, 13, 16, 16, 3, 1, 1),
            square(11, 5, 3, 48, 16, 3, 1, 1),
            square(70, 3, 2, 16, 16, 3, 1, 1),
            square(2, 14, 14, 32, 48, 3, 1, 1),
            square(3, 7, 7, 128, 128, 3, 1, 1),
            square(1, 1, 1, 16, 16, 3, 1, 1),
            square(2, 2, 9, 32, 16, 3, 1, 1),
            square(1, 4, 4, 16, 16, 3, 1, 0),
            geometry(2, 8, 8, 32, 32, 3, 1, 1, 1, 1, 0, 1, 0),
            geometry(1, 12, 10, 16, 16, 3, 3, 1, 1, 0, 2, 1, 0),
            geometry(1, 12, 10, 16, 16, 3, 3, 1, 1, 2, 0, 0, 1),
            geometry(1, 9, 12, 16, 32, 3, 3, 1, 1, 2, 0, 2, 2),
            geometry(3, 5, 1, 16, 16, 3, 5, 1, 1, 1, 2, 1, 2),
            geometry(2, 4, 2, 32, 16, 3, 7, 1, 1, 1, 3, 1, 3),
            geometry(2, 4, 1, 16, 32, 3, 3, 1, 1, 1, 2, 1, 0),
            geometry(2, 6, 300, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1));

    private final ConvCheck check = new ConvCheck(Winograd::of, TOLERANCE);

    static Stream<Arguments> cases() {
        return GEOMETRIES.stream().flatMap(g -> Arrays.stream(ConvRole.values()).map(role -> Arguments.of(role, g)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFloat64(ConvRole role, ConvGeometry g) {
        assumeTrue(Winograd.supports(role, g), "no kernel here");
        check.agreesWithFloat64(role, g);
    }

    @Test
    void realThreadsChangeNoBit() {
        ConvGeometry g = square(40, 8, 8, 32, 16, 3, 1, 1);
        check.realThreadsChangeNoBit(g);
    }

    @Test
    void leavesOtherShapesToOtherKernels() {
        ConvGeometry grouped = new ConvGeometry(1, 8, 8, 32, 32, 3, 3, 1, 1, 1, 1, 1, 1, 2);
        ConvGeometry strided = square(1, 8, 8, 16, 16, 3, 2, 1);
        ConvGeometry oddChannels = square(1, 8, 8, 24, 16, 3, 1, 1);
        ConvGeometry fiveRows = square(1, 8, 8, 16, 16, 5, 1, 2);
        ConvGeometry deep = square(1, 8, 8, 256, 256, 3, 1, 1);
        ConvGeometry wide = geometry(1, 3, 1 << 18, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1);
        ConvGeometry farPadding = square(1, 6, 6, 16, 16, 3, 1, 3);
        for (ConvRole role : ConvRole.values()) {
            for (ConvGeometry g : List.of(grouped, strided, oddChannels, fiveRows, deep, farPadding, wide)) {
                assertFalse(Winograd.supports(role, g), role + " " + g);
                Exception refusal = assertThrows(IllegalArgumentException.class, () -> Winograd.of(role, g));
                assertTrue(refusal.getMessage().startsWith("winograd: no kernel for " + role));
            }
        }
    }

    @Test
    void refusesFewerThanOneThread() {
        ConvGeometry g = square(1, 8, 8, 16, 16, 3, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            ConvKernel kernel = Winograd.of(role, g);
            Exception refusal = assertThrows(IllegalArgumentException.class, () -> kernel.scratchFloats(0));
            assertEquals("winograd: at least 1 thread expected, got 0", refusal.getMessage());
        }
    }

    @Test
    void theCallerMaySayNo() {
        ConvGeometry g = square(1, 8, 8, 16, 16, 3, 1, 1);
        assertInstanceOf(WinogradConv.class, ProductKernels.conv(ConvRole.OUTPUT, g));
        assertInstanceOf(WinogradFilterGrad.class, ProductKernels.conv(ConvRole.WEIGHT_GRAD, g));
        try {
            System.setProperty(Winograd.PROPERTY, "false");
            assertInstanceOf(DirectSweep.class, ProductKernels.conv(ConvRole.OUTPUT, g));
            assertEquals(DirectSweep.class.getPackage(),
                    ProductKernels.conv(ConvRole.WEIGHT_GRAD, g).getClass().getPackage());
            System.setProperty(Winograd.PROPERTY, "no");
            Exception refusal = assertThrows(IllegalArgumentException.class,
                    () -> ProductKernels.conv(ConvRole.OUTPUT, g));
            assertEquals("goshawk.winograd: expected true or false, got 'no'", refusal.getMessage());
        } finally {
            System.clearProperty(Winograd.PROPERTY);
        }
    }

    /**
     * Its errors beside those of the sum itself, as shares of the result's root mean square: what docs/adr/0010-winograd-rows.md says.
     */
    @Test
    void errsLittleMoreThanTheSumItself() {
        ConvGeometry g = square(8, 8, 8, 64, 64, 3, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            double winograd = check.relativeError(role, g);
            double direct = new ConvCheck(DirectConv::of, TOLERANCE).relativeError(role, g);
            assertTrue(winograd < 6e-7, role + ": " + winograd);
            assertTrue(winograd < (role == ConvRole.WEIGHT_GRAD ? 4 : 1.5) * direct,
                    role + ": " + winograd + " beside " + direct);
        }
    }
}
