package dev.goshawk.cuda.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of what was checked or measured; a line is shown as soon as its row is known, and all together at the end. */
final class CheckTable {
    private record Row(String what, String seen, String bar, String verdict) {
    }

    private final List<Row> rows = new ArrayList<>();

    /** A check with its bar. */
    void check(String what, String seen, String bar, boolean passed) {
        add(new Row(what, seen, bar, passed ? "ok" : "FAILED"));
    }

    /** A measurement that nothing is asked of. */
    void measure(String what, String seen) {
        add(new Row(what, seen, "", ""));
    }

    /** Something that could not be looked at here. */
    void skip(String what, String why) {
        add(new Row(what, "skipped: " + why, "", ""));
    }

    private void add(Row row) {
        rows.add(row);
        System.err
                .println("  " + row.what() + ": " + row.seen() + (row.verdict().isEmpty() ? "" : ", " + row.verdict()));
    }

    boolean failed() {
        return rows.stream().anyMatch(r -> r.verdict().equals("FAILED"));
    }

    /** As Markdown, to go into the project's page on performance. */
    void print() {
        System.out.println("| what | seen | bar | |\n|---|---|---|---|");
        rows.forEach(r -> System.out.printf(Locale.ROOT, "| %s | %s | %s | %s |%n", r.what(), r.seen(), r.bar(),
                r.verdict()));
    }
}
