package dev.goshawk.hawq.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How numbers and files are read from the command line, with messages of our own. */
final class Converters {
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    private Converters() {
    }

    static void register(CommandLine command) {
        command.registerConverter(int.class, Converters::integer);
        command.registerConverter(Integer.class, Converters::integer);
        command.registerConverter(long.class, Converters::wide);
        command.registerConverter(Long.class, Converters::wide);
        command.registerConverter(double.class, Converters::real);
        command.registerConverter(Double.class, Converters::real);
        command.registerConverter(Path.class, Converters::path);
        for (CommandLine sub : command.getSubcommands().values()) {
            sub.getCommandSpec().options().forEach(o -> {
                for (Class<?> type : o.auxiliaryTypes()) {
                    if (type.isEnum()) {
                        registerEnum(command, type);
                    }
                }
            });
        }
    }

    /** Constants are written in lower case, with dashes. */
    private static <T> void registerEnum(CommandLine command, Class<T> type) {
        Map<String, T> constants = new LinkedHashMap<>();
        for (T constant : type.getEnumConstants()) {
            constants.put(written(((Enum<?>) constant).name()), constant);
        }
        command.registerConverter(type, text -> {
            T constant = constants.get(written(text));
            if (constant == null) {
                throw new TypeConversionException("expected " + anyOf(List.copyOf(constants.keySet())) + ", got '"
                        + text + "'");
            }
            return constant;
        });
    }

    private static String written(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The words with commas, and "or" before the last. */
    static String anyOf(List<String> words) {
        int last = words.size() - 1;
        return last < 1 ? String.join("", words) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static int integer(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE, e);
        }
    }

    private static long wide(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw whole(text, Long.MIN_VALUE, Long.MAX_VALUE, e);
        }
    }

    private static TypeConversionException whole(String text, long least, long most, NumberFormatException e) {
        return refusal("expected a whole number of " + least + " to " + most + ", got '" + text + "'", e);
    }

    private static double real(String text) {
        double value = DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!Double.isFinite(value)) {
            throw new TypeConversionException(
                    "expected a finite decimal number such as 0.01 or 1e-3, got '" + text + "'");
        }
        return value;
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("expected a name, got an empty one");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw refusal(text.indexOf('\0') >= 0
                    ? "expected a file's name, got one with a null character"
                    : "this locale cannot name the file '" + text + "': set LC_ALL=C.UTF-8", e);
        }
    }

    private static TypeConversionException refusal(String message, RuntimeException cause) {
        TypeConversionException refusal = new TypeConversionException(message);
        refusal.initCause(cause);
        return refusal;
    }
}
