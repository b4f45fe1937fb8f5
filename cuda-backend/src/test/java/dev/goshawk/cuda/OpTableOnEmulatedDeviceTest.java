package dev.goshawk.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.autodiff.BackendAgreement;
import dev.goshawk.autodiff.composition.Compositions;
import dev.goshawk.autodiff.OpSample;
import dev.goshawk.autodiff.OpSamples;
import dev.goshawk.cuda.lower.Precision;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole op table, with gradients and second derivatives, through the lowering, the generated PTX and the shipped kernels. */
class OpTableOnEmulatedDeviceTest {
    private static CudaBackend backend;
    private static CudaBackend tensorCores;

    @BeforeAll
    static void start() {
        backend = EmulatedBackend.backend();
        tensorCores = new CudaBackend(EmulatedBackend.device(), "f32x3");
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

    static Stream<OpSample> convolutions() {
        return rows().filter(s -> s.op() instanceof Op.Conv);
    }

    /** On tensor cores, where channels come in fours; other sizes take the plain kernels. */
    @ParameterizedTest
    @MethodSource("convolutions")
    void agreesOnTensorCoresToFloat32(OpSample row) {
        BackendAgreement.check(tensorCores, row, DType.FLOAT32);
    }

    @Test
    void precisionIsCheckedAgainstTheGpu() {
        assertEquals("goshawk.cuda.precision=tf32: needs a GPU of compute capability 8.0 or newer, this one has 7.5",
                assertThrows(IllegalArgumentException.class, () -> Precision.chosen("tf32", 75)).getMessage());
        assertEquals("goshawk.cuda.precision: expected one of [fp32, f32x3, tf32], got 'half'",
                assertThrows(IllegalArgumentException.class, () -> Precision.chosen("half", 90)).getMessage());
        assertEquals(Precision.FP32, Precision.chosen("fp32", 70));
    }
}
