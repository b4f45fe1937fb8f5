package dev.goshawk.hawq.cli.print;

import dev.goshawk.tensor.DType;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Says what an eigenvalue search did not reach, and what helps. */
public final class SpectrumWarnings {
    private SpectrumWarnings() {
    }

    /**
     * @param top eigenvalues asked for
     * @param maxIterations most products that a part was allowed
     */
    public static void print(List<SpectrumRow> rows, int top, DType dtype, int maxIterations, PrintWriter err) {
        List<String> rounded = rows.stream().flatMap(r -> r.pairs().stream().filter(SpectrumRow.Pair::limitedByRounding)
                .map(p -> text(r, p, p.rounding() / Math.abs(p.eigenvalue())))).toList();
        if (!rounded.isEmpty()) {
            err.println("goshawk: rounding in " + dtype + " limits what can be reached, as a share of the eigenvalue: "
                    + String.join(", ", rounded) + ": "
                    + (dtype == DType.FLOAT32 ? "use --dtype float64" : "use a larger --tolerance"));
        }
        List<String> open = rows.stream().flatMap(r -> open(r).map(p -> text(r, p, p.relativeResidual()))).toList();
        if (!open.isEmpty()) {
            boolean stalled = rows.stream().anyMatch(r -> open(r).count() > 0 && r.products() < maxIterations);
            err.println("goshawk: not converged to the tolerance: " + String.join(", ", open) + ": "
                    + (stalled && dtype == DType.FLOAT32
                            ? "use --dtype float64 or a larger --tolerance"
                            : "raise --max-iterations"));
        }
        List<String> fewer = rows.stream().filter(r -> missing(r, top) > 0)
                .map(r -> r.name() + " (" + r.pairs().size() + ")").toList();
        if (!fewer.isEmpty()) {
            err.println("goshawk: fewer eigenvalues than " + top + ": " + String.join(", ", fewer)
                    + ": raise --max-iterations to " + 2 * top + " or more, each takes at least two products");
        }
        err.flush();
    }

    /** Of the eigenvalues asked for, of which a small part has fewer. */
    private static long missing(SpectrumRow row, int top) {
        return Math.min(top, row.size()) - row.pairs().size();
    }

    private static Stream<SpectrumRow.Pair> open(SpectrumRow row) {
        return row.pairs().stream().filter(p -> !p.converged());
    }

    /** The part, and which of its eigenvalues where it has several. */
    private static String text(SpectrumRow row, SpectrumRow.Pair pair, double share) {
        String which = row.pairs().size() == 1 ? "" : ", eigenvalue " + (row.pairs().indexOf(pair) + 1);
        return String.format(Locale.ROOT, "%s%s (%.1e)", row.name(), which, share);
    }
}
