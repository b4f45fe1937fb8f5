package dev.goshawk.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Backends;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each way in which a machine has no usable GPU, told in one line. */
class DriverProbeTest {
    /** A driver that answers as told; attributes are the compute capability. */
    private record Answers(int init, int version, int devices, int major) implements DriverCalls {
        @Override
        public int attribute(int attribute) {
            return attribute == 75 ? major : 2;
        }
    }

    private static String reason(int init, int version, int devices, int major) {
        return DriverProbe.usable(new Answers(init, version, devices, major)).orElseThrow();
    }

    @Test
    void aGoodDriverIsUsable() {
        assertEquals(Optional.empty(), DriverProbe.usable(new Answers(0, 12_060, 1, 7)));
        assertEquals(Optional.empty(), DriverProbe.usable(new Answers(0, 13_000, 8, 12)));
    }

    @Test
    void saysWhatIsWrong() {
        assertEquals("the NVIDIA driver finds no device", reason(100, 0, 0, 0));
        assertTrue(reason(999, 0, 0, 0).startsWith("the NVIDIA driver does not start (cuInit returns 999)"));
        assertEquals("the NVIDIA driver is too old: it supports CUDA 11.4, needed is 12.0 (driver 525 or newer)",
                reason(0, 11_040, 1, 8));
        assertTrue(reason(0, 12_060, 0, 0).startsWith("the NVIDIA driver finds no device (CUDA_VISIBLE_DEVICES="));
        assertEquals("the GPU is too old: compute capability 6.2, needed is 7.0 (Volta) or newer",
                reason(0, 12_060, 1, 6));
        assertEquals("it is there for Linux on x86-64, this is Mac OS X on aarch64",
                DriverProbe.platform("Mac OS X", "aarch64").orElseThrow());
    }

    /** Whatever this machine has: probing ends in one line or in a usable device, and never throws. */
    @Test
    void probingThisMachineNeverThrows() {
        BackendProvider cuda = Backends.providers().stream().filter(p -> p.name().equals("cuda")).findFirst()
                .orElseThrow();
        cuda.unusableReason().ifPresent(reason -> assertEquals(1, reason.lines().count(), reason));
    }
}
