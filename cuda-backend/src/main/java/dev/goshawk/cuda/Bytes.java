package dev.goshawk.cuda;

import java.util.Locale;

/** Amounts of memory for a person. */
final class Bytes {
    private static final double MIB = 1 << 20;
    private static final double GIB = 1 << 30;

    private Bytes() {
    }

    static String text(long bytes) {
        return bytes < GIB
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / MIB)
                : String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
    }
}
