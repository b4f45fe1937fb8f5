package dev.goshawk.hawq.cli;

import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.function.BooleanSupplier;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

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
        return report(command, failure,
                oneLine(failure) + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return report(command, failure, oneLine(failure));
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

    /** The message without line breaks; a file system's exception, whose message may be a bare path, says what is wrong. */
    static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        String text = switch (failure) {
            case NoSuchFileException e -> e.getFile() + ": no such file or folder";
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case FileAlreadyExistsException e -> e.getFile() + ": exists already";
            case FileSystemException e when e.getReason() == null -> e.getFile() + ": " + name(e);
            default -> message == null || message.isBlank() ? name(failure) : message;
        };
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String name(Throwable failure) {
        return failure.getClass().getSimpleName();
    }
}
