package dev.goshawk.hawq.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
