package dev.goshawk.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.random.Agreement;
import dev.goshawk.random.Arithmetic;
import dev.goshawk.random.ErrorBound;
import dev.goshawk.random.Program;
import dev.goshawk.random.RandomGraph;
import dev.goshawk.random.RandomGraph.Kind;
import dev.goshawk.random.RandomNetwork;
import dev.goshawk.random.RandomRun;
import dev.goshawk.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Random graphs on the emulated device, in both types, within the error bounds of the float64 reference. */
class RandomEmulatedDeviceTest {
    private static final String NAME = RandomEmulatedDeviceTest.class.getSimpleName();

    private final Agreement agreement = new Agreement();
    private final CudaBackend backend = EmulatedBackend.backend();

    @AfterEach
    void mostCouldBeCompared() {
        assertTrue(agreement.share() > 0.7, () -> "compared only " + agreement.share());
    }

    @Test
    void graphsOfModerateValues() {
        RandomRun.hold(NAME + " moderate", 1, 6, seed -> RandomGraph.of(seed, Kind.MODERATE), this::check);
    }

    @Test
    void graphsOfExtremeValues() {
        RandomRun.hold(NAME + " extreme", 1, 6, seed -> RandomGraph.of(seed, Kind.EXTREME), this::check);
    }

    @Test
    void networks() {
        RandomRun.hold(NAME + " networks", 1, 3, seed -> RandomNetwork.of(seed, seed % 2 == 0, new int[] {0, 1}),
                this::check);
    }

    private void check(Program p) {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            Program.Traced t = p.trace(dtype);
            agreement.within("emulated " + dtype, backend.compile(t.graph()), t.graph(), t.bindings(),
                    ErrorBound.of(t.graph(), t.bindings(), Arithmetic.of(dtype)));
        }
    }
}
