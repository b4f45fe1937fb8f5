package dev.goshawk.hawq.report;

import dev.goshawk.hawq.landscape.Landscape;
import dev.goshawk.hawq.report.chart.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Methods compared with each other on one network and data set.
 *
 * @param network name, for the published rows that it is set beside
 * @param entries in the table's order, several seeds of a row in one
 * @param curves of convergence
 * @param reference a loss across the curves' chart, or null
 * @param changes pairs of rows that differ in one thing
 * @param landscape of the float network's loss, or null where it was not measured
 * @param provenance how this was made, term by term
 */
public record Comparison(String network, List<Entry> entries, List<Curve> curves, @Nullable Double reference,
        List<Change> changes, @Nullable Landscape landscape, Map<String, String> provenance) {
    private static final List<String> HEADER = List.of("Method", "W bits", "A bits", "Accuracy %", "Range", "Seeds",
            "To float", "W comp.", "A comp.", "Size kB", "Evidence");
    private static final double FLOAT_BITS = 32;

    public Comparison {
        entries = List.copyOf(entries);
        curves = List.copyOf(curves);
        changes = List.copyOf(changes);
        provenance = new LinkedHashMap<>(provenance);
    }

    /**
     * A row.
     *
     * @param label what the table calls it
     * @param bits of the blocks' weights
     * @param activationBits 32 where they are float
     * @param accuracies in per cent, one a seed, at least one
     * @param baseline accuracy of the float network, in per cent
     * @param ratio 32-bit weights by quantized ones
     * @param activationRatio 32-bit activations by quantized ones
     * @param bytes of the weights
     * @param bops bit operations an image, in billions: multiply-adds x weight bits x activation bits
     */
    public record Entry(String label, List<Integer> bits, int activationBits, List<Double> accuracies, double baseline,
            double ratio, double activationRatio, long bytes, double bops) {
        /** Mean over the seeds. */
        public double accuracy() {
            return accuracies.stream().mapToDouble(a -> a).average().orElseThrow();
        }

        double least() {
            return accuracies.stream().min(Comparator.naturalOrder()).orElseThrow();
        }

        double most() {
            return accuracies.stream().max(Comparator.naturalOrder()).orElseThrow();
        }

        boolean isFloat() {
            return ratio == 1;
        }

        private String activations() {
            boolean mixed = Math.abs(activationRatio - FLOAT_BITS / activationBits) > 1e-9;
            return activationBits + (mixed ? " MP" : "");
        }

        private String weightBits() {
            int least = bits.stream().min(Comparator.naturalOrder()).orElse((int) FLOAT_BITS);
            return least + (bits.stream().distinct().count() > 1 ? " MP" : "");
        }
    }

    /**
     * Loss over a training.
     *
     * @param epochs ascending
     * @param losses one an epoch
     */
    public record Curve(String label, List<Double> epochs, List<Double> losses) {
    }

    /**
     * What one thing is worth.
     *
     * @param what it is
     * @param with accuracy with it, in per cent
     * @param without accuracy of the row without it
     */
    public record Change(String what, double with, double without) {
        String points() {
            return (with < without ? "" : "+") + Numbers.fixed(with - without, 2);
        }
    }

    /** The same with the loss around the float network. */
    public Comparison withLandscape(@Nullable Landscape value) {
        return new Comparison(network, entries, curves, reference, changes, value, provenance);
    }

    /** The label, with the bits of weights and activations where another row has the same. */
    String distinctLabel(Entry entry) {
        return entries.stream().filter(e -> e.label().equals(entry.label())).count() == 1
                ? entry.label()
                : entry.label() + ' ' + entry.weightBits() + '/' + entry.activations();
    }

    /** For a key: after how many epochs a training first got down to the reference, or that it never did. */
    String reached(Curve curve) {
        if (reference == null) {
            return "";
        }
        // Below the line to the end: while most blocks are still float the loss is low as well.
        int from = curve.losses().size();
        while (from > 0 && curve.losses().get(from - 1) <= reference) {
            from--;
        }
        return from == curve.losses().size()
                ? ": never at the line"
                : ": " + Numbers.epochs(curve.epochs().get(from)) + " epochs to the line";
    }

    /** Convergence of the curves, a line each; nothing where there is no reference. */
    public String convergence() {
        if (reference == null) {
            return "";
        }
        StringBuilder out = new StringBuilder(
                "Loss on held-out images, until it stays within 5 % of HAWQ's final loss, ")
                .append(Numbers.fixed(reference, 3)).append(" (the line):\n");
        curves.forEach(c -> out.append("  ").append(c.label()).append(reached(c)).append('\n'));
        return out.toString();
    }

    /** What single things are worth, a line each; nothing where no two rows differ in one. */
    public String worth() {
        if (changes.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("What one thing is worth, in points of accuracy:\n");
        changes.forEach(c -> out.append("  ").append(c.what()).append(": ").append(c.points()).append(" (")
                .append(Numbers.fixed(c.with(), 2)).append(" against ").append(Numbers.fixed(c.without(), 2))
                .append(")\n"));
        return out.toString();
    }

    static List<String> header() {
        return HEADER;
    }

    static List<String> cells(Entry e) {
        boolean several = e.accuracies().size() > 1;
        return List.of(e.label(), e.weightBits(), e.activations(), Numbers.fixed(e.accuracy(), 2),
                several ? Numbers.fixed(e.least(), 2) + "\u2013" + Numbers.fixed(e.most(), 2) : "",
                Integer.toString(e.accuracies().size()),
                e.isFloat() ? "" : Numbers.fixed(e.accuracy() - e.baseline(), 2), Numbers.fixed(e.ratio(), 2),
                Numbers.fixed(e.activationRatio(), 2), Numbers.fixed(e.bytes() / 1000.0, 1), "this run");
    }

    static List<String> cells(RunReport.Result published) {
        return List.of(published.method(), published.weightBits(), published.activationBits(),
                Numbers.percent(published.accuracy()), "", "", "", Numbers.fixed(published.weightCompression(), 2),
                Numbers.fixed(published.activationCompression(), 2), "", published.evidence());
    }

    /** The table as aligned text, each line ended by a newline: these rows, then the published ones. */
    public String text() {
        List<List<String>> lines = new ArrayList<>(List.of(HEADER));
        entries.forEach(e -> lines.add(cells(e)));
        PaperResults.of(network).forEach(r -> lines.add(cells(r)));
        return TextTable.of(lines, 1, HEADER.size() - 2, List.of(1, 1 + entries.size()));
    }
}
