package dev.goshawk.cpu.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.cpu.kernel.ProductKernels;
import java.util.Optional;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Test;

class VectorWidthTest {
    @Test
    void everyWidthUpToTheProcessorsIsAllowed() {
        assertEquals(Optional.empty(), VectorWidth.unusableReason(null, 128));
        for (String bits : new String[] {"128", "256", "512"}) {
            assertEquals(Optional.empty(), VectorWidth.unusableReason(bits, 512));
        }
    }

    @Test
    void refusesWhatTheProcessorLacksAndWhatIsNoWidth() {
        assertEquals(
                "goshawk.vector.bits=512: this processor (or an option of the JVM) has vectors of at most 256 bits;"
                        + " set a smaller width or leave it out",
                VectorWidth.unusableReason("512", 256).orElseThrow());
        for (String wrong : new String[] {"", "64", "0256", "two", "-128"}) {
            assertEquals("goshawk.vector.bits: expected 128, 256 or 512, got '" + wrong + "'",
                    VectorWidth.unusableReason(wrong, 512).orElseThrow());
        }
    }

    @Test
    void sixteenRegistersAreTakenForAvx2Alone() {
        assertEquals(16, VectorWidth.registers("amd64", 256));
        assertEquals(16, VectorWidth.registers("x86_64", 256));
        assertEquals(32, VectorWidth.registers("amd64", 512));
        assertEquals(32, VectorWidth.registers("aarch64", 128));
        assertEquals(32, VectorWidth.registers("aarch64", 256));
    }

    /** What the executions of the build that set a width rely on. */
    @Test
    void theWidthAskedForIsTheOneComputedWith() {
        String set = System.getProperty(VectorWidth.PROPERTY);
        assertTrue(set == null || VectorWidth.unusableReason().isPresent()
                || Integer.parseInt(set) == 32 * ProductKernels.floatLanes());
        assertEquals(VectorSupport.F32_LANES, 2 * VectorSupport.F64_LANES);
        assertEquals(VectorSupport.F32_LANES, VectorSupport.I32.length());
    }

    /** Skipped with a line where the run without a width asked for does not have the widest vectors. */
    @Test
    void theDefaultRunHas512Bits() {
        assumeTrue(System.getProperty(VectorWidth.PROPERTY) == null, "a width was asked for");
        assumeTrue(VectorWidth.unusableReason("512", VectorShape.preferredShape().vectorBitSize()).isEmpty(),
                "this processor has no vectors of 512 bits: their kernels are not tested here");
        assertEquals(16, ProductKernels.floatLanes());
    }
}
