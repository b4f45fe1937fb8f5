package dev.goshawk.cuda;

import dev.goshawk.autodiff.BackendAgreement;
import dev.goshawk.autodiff.Compositions;
import dev.goshawk.autodiff.OpSample;
import dev.goshawk.autodiff.OpSamples;
import dev.goshawk.tensor.DType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole op table, with gradients and second derivatives, through the lowering, the generated PTX and the shipped kernels. */
class OpTableOnEmulatedDeviceTest {
    private static CudaBackend backend;

    @BeforeAll
    static void start() {
        backend = EmulatedBackend.backend();
    }

    static Stream<OpSample> rows() {
        return Stream.concat(OpSamples.all().stream(), OpSamples.awkward().stream());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreesWithTheInterpreterInFloat32(OpSample sample) {
        BackendAgreement.check(backend, sample, DType.FLOAT32);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreesWithTheInterpreterInFloat64(OpSample sample) {
        BackendAgreement.check(backend, sample, DType.FLOAT64);
    }

    static List<OpSample> special() {
        return OpSamples.special();
    }

    @ParameterizedTest
    @MethodSource("special")
    void agreesOnSpecialValues(OpSample row) {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            BackendAgreement.check(backend, row.name(), inputs -> row.trace(dtype, inputs), row.operands(), 0, dtype);
        }
    }

    static Stream<Compositions.Row> compositions() {
        return Stream.concat(Compositions.all().stream(), Compositions.awkward().stream());
    }

    @ParameterizedTest
    @MethodSource("compositions")
    void agreesOnCompositions(Compositions.Row row) {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            BackendAgreement.check(backend, row.name(), row.function(), row.at(), 2, dtype);
        }
    }
}
