package dev.goshawk.hawq.report.chart;

import java.util.List;
import java.util.Locale;

/** Small pieces of HTML and SVG. Everything that is not markup goes through {@link #text}. */
public final class Html {
    private Html() {
    }

    /** Escapes for element content and for quoted attribute values. */
    public static String text(String s) {
        StringBuilder out = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c < ' ' && c != '\n' && c != '\t' ? ' ' : c);
            }
        }
        return out.toString();
    }

    /**
     * A page which fetches nothing: style and figures are in it, and its policy forbids the rest.
     *
     * @param title as text
     * @param subtitle as text
     * @param body as HTML
     */
    public static String page(String title, String subtitle, String body) {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                + "style-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>"
                + text(title) + "</title>\n<style>\n" + ReportStyle.CSS + "</style>\n</head>\n<body>\n<main>\n<h1>"
                + text(title) + "</h1>\n<p class=\"soft\">" + text(subtitle) + "</p>\n" + body
                + "</main>\n</body>\n</html>\n";
    }

    /** A table row of escaped cells; cells from {@code firstNumber} to {@code lastNumber} are set right. */
    public static String row(String tag, String rowClass, List<String> cells, int firstNumber, int lastNumber) {
        StringBuilder out = new StringBuilder("<tr");
        out.append(rowClass.isEmpty() ? "" : " class=\"" + rowClass + "\"").append('>');
        for (int i = 0; i < cells.size(); i++) {
            boolean number = i >= firstNumber && i <= lastNumber;
            out.append('<').append(tag).append(number ? " class=\"n\"" : "").append('>').append(text(cells.get(i)))
                    .append("</").append(tag).append('>');
        }
        return out.append("</tr>\n").toString();
    }

    /** A coordinate with one decimal. */
    public static String at(double x) {
        return String.format(Locale.ROOT, "%.1f", x);
    }

    public static String line(double x1, double y1, double x2, double y2, String cssClass) {
        return "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" class=\""
                + cssClass + "\"/>\n";
    }

    /** SVG text; {@code anchor} is start, middle or end. */
    public static String label(double x, double y, String anchor, String cssClass, String content) {
        return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\" class=\"" + cssClass
                + "\">" + text(content) + "</text>\n";
    }

    /** An SVG picture that is drawn, and where it is to be put is not known yet. */
    public record Drawing(double width, double height, String description, String content) {
        /** As large as where it is put. */
        public String svg() {
            return Html.svg(width, height, description, content);
        }
    }

    public static String svg(double width, double height, String description, String content) {
        return "<svg viewBox=\"0 0 " + at(width) + " " + at(height) + "\" role=\"img\" aria-label=\""
                + text(description) + "\">\n" + content + "</svg>\n";
    }
}
