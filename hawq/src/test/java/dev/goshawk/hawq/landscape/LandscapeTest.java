package dev.goshawk.hawq.landscape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.TinyNetwork;
import dev.goshawk.hawq.landscape.Landscape.Increase;
import dev.goshawk.hawq.landscape.Landscape.Line;
import dev.goshawk.hawq.landscape.Landscape.Surface;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.models.Block;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LandscapeTest {
    private static final EigenOptions CLOSE = EigenOptions.defaults().withTolerance(1e-9).withMaxIterations(500);

    private final LossProblem problem = TinyNetwork.problem(9, DType.FLOAT64, Backends.defaultBackend());

    @Test
    void curvatureAlongAnEigenvectorIsItsEigenvalue() {
        LossAround around = new LossAround(problem, 4);
        double here = around.here();
        assertEquals(HessianOperator.full(problem, 9).loss(), here, 1e-13);
        double step = 1e-4;
        for (Spectrum.Entry e : Spectrum.of(problem, 9, CLOSE, Spectrum.Listener.NONE)) {
            List<double[]> direction = List.of(e.top().eigenvector());
            double second = (around.moved(e.block(), direction, step) - 2 * here
                    + around.moved(e.block(), direction, -step)) / (step * step);
            assertEquals(e.top().eigenvalue(), second, 1e-4 * Math.abs(e.top().eigenvalue()), e.block().name());
        }
        assertEquals(here, around.here(), "the weights are put back");
    }

    @Test
    void surveyHoldsTogether() {
        List<BitWidth> widths = List.of(BitWidth.B2, BitWidth.B8);
        List<String> told = new ArrayList<>();
        Landscape l = LandscapeSurvey.of(problem, 9, UniformQuantizer.standard(), widths, CLOSE,
                (what, fraction) -> {
                    assertTrue(fraction > 0 && fraction <= 1, what);
                    told.add(what);
                });
        List<String> blocks = problem.description().blocks().stream().map(Block::name).toList();
        assertEquals(blocks, l.lines().stream().map(Line::block).toList());
        for (Line line : l.lines()) {
            assertEquals(line.offsets().size(), line.losses().size());
            assertEquals(l.loss(), line.losses().get(line.losses().size() / 2), 1e-15, "no move, no change");
        }
        double flattest = l.lines().stream().mapToDouble(x -> Math.abs(x.eigenvalue())).min().orElseThrow();
        double sharpest = l.lines().stream().mapToDouble(x -> Math.abs(x.eigenvalue())).max().orElseThrow();
        assertEquals(List.of(flattest, sharpest), l.surfaces().stream().map(s -> Math.abs(s.first()))
                .map(x -> Math.abs(x - flattest) < Math.abs(x - sharpest) ? flattest : sharpest).toList());
        for (Surface s : l.surfaces()) {
            int middle = s.offsets().size() / 2;
            assertEquals(l.loss(), s.losses().get(middle).get(middle), 1e-15);
            assertTrue(Math.abs(s.second()) <= Math.abs(s.first()) + 1e-9);
            // The middle row goes along the second eigenvector alone, the middle column along the first.
            Line along = l.lines().stream().filter(x -> x.block().equals(s.block())).findFirst().orElseThrow();
            double end = s.losses().getLast().get(middle);
            double other = s.losses().getFirst().get(middle);
            double low = Math.min(along.losses().getFirst(), along.losses().getLast());
            assertEquals(low, Math.min(end, other), 1e-4 * low, "the same line, whatever the eigenvector's sign");
        }
        assertEquals(List.of(2, 8), l.widths());
        // In the first block even this small a step passes a kink of ReLU: a third of it does, a tenth does not.
        for (Increase i : l.increases()) {
            if (i.bits() == 8 && !i.block().equals("first")) {
                assertEquals(i.predicted(), i.measured(), 1e-3 * Math.abs(i.measured()), i.block());
            }
        }
        assertTrue(told.size() > 20);
    }

    @Test
    void ranksAreSpearmans() {
        double[] predicted = {1, 2, 3, 4, 5};
        double[] measured = {5, 6, 7, 8, 7};
        List<Increase> increases = new ArrayList<>();
        for (int i = 0; i < predicted.length; i++) {
            increases.add(new Increase("b" + i, 4, predicted[i], measured[i]));
            increases.add(new Increase("b" + i, 2, predicted[i], -predicted[i]));
        }
        Landscape l = new Landscape(1, 1, List.of(), List.of(), increases);
        assertEquals(0.8207826816681233, l.rankCorrelation(4), 1e-15);
        assertEquals(-1, l.rankCorrelation(2), 1e-15);
    }
}
