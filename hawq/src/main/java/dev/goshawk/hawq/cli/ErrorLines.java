package dev.goshawk.hawq.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.BooleanSupplier;

import dev.goshawk.data.ImageSizeException;
import dev.goshawk.hawq.cli.data.PhotographOptions;
import dev.goshawk.graph.Names;
import dev.goshawk.hawq.setting.NamesSettings;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns every failure into one line {@code goshawk: <what went wrong>} on standard error and exit code 2. The stack trace is
 * for whoever asks for it.
 */
final class ErrorLines implements IParameterExceptionHandler, IExecutionExceptionHandler {

    static final int EXIT_CODE = 2;

    private final BooleanSupplier withStackTrace;

    ErrorLines(BooleanSupplier withStackTrace) {
        this.withStackTrace = withStackTrace;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        String line = failure instanceof UnmatchedArgumentException unmatched
                ? unexpected(command, unmatched, unmatched.getUnmatched().getFirst())
                : oneLine(failure);
        return report(command, failure, line + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
    }

    private static String unexpected(CommandLine command, UnmatchedArgumentException failure, String argument) {
        if (failure.isUnknownOption()) {
            int value = argument.indexOf('=');
            return "Unknown option: '" + argument + "'"
                    + Names.suggestion(value < 0 ? argument : argument.substring(0, value),
                            command.getCommandSpec().optionsMap().keySet());
        }
        List<String> commands = List.copyOf(command.getSubcommands().keySet());
        return commands.isEmpty()
                ? "expected options alone, got '" + argument + "'"
                : "expected the command " + Converters.anyOf(commands) + ", got '" + argument + "'"
                        + Names.suggestion(argument, commands);
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return report(command, failure, oneLine(failure) + remedy(failure, command));
    }

    /** What brings images of any size to the one that was expected. */
    private static String remedy(Exception failure, CommandLine command) {
        return failure instanceof ImageSizeException e
                && command.getCommandSpec().findOption(PhotographOptions.CROP) != null
                        ? "; with " + PhotographOptions.CROP + " " + e.side()
                                + " images of any size are resized and cut out"
                        : "";
    }

    private int report(CommandLine command, Exception failure, String line) {
        PrintWriter err = command.getErr();
        err.println("goshawk: " + line);
        if (withStackTrace.getAsBoolean()) {
            failure.printStackTrace(err);
        }
        err.flush();
        return EXIT_CODE;
    }

    /**
     * The message without line breaks. A file system's exception, whose message may be a bare path, says what is wrong;
     * what no input should lead to says that it is an error of goshawk itself.
     */
    static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        Throwable cause = failure.getCause();
        String text = switch (failure) {
            case NamesSettings e -> e.message(OptionNames::of);
            case NoSuchFileException e -> e.getFile() + ": no such file or folder";
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case FileAlreadyExistsException e -> e.getFile() + ": exists already";
            case FileSystemException e when e.getReason() == null -> e.getFile() + ": the file system refuses it";
            case CharacterCodingException _ -> "a file that should be text is not UTF-8";
            case InvalidPathException e -> e.getInput() + ": cannot be a file's name here; for names outside ASCII set "
                    + "LC_ALL=C.UTF-8";
            case ExceptionInInitializerError _ when cause instanceof IllegalArgumentException -> oneLine(cause);
            case UncheckedIOException _ when cause != null && cause.toString().equals(message) -> oneLine(cause);
            case Throwable _ when isOurs(failure) || message == null || message.isBlank() -> ours(failure);
            default -> message;
        };
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /**
     * What was exhausted, and what helps.
     *
     * @param heap bytes of the heap at most
     */
    static String outOfMemory(OutOfMemoryError failure, long heap) {
        String message = Objects.requireNonNullElse(failure.getMessage(), "");
        if (message.contains("native thread")) {
            return "the system cannot create another thread: use fewer (--threads), or raise the limit on processes or memory "
                    + "(ulimit -u, ulimit -v, a container's)";
        }
        String option = message.contains("Metaspace")
                ? "MaxMetaspaceSize"
                : message.contains("Compressed class space")
                        ? "CompressedClassSpaceSize"
                        : message.contains("direct buffer") ? "MaxDirectMemorySize" : "";
        if (!option.isEmpty()) {
            return "out of memory outside the heap: use a larger -XX:" + option + ", or leave it out (GOSHAWK_OPTS)";
        }
        return "out of memory with a heap of " + (heap >> 20) + " MiB: use a larger heap (GOSHAWK_OPTS=-Xmx"
                + Math.max(1, Math.ceilDiv(2 * heap, 1L << 30)) + "g; --dry-run says how much a command takes), or a "
                + "smaller batch where the command has one";
    }

    /** Whether this is what Java throws by itself: bad input is found, and told, where it comes in. */
    private static boolean isOurs(Throwable failure) {
        if (failure.getClass().getPackageName().startsWith("dev.goshawk")) {
            return false;
        }
        return switch (failure) {
            case NullPointerException _, IndexOutOfBoundsException _, ClassCastException _, ArithmeticException _, NegativeArraySizeException _, ArrayStoreException _, NoSuchElementException _, ConcurrentModificationException _, NumberFormatException _, Error _ ->
                true;
            default -> false;
        };
    }

    private static String ours(Throwable failure) {
        String message = failure.getMessage();
        return "an error of goshawk itself (" + failure.getClass().getSimpleName()
                + (message == null || message.isBlank() ? "" : ": " + message)
                + "); please report it with what --stacktrace adds";
    }
}
