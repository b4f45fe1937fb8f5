package dev.goshawk.hawq.perturbation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.TinyNetwork;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActivationCurvatureTest {
    private static final List<BitWidth> WIDTHS = List.of(BitWidth.B2, BitWidth.B4, BitWidth.B8);
    private final Backend backend = Backends.defaultBackend();

    private List<SiteCurvature> measure(LossProblem problem, int batch, int draws) {
        return ActivationCurvature.of(problem, batch, false, UniformQuantizer.standard(), WIDTHS, draws, 5,
                ActivationCurvature.Listener.NONE);
    }

    /**
     * The last activations enter a linear layer and cross-entropy: of an image with probabilities p the Hessian by them is
     * V (diag p - pp') V', whose trace is sum over k of p_k |v_k|^2 - |sum p_k v_k|^2.
     */
    @Test
    void tracesConvergeToTheClosedForm() {
        LossProblem problem = TinyNetwork.problem(6, DType.FLOAT64, backend);
        SiteCurvature last = measure(problem, 6, 4000).getLast();
        assertEquals("middle.relu2", last.site());
        assertEquals("middle", last.block());
        assertEquals(12, last.elements());
        double expected = ClosedForm.traceByLastActivations(problem, backend);
        assertEquals(expected, last.trace(), 4 * last.standardError());
        assertTrue(last.standardError() < 0.02 * expected, last.standardError() + " of " + expected);
        // Other chunks, other draws, the same trace.
        SiteCurvature parts = measure(problem, 4, 4000).getLast();
        assertEquals(expected, parts.trace(), 4 * parts.standardError());
    }

    @Test
    void perturbationsFallWithTheWidthAndDoNotDependOnTheMicroBatch() {
        LossProblem problem = TinyNetwork.problem(6, DType.FLOAT64, backend);
        List<SiteCurvature> whole = measure(problem, 6, 2);
        assertEquals(List.of("relu", "middle.relu1", "middle.relu2"),
                whole.stream().map(SiteCurvature::site).toList());
        for (SiteCurvature s : whole) {
            assertTrue(s.perturbations().get(BitWidth.B2) > 4 * s.perturbations().get(BitWidth.B4), s.toString());
            assertTrue(s.perturbations().get(BitWidth.B4) > 16 * s.perturbations().get(BitWidth.B8), s.toString());
            assertEquals(0, s.omega(BitWidth.FLOAT));
            assertThrows(IllegalArgumentException.class, () -> s.omega(BitWidth.B3));
        }
        assertEquals(whole, measure(problem, 6, 2), "the same seed, the same bits");
    }
}
