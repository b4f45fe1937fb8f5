package dev.goshawk.packed.format;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The JSON of a safetensors header, without a library: objects of texts, and of objects that hold a text and lists of whole numbers of 0
 * or more. Anything else is refused.
 */
final class JsonText {
    private static final int HEX = 16;
    private static final int MOST_NUMBERS = 16;

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /**
     * Reads an object whose members are objects: their members are texts (String) and lists of numbers (long[]).
     *
     * @throws IllegalArgumentException in one line, if it is anything else
     */
    static Map<String, Map<String, Object>> read(String text) {
        JsonText json = new JsonText(text);
        Map<String, Map<String, Object>> members = json.object(json::inner);
        json.space();
        if (json.at != text.length()) {
            throw json.unexpected("nothing after the object");
        }
        return members;
    }

    private Map<String, Object> inner() {
        return object(() -> peek() == '"' ? string() : numbers());
    }

    private <V> Map<String, V> object(Supplier<V> value) {
        Map<String, V> members = new LinkedHashMap<>();
        expect('{');
        if (peek() == '}') {
            at++;
            return members;
        }
        do {
            String name = string();
            expect(':');
            if (members.putIfAbsent(name, value.get()) != null) {
                throw unexpected("each name once");
            }
        } while (follows('}'));
        return members;
    }

    private long[] numbers() {
        long[] all = new long[MOST_NUMBERS];
        int n = 0;
        expect('[');
        if (peek() == ']') {
            at++;
            return new long[0];
        }
        do {
            peek();
            int from = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            if (from == at || at - from > 15 || n == MOST_NUMBERS) {
                throw unexpected("at most " + MOST_NUMBERS + " whole numbers");
            }
            all[n++] = Long.parseLong(text.substring(from, at));
        } while (follows(']'));
        return Arrays.copyOf(all, n);
    }

    /** Whether a comma is next, rather than the end. */
    private boolean follows(char end) {
        char c = peek();
        if (c != ',' && c != end) {
            throw unexpected("',' or '" + end + "'");
        }
        at++;
        return c == ',';
    }

    private String string() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = any();
            if (c == '"') {
                return out.toString();
            }
            if (c < ' ') {
                throw unexpected("no control character in a text");
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = any();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int k = 0; k < 4; k++) {
                    char digit = any();
                    int value = digit < 128 ? Character.digit(digit, HEX) : -1;
                    if (value < 0) {
                        throw unexpected("four hexadecimal digits");
                    }
                    code = code * HEX + value;
                }
                yield (char) code;
            }
            default -> throw unexpected("an escape of JSON");
        };
    }

    private char any() {
        if (at == text.length()) {
            throw unexpected("more");
        }
        return text.charAt(at++);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw unexpected("'" + c + "'");
        }
        at++;
    }

    /** The next character that is no space, which stays. */
    private char peek() {
        space();
        return at == text.length() ? 0 : text.charAt(at);
    }

    private void space() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException(
                "its header is not sound JSON (expected " + wanted + " at character " + at + ")");
    }

    /** A text in quotation marks. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
