package dev.goshawk.hawq.report;

import java.util.List;

/** Tables for a terminal. */
public final class TextTable {
    private TextTable() {
    }

    /**
     * Aligned lines, each ended by a newline.
     *
     * @param firstNumber first column that is set right
     * @param lastNumber last column that is set right
     * @param rules lines, counted from 0, above which a rule is drawn; none is drawn below the last line
     */
    public static String of(List<List<String>> lines, int firstNumber, int lastNumber, List<Integer> rules) {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (int row = 0; row < lines.size(); row++) {
            if (rules.contains(row)) {
                for (int w = 0; w < widths.length; w++) {
                    out.append(w == 0 ? "" : "  ").append("-".repeat(widths[w]));
                }
                out.append('\n');
            }
            append(out, lines.get(row), widths, firstNumber, lastNumber);
        }
        return out.toString();
    }

    private static void append(StringBuilder out, List<String> line, int[] widths, int firstNumber, int lastNumber) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String pad = " ".repeat(widths[i] - line.get(i).length());
            boolean number = i >= firstNumber && i <= lastNumber;
            text.append(i == 0 ? "" : "  ").append(number ? pad + line.get(i) : line.get(i) + pad);
        }
        out.append(text.toString().stripTrailing()).append('\n');
    }
}
