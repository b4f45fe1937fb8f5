package dev.goshawk.files;

import org.jspecify.annotations.Nullable;

/** Text from outside, made fit for one line of a message. */
public final class Printable {
    private static final int LONGEST_SHOWN = 120;

    private Printable() {
    }

    /** Text taken from a file: no control characters, not longer than a line. */
    public static String shown(@Nullable Object text) {
        return printable(String.valueOf(text), LONGEST_SHOWN);
    }

    /** A file's name: no control characters. */
    public static String name(Object file) {
        return printable(file.toString(), Integer.MAX_VALUE);
    }

    private static String printable(String text, int longest) {
        String shortened = text.length() <= longest ? text : text.substring(0, longest) + "...";
        return shortened.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    }
}
