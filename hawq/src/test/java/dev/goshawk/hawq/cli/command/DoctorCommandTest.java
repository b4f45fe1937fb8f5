package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.CliRun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.tensor.DType;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
    @Test
    void saysWhatItRunsOnAndThatItIsRight() {
        CliRun run = CliRun.of("doctor", "--threads", "1");
        assertEquals(0, run.exitCode(), run.out());
        String chosen = Backends.defaultBackend().name();
        assertTrue(run.out().contains("backend *  " + chosen + ": chosen, the first usable one"), run.out());
        assertTrue(run.out().contains("reference: "), run.out());
        assertTrue(run.out().contains("java       " + Runtime.version()), run.out());
        assertFalse(run.out().contains("WRONG"), run.out());
        assertTrue(run.out().lines().filter(l -> l.startsWith("correct")).count() >= 1, run.out());
        assertTrue(run.out().lines().anyMatch(l -> l.matches("speed +convolution .*: [0-9.]+ GFLOP/s")), run.out());
    }

    @Test
    void aDeviationBeyondRoundingIsNotWithin() {
        assertTrue(new KernelCheck.Deviation("convolution", DType.FLOAT32, 1e-5, 1e-5).within());
        assertFalse(new KernelCheck.Deviation("convolution", DType.FLOAT32, 1.1e-5, 1e-5).within());
        assertFalse(new KernelCheck.Deviation("convolution", DType.FLOAT32, Double.NaN, 1e-5).within());
    }

    @Test
    void badOptionsAreOneLineBeforeAnythingIsPrinted() {
        assertEquals("goshawk: --threads: expected at least 1, got 0 (see goshawk doctor --help)",
                CliRun.failure("doctor", "--threads", "0"));
    }
}
