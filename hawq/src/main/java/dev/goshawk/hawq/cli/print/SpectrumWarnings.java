package dev.goshawk.hawq.cli.print;

import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Says what an eigenvalue search did not reach, and what helps. */
public final class SpectrumWarnings {
    /** Products that are usually enough for one eigenvalue. */
    private static final int USUALLY = 5;
    /** Most entries that a line lists by name. */
    private static final int NAMED = 12;

    private SpectrumWarnings() {
    }

    /**
     * A line for each thing that fell short; none if everything has converged.
     *
     * @param top eigenvalues asked for
     * @param maxIterations most products that a part was allowed
     */
    public static List<String> of(List<SpectrumRow> rows, int top, DType dtype, int maxIterations) {
        List<String> lines = new ArrayList<>();
        List<String> rounded = texts(rows, SpectrumRow.Pair::limitedByRounding,
                p -> p.rounding() / Math.abs(p.eigenvalue()));
        if (!rounded.isEmpty()) {
            lines.add("rounding in " + dtype + " limits what can be reached, as a share of the eigenvalue: "
                    + list(rounded) + ": "
                    + (dtype == DType.FLOAT32 ? "use --dtype float64" : "use a larger --tolerance"));
        }
        List<String> open = texts(rows, p -> !p.converged(), SpectrumRow.Pair::relativeResidual);
        if (!open.isEmpty()) {
            boolean stalled = rows.stream().anyMatch(
                    r -> r.pairs().stream().anyMatch(p -> !p.converged()) && r.products() < maxIterations);
            lines.add("not converged to the tolerance: " + list(open) + ": "
                    + (stalled && dtype == DType.FLOAT32
                            ? "use --dtype float64 or a larger --tolerance"
                            : "raise --max-iterations"));
        }
        List<String> fewer = rows.stream().filter(r -> r.missing(top) > 0)
                .map(r -> r.name() + " (" + r.pairs().size() + ")").toList();
        if (!fewer.isEmpty()) {
            lines.add("fewer eigenvalues than " + top + ": " + list(fewer)
                    + ": raise --max-iterations, to " + USUALLY * top + " for instance");
        }
        return lines;
    }

    private static String list(List<String> texts) {
        String first = String.join(", ", texts.subList(0, Math.min(NAMED, texts.size())));
        return texts.size() <= NAMED ? first : first + " and " + (texts.size() - NAMED) + " more";
    }

    /** An entry for each pair that matches: its part's name, its number if the part has several, and a share. */
    private static List<String> texts(List<SpectrumRow> rows, Predicate<SpectrumRow.Pair> kind,
            ToDoubleFunction<SpectrumRow.Pair> share) {
        List<String> texts = new ArrayList<>();
        for (SpectrumRow row : rows) {
            for (int i = 0; i < row.pairs().size(); i++) {
                if (kind.test(row.pairs().get(i))) {
                    texts.add(String.format(Locale.ROOT, "%s%s (%.1e)", row.name(),
                            row.pairs().size() == 1 ? "" : ", eigenvalue " + (i + 1),
                            share.applyAsDouble(row.pairs().get(i))));
                }
            }
        }
        return texts;
    }
}
