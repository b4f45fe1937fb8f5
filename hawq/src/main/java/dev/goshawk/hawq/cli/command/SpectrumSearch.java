package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.cluster.OperatorSource;
import dev.goshawk.hawq.cli.option.FinishedParts;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.SpectrumProgress;
import dev.goshawk.hawq.cli.print.SpectrumRow;
import dev.goshawk.hawq.curvature.CurvaturePart;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.models.Block;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.EigenResult;
import dev.goshawk.spectral.Lanczos;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds the rows of a spectrum, part after part.
 *
 * @param finished parts that are not computed again, and where the others are kept
 */
record SpectrumSearch(LossProblem problem, SpectrumMethod solver, EigenOptions options, OperatorSource source,
        Progress progress, FinishedParts finished) {

    /** The top eigenvalue of each block's Hessian, in the way of HAWQ. */
    List<SpectrumRow> ofBlocks() {
        List<Block> blocks = HessianOperator.blocks(problem);
        source.spectrum(problem, blocks.stream().filter(b -> !finished.has(b.name())).toList(), solver, options,
                new SpectrumProgress(progress, "", e -> {
                    Block b = e.block();
                    finished.put(b.name(), SpectrumRow.of(b.name(), b.weights(), b.weightCount(), List.of(e.top()),
                            e.subsampleProducts()));
                }));
        return blocks.stream().map(b -> finished.get(b.name(), SpectrumRow.class)).toList();
    }

    /** Several eigenvalues of each part's matrix. */
    List<SpectrumRow> of(List<CurvaturePart> parts, int top) {
        List<SpectrumRow> rows = new ArrayList<>();
        progress.after(finished.share(parts.size()));
        for (CurvaturePart part : parts) {
            double before = rows.size();
            EigenOptions told = options.withListener((products, eigenvalue, residual) -> progress.update(
                    String.format(Locale.ROOT, "%s: product %d, lambda %.4g", part.name(), products, eigenvalue),
                    (before + options.done(products, eigenvalue, residual)) / parts.size()));
            rows.add(finished.get(part.name(), SpectrumRow.class,
                    () -> row(source.operator(problem, part), part, top, told)));
        }
        return rows;
    }

    private SpectrumRow row(LinearOperator operator, CurvaturePart part, int top, EigenOptions told) {
        List<EigenResult> found = solver.plain() instanceof Lanczos lanczos
                ? lanczos.topK(operator, Math.min(top, operator.size()), told)
                : List.of(solver.plain().top(operator, told));
        return SpectrumRow.of(part.name(), part.parameters(), operator.size(), found, 0);
    }
}
