package dev.goshawk.files;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text from outside, made fit for one line of a message. */
public final class Printable {
    private static final int LONGEST_SHOWN = 120;
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");
    /** What looks like nothing or like a space, such as a byte order mark. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cf}\\p{Zs}&&[^ ]]");

    private Printable() {
    }

    /** Text taken from a file: no control characters, not longer than a line. */
    public static String shown(@Nullable Object text) {
        String all = String.valueOf(text);
        return line(all.length() <= LONGEST_SHOWN ? all : all.substring(0, LONGEST_SHOWN) + "...");
    }

    /** A file's name: no control characters. */
    public static String name(Object file) {
        return line(file.toString());
    }

    /** Text of any length as one line, with what cannot be seen shown as its number. */
    public static String line(String text) {
        return INVISIBLE.matcher(CONTROL.matcher(text).replaceAll("?"))
                .replaceAll(m -> String.format(Locale.ROOT, "\\\\u%04X", m.group().codePointAt(0)));
    }
}
