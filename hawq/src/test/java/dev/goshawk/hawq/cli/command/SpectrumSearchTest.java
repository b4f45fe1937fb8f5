package dev.goshawk.hawq.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.hawq.cli.cluster.OperatorSource;
import dev.goshawk.hawq.cli.option.FinishedParts;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.SpectrumRow;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.CurvaturePart;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.Partition;
import dev.goshawk.hawq.curvature.TinyNetwork;
import dev.goshawk.hawq.run.RunSettings;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SpectrumSearchTest {
    private long now;

    /** However many products are allowed: parts that converge early are done early. */
    @Test
    void progressReachesTheEndOfEachPart() throws IOException {
        LossProblem problem = TinyNetwork.problem(9, DType.FLOAT64, Backends.defaultBackend());
        List<CurvaturePart> parts = Partition.LAYER.parts(problem.network().describe());
        StringWriter text = new StringWriter();
        List<SpectrumRow> rows;
        try (Progress progress = new Progress(new PrintWriter(text), true, () -> now += 1_000_000_000L);
                OperatorSource source = new OperatorSource(null, CurvatureMatrix.HESSIAN, 4, false)) {
            rows = new SpectrumSearch(problem, SpectrumMethod.of(new Lanczos()),
                    EigenOptions.defaults().withMaxIterations(10_000), source, progress,
                    FinishedParts.open(null, new RunSettings("now", "", Map.of(), Map.of(), Map.of()), false, note -> {
                    })).of(parts, 2);
        }
        assertEquals(parts.size(), rows.size());
        for (int i = 0; i < parts.size(); i++) {
            List<Integer> told = Pattern.compile("\\] " + Pattern.quote(parts.get(i).name()) + ": .*?  +(\\d+) %")
                    .matcher(text.toString()).results().map((MatchResult m) -> Integer.parseInt(m.group(1))).toList();
            assertTrue(told.getFirst() < 100 * (i + 0.6) / parts.size(), parts.get(i).name() + " " + told);
            assertTrue(told.getLast() > 100 * (i + 0.8) / parts.size() - 1, parts.get(i).name() + " " + told);
        }
    }
}
