package dev.goshawk.packed.format;

import dev.goshawk.data.ResizeFilter;
import dev.goshawk.files.Printable;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The metadata of a packed file. A text that is missing or malformed is refused with an {@link IllegalArgumentException} of one line. */
record Metadata(Map<String, String> texts) {
    /** Digits of a size. */
    private static final int LONGEST_SIZE = 5;

    /** A text, or null where there is none. */
    @Nullable String optional(String key) {
        return texts.get(key);
    }

    String text(String key) {
        String text = texts.get(key);
        if (text == null) {
            throw new IllegalArgumentException("expected metadata " + key + ", got none");
        }
        return text;
    }

    /** So many sizes in pixels, with an x between them. */
    int[] sizes(String key, int count) {
        String text = text(key);
        String[] parts = text.split("x", -1);
        for (String part : parts) {
            boolean sound = !part.isEmpty() && part.length() <= LONGEST_SIZE
                    && part.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!sound || parts.length != count) {
                throw new IllegalArgumentException("metadata " + key + ": expected " + count
                        + " sizes in pixels, got " + Printable.shown(text));
            }
        }
        return Arrays.stream(parts).mapToInt(Integer::parseInt).toArray();
    }

    /** Finite numbers with commas between them. */
    double[] numbers(String key) {
        String text = text(key);
        try {
            double[] all = Arrays.stream(text.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
            if (Arrays.stream(all).allMatch(Double::isFinite)) {
                return all;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "metadata " + key + ": expected three numbers, got " + Printable.shown(text), e);
        }
        throw new IllegalArgumentException(
                "metadata " + key + ": expected finite numbers, got " + Printable.shown(text));
    }

    /** A resize filter by its name; where there is no text, the first one. */
    ResizeFilter filter(String key) {
        String name = texts.get(key);
        for (ResizeFilter filter : ResizeFilter.values()) {
            if (name == null || filter.name().toLowerCase(Locale.ROOT).equals(name)) {
                return filter;
            }
        }
        throw new IllegalArgumentException(
                "metadata " + key + ": expected bilinear or bicubic, got " + Printable.shown(name));
    }
}
