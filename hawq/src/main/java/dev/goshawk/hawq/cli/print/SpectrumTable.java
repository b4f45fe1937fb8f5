package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.curvature.BlockCurvature;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The result of a spectrum as an aligned table with a bar per block: |lambda| on a logarithmic axis. */
public final class SpectrumTable {
    private static final int CELLS = 24;
    /** The shortest bar stands for this fraction of the longest at most, so that near-equal blocks look alike. */
    private static final double LEAST_DECADES = 1;

    private final List<BlockCurvature> entries;
    private final double low;
    private final double high;

    public SpectrumTable(List<BlockCurvature> entries) {
        this.entries = entries;
        double[] logs = entries.stream().mapToDouble(e -> Math.log10(Math.abs(e.eigenvalue())))
                .filter(Double::isFinite)
                .sorted().toArray();
        this.high = logs.length == 0 ? 0 : logs[logs.length - 1];
        this.low = logs.length == 0 ? -1 : Math.min(logs[0], high - LEAST_DECADES);
    }

    public void print(PrintWriter out) {
        int name = Math.max(5, entries.stream().mapToInt(e -> e.block().name().length()).max().orElse(0));
        String head = "%-" + name + "s  %9s  %12s  %9s  %8s  %11s  %s%n";
        String row = "%-" + name + "s  %9d  %12.6g  %9.1e  %8d  %11.4e  %s%n";
        out.printf(Locale.ROOT, head, "block", "weights", "eigenvalue", "residual", "products", "sensitivity", axis());
        for (BlockCurvature e : entries) {
            out.printf(Locale.ROOT, row, e.block().name(), e.block().weightCount(), e.eigenvalue(),
                    e.relativeResidual(), e.products(), e.sensitivity(), bar(e.eigenvalue()));
        }
    }

    private String axis() {
        return String.format(Locale.ROOT, "|lambda|, log: %.3g to %.3g", Math.pow(10, low), Math.pow(10, high));
    }

    private String bar(double eigenvalue) {
        double at = (Math.log10(Math.abs(eigenvalue)) - low) / (high - low);
        return "#".repeat(Double.isFinite(at) ? 1 + (int) Math.round((CELLS - 1) * Math.clamp(at, 0, 1)) : 0);
    }
}
