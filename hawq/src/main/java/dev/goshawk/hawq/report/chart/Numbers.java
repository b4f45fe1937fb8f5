package dev.goshawk.hawq.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them; the same in every locale. */
public final class Numbers {
    public static final String NONE = "\u2013";

    private static final String SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

    private Numbers() {
    }

    public static String fixed(double x, int decimals) {
        return Double.isFinite(x) ? String.format(Locale.ROOT, "%." + decimals + "f", x) : Double.toString(x);
    }

    /** A fraction as per cent with two decimals, without the sign. */
    public static String percent(double fraction) {
        return fixed(fraction * 100, 2);
    }

    /** A number of epochs, with up to two decimals. */
    public static String epochs(double x) {
        return new BigDecimal(x).setScale(2, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
    }

    public static String grouped(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** Three significant digits; powers of ten outside 0.001 .. 99999. */
    public static String compact(@Nullable Double x) {
        if (x == null) {
            return NONE;
        }
        if (x == 0 || !Double.isFinite(x)) {
            return x == 0 ? "0" : x.toString();
        }
        double size = Math.abs(x);
        if (size >= 1e-3 && size < 99_999.5) {
            String text = size >= 999.5
                    ? grouped(Math.round(x))
                    : new BigDecimal(x).round(new MathContext(3)).toPlainString();
            return text.replace('-', '\u2212');
        }
        String[] parts = String.format(Locale.ROOT, "%.2e", x).split("e", 2);
        return parts[0].replace('-', '\u2212') + "\u00b710" + superscript(Integer.parseInt(parts[1]));
    }

    /** All the digits a setting was given with. */
    public static String exact(double x) {
        return BigDecimal.valueOf(x).stripTrailingZeros().toPlainString();
    }

    public static String superscript(int n) {
        StringBuilder out = new StringBuilder();
        for (char c : Integer.toString(n).toCharArray()) {
            out.append(c == '-' ? '\u207b' : SUPERSCRIPTS.charAt(c - '0'));
        }
        return out.toString();
    }
}
