package dev.goshawk.benchmarks.compare;

import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The comparison as text, line by line as it is measured. */
final class Table {
    private static final String ROW = "%-50s %9s %9s %7s  %-11s %8s %6s  %7s %6s  %s%n";

    private final PrintStream out;

    Table(PrintStream out) {
        this.out = out;
    }

    void head(int threads, Processes processes) {
        out.printf("%s, %d processors; Java %s; %d thread%s, float32, batch 128 unless said otherwise%n",
                Processes.cpu("model name").strip(), Runtime.getRuntime().availableProcessors(), Runtime.version(),
                threads,
                threads == 1 ? "" : "s");
        out.println(processes.havePeers()
                ? "peers' settings: " + processes.environment()
                : "no peers here: Goshawk alone, without ratios");
        out.printf(ROW, "work", "ours ms", "peer ms", "ratio", "of a pair", "at least", "aim", "GFLOP/s", "peak",
                "peer");
        out.flush();
    }

    void note(String text) {
        out.println("  " + text);
        out.flush();
    }

    void row(Result r) {
        Bar bar = r.bar();
        String unit = bar.kind() == Bar.Kind.MEMORY ? " MB" : "";
        String times = bar.kind() == Bar.Kind.START ? " s" : "x";
        out.printf(ROW, bar.title(), number(r.ours()) + unit, number(r.peer()) + (r.peer() == null ? "" : unit),
                text("%.2fx", r.ratio()), r.low() == null ? "" : text("%.2f", r.low()) + "-" + text("%.2f", r.high()),
                bar.least() == 0 ? "" : bar.least() + times, bar.aim() == 0 ? "" : bar.aim() + times,
                text("%.0f", r.gflops()),
                r.share() == null ? "" : text("%.0f %%", 100 * r.share()),
                r.configuration() == null ? "" : r.configuration());
        out.flush();
    }

    void end(List<Result> results) {
        List<String> open = results.stream().filter(r -> missed(r)).map(r -> r.bar().name()).toList();
        out.println(open.isEmpty() ? "" : "below 'at least': " + String.join(", ", open));
    }

    private static boolean missed(Result r) {
        Bar bar = r.bar();
        if (bar.kind() == Bar.Kind.START) {
            return r.ours() > 1000 * bar.least();
        }
        return r.ratio() != null && r.ratio() < bar.least();
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : Compare.format(value < 10 ? "%.3f" : value < 1000 ? "%.1f" : "%.0f", value);
    }

    private static String text(String pattern, @Nullable Double value) {
        return value == null ? "" : Compare.format(pattern, value);
    }
}
