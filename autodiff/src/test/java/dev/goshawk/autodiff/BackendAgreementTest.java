package dev.goshawk.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.goshawk.autodiff.composition.Compositions;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every usable backend against the interpreter on the whole op test table, in both types. */
class BackendAgreementTest {
    private static final Workers WORKERS = ThreadPool.ofThreads(2);

    static Stream<OpSample> rows() {
        return Stream.concat(OpSamples.all().stream(), OpSamples.awkward().stream());
    }

    private static List<Backend> usable() {
        List<Backend> backends = new ArrayList<>();
        for (BackendProvider p : Backends.providers()) {
            if (!p.name().equals("reference") && p.unusableReason().isEmpty()) {
                backends.add(p.create(WORKERS));
            }
        }
        assertFalse(backends.isEmpty(), "only the reference is usable: nothing would be compared");
        return backends;
    }

    /** Without it the reference would be compared with itself. */
    @Test
    void theVectorBackendIsUsable() {
        BackendProvider vector = Backends.providers().stream().filter(p -> p.name().equals("vector")).findFirst()
                .orElseThrow(() -> new AssertionError("no vector backend on the class path"));
        assertEquals(Optional.empty(), vector.unusableReason());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreesWithTheInterpreterInFloat32(OpSample sample) {
        usable().forEach(backend -> BackendAgreement.check(backend, sample, DType.FLOAT32));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreesWithTheInterpreterInFloat64(OpSample sample) {
        usable().forEach(backend -> BackendAgreement.check(backend, sample, DType.FLOAT64));
    }

    static List<OpSample> special() {
        return OpSamples.special();
    }

    @ParameterizedTest
    @MethodSource("special")
    void agreesOnSpecialValues(OpSample row) {
        for (Backend backend : usable()) {
            for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                BackendAgreement.check(backend, row.name(), inputs -> row.trace(dtype, inputs), row.operands(), 0,
                        dtype);
            }
        }
    }

    static Stream<Compositions.Row> compositions() {
        return Stream.of(Compositions.all(), Compositions.awkward(), Compositions.batches()).flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("compositions")
    void agreesOnCompositions(Compositions.Row row) {
        for (Backend backend : usable()) {
            for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                BackendAgreement.check(backend, row.name(), row.function(), row.at(), 2, dtype);
            }
        }
    }
}
