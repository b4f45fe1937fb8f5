package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.report.chart.Numbers;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The result of a spectrum as an aligned table with a bar per part: |lambda| on a logarithmic axis. The bar is dotted
 * if the eigenvalue did not converge to the tolerance, and left out if its residual is larger than the eigenvalue itself.
 */
public final class SpectrumTable {
    private static final int CELLS = 24;
    /** The shortest bar stands for this fraction of the longest at most, so that near-equal blocks look alike. */
    private static final double LEAST_DECADES = 1;

    private final List<SpectrumRow> rows;
    private final double low;
    private final double high;

    public SpectrumTable(List<SpectrumRow> rows) {
        this.rows = rows;
        double[] logs = rows.stream().flatMap(r -> r.pairs().stream()).filter(SpectrumTable::isKnown)
                .mapToDouble(p -> Math.log10(Math.abs(p.eigenvalue()))).filter(Double::isFinite).sorted().toArray();
        this.high = logs.length == 0 ? 0 : logs[logs.length - 1];
        this.low = logs.length == 0 ? -1 : Math.min(logs[0], high - LEAST_DECADES);
    }

    /**
     * Prints the table.
     *
     * @param part what a row is, such as block
     * @param counted what the variables are, such as weights
     */
    public void print(String part, String counted, PrintWriter out) {
        int name = Math.max(part.length(), rows.stream().mapToInt(r -> r.name().length()).max().orElse(0));
        int size = Math.max(9, counted.length());
        String head = "%-" + name + "s  %" + size + "s  %12s  %9s  %8s  %11s  %s%n";
        String row = "%-" + name + "s  %" + size + "d  %12.6g  %9.1e  %8d  %11.4e  %s%n";
        String further = "%-" + name + "s  %" + size + "s  %12.6g  %9.1e  %8s  %11s  %s%n";
        out.printf(Locale.ROOT, head, part, counted, "eigenvalue", "rel. res.", "products", "sensitivity", axis());
        for (SpectrumRow r : rows) {
            SpectrumRow.Pair top = r.top();
            out.printf(Locale.ROOT, row, r.name(), r.size(), top.eigenvalue(), top.relativeResidual(), r.products(),
                    r.sensitivity(), bar(top));
            for (SpectrumRow.Pair p : r.pairs().subList(1, r.pairs().size())) {
                out.printf(Locale.ROOT, further, "", "", p.eigenvalue(), p.relativeResidual(), "", "",
                        bar(p));
            }
        }
    }

    /** The same for a page, the header first: all pairs, with what is known of their errors. */
    public List<List<String>> cells(String part, String counted) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(part, counted, "eigenvalue", "relative residual", "relative rounding", "products",
                "|\u03bb| / " + counted, "converged"));
        for (SpectrumRow r : rows) {
            for (SpectrumRow.Pair p : r.pairs()) {
                boolean first = p == r.top();
                lines.add(List.of(first ? r.name() : "", first ? Numbers.grouped(r.size()) : "",
                        String.format(Locale.ROOT, "%.6g", p.eigenvalue()),
                        relative(p.relativeResidual()), relative(p.rounding() / Math.abs(p.eigenvalue())),
                        first ? Integer.toString(r.products()) : "",
                        first ? String.format(Locale.ROOT, "%.4e", r.sensitivity()) : "",
                        p.converged() ? "yes" : "no"));
            }
        }
        return lines;
    }

    private static String relative(double error) {
        return Double.isFinite(error) ? String.format(Locale.ROOT, "%.1e", error) : Numbers.NONE;
    }

    private static boolean isKnown(SpectrumRow.Pair pair) {
        return pair.relativeResidual() <= 1;
    }

    private String axis() {
        List<SpectrumRow.Pair> pairs = rows.stream().flatMap(r -> r.pairs().stream()).toList();
        return String.format(Locale.ROOT, "|lambda|%s%s%s",
                pairs.stream().noneMatch(SpectrumTable::isKnown)
                        ? ""
                        : String.format(Locale.ROOT, ", log: %.3g to %.3g", Math.pow(10, low), Math.pow(10, high)),
                pairs.stream().anyMatch(p -> isKnown(p) && !p.converged()) ? "; dotted: not converged" : "",
                pairs.stream().allMatch(SpectrumTable::isKnown) ? "" : "; no bar: residual above |lambda|");
    }

    private String bar(SpectrumRow.Pair pair) {
        double at = (Math.log10(Math.abs(pair.eigenvalue())) - low) / (high - low);
        int cells = isKnown(pair) && Double.isFinite(at)
                ? 1 + (int) Math.round((CELLS - 1) * Math.clamp(at, 0, 1))
                : 0;
        return (pair.converged() ? "#" : ".").repeat(cells);
    }
}
