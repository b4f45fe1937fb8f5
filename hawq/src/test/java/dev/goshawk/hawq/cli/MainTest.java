package dev.goshawk.hawq.cli;

import dev.goshawk.hawq.cli.print.Version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine command = Main.commandLine().setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));

    @Command(name = "fail")
    private record Failing(Exception failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }

    private List<String> failWith(Exception failure, String... arguments) {
        command.addSubcommand(new Failing(failure));
        // Streams and handlers reach the subcommands that are there when they are set.
        command.setOut(command.getOut()).setErr(command.getErr())
                .setExecutionExceptionHandler(command.getExecutionExceptionHandler());
        assertEquals(2, command.execute(arguments));
        assertEquals("", out.toString());
        return err.toString().lines().toList();
    }

    @Test
    void wantOfMemorySaysOfWhichAndWhatHelps() {
        assertEquals(
                "out of memory with a heap of 30 MiB: use a larger heap (GOSHAWK_OPTS=-Xmx1g; --dry-run says how much a "
                        + "command takes), or a smaller batch where the command has one",
                ErrorLines.outOfMemory(new OutOfMemoryError("Java heap space"), 30L << 20));
        assertTrue(ErrorLines.outOfMemory(new OutOfMemoryError(), 3L << 30).contains("-Xmx6g;"));
        for (String[] row : new String[][] {{"Metaspace", "MaxMetaspaceSize"},
                {"Compressed class space", "CompressedClassSpaceSize"},
                {"Cannot reserve 8192 bytes of direct buffer memory (allocated: 1, limit: 1)",
                        "MaxDirectMemorySize"}}) {
            assertEquals(
                    "out of memory outside the heap: use a larger -XX:" + row[1] + ", or leave it out (GOSHAWK_OPTS)",
                    ErrorLines.outOfMemory(new OutOfMemoryError(row[0]), 1));
        }
        assertTrue(ErrorLines.outOfMemory(new OutOfMemoryError("unable to create native thread: possibly out of memory "
                + "or process/resource limits reached"), 1)
                .startsWith("the system cannot create another thread: use fewer "));
    }

    @Test
    void helpNamesTheCommandAndExitsWithZero() {
        assertEquals(0, command.execute("--help"));
        assertTrue(out.toString().startsWith("Usage: goshawk"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void versionNamesTheJavaThatRunsIt() {
        assertEquals(0, command.execute("--version"));
        assertEquals("goshawk " + Version.project() + " (Java " + Runtime.version() + ")", out.toString().strip());
    }

    @Test
    void unknownOptionIsOneLine() {
        assertEquals(2, command.execute("--no-such-option"));
        assertEquals(List.of("goshawk: Unknown option: '--no-such-option' (see goshawk --help)"),
                err.toString().lines().toList());
    }

    @Test
    void theNearestNameIsSuggested() {
        assertEquals("goshawk: Unknown option: '--jsn=a' (did you mean '--json'?) (see goshawk models --help)",
                CliRun.failure("models", "--jsn=a"));
        assertEquals(
                "goshawk: Unknown option: '--tolerence' (did you mean '--tolerance'?) (see goshawk spectrum --help)",
                CliRun.failure("spectrum", "--tolerence", "0.1"));
        String line = CliRun.failure("evalaute");
        assertTrue(line.endsWith(", got 'evalaute' (did you mean 'evaluate'?) (see goshawk --help)"), line);
    }

    @Test
    void noCommandIsOneLine() {
        assertEquals(2, command.execute());
        assertEquals(List.of("goshawk: no command given (see goshawk --help)"), err.toString().lines().toList());
    }

    @Test
    void failureIsOneLineEvenWhereItsMessageHasMore() {
        assertEquals(List.of("goshawk: first second"),
                failWith(new IllegalArgumentException("first\n  second\n"), "fail"));
    }

    @Test
    void failureWithoutMessageIsNamed() {
        assertEquals(List.of("goshawk: an error of goshawk itself (ArithmeticException); please report it with what "
                + "--stacktrace adds"), failWith(new ArithmeticException(), "fail"));
    }

    @Test
    void whatJavaSaysByItselfIsAnErrorOfOurs() {
        assertEquals(
                List.of("goshawk: an error of goshawk itself (IndexOutOfBoundsException: Index 5 out of bounds for "
                        + "length 2); please report it with what --stacktrace adds"),
                failWith(new IndexOutOfBoundsException("Index 5 out of bounds for length 2"), "fail"));
        assertTrue(ErrorLines.oneLine(new StackOverflowError()).startsWith("an error of goshawk itself"));
        assertEquals("goshawk.threads: expected a number", ErrorLines.oneLine(new ExceptionInInitializerError(
                new IllegalArgumentException("goshawk.threads: expected a number"))));
        assertEquals("x: no such file or folder",
                ErrorLines.oneLine(new UncheckedIOException(new NoSuchFileException("x"))));
        assertEquals("a file that should be text is not UTF-8",
                ErrorLines.oneLine(new MalformedInputException(1)));
    }

    @Test
    void numbersAndFilesOfTheCommandLineAreRefusedInPlainWords() {
        for (String[] c : new String[][] {
                {"--batch", "9999999999", "expected a whole number of -2147483648 to 2147483647, got '9999999999'"},
                {"--batch", "1.5", "expected a whole number of -2147483648 to 2147483647, got '1.5'"},
                {"--seed", "x", "expected a whole number of -9223372036854775808 to 9223372036854775807, got 'x'"},
                {"--tolerance", "NaN", "expected a finite decimal number such as 0.01 or 1e-3, got 'NaN'"},
                {"--tolerance", "1e999", "expected a finite decimal number such as 0.01 or 1e-3, got '1e999'"},
                {"--tolerance", "0x1p-3", "expected a finite decimal number such as 0.01 or 1e-3, got '0x1p-3'"},
                {"--json", "", "expected a name, got an empty one"},
                {"--json", "a\0b", "expected a file's name, got one with a null character"}}) {
            assertEquals("goshawk: Invalid value for option '" + c[0] + "': " + c[2] + " (see goshawk spectrum --help)",
                    CliRun.failure("spectrum", c[0], c[1]));
        }
    }

    @Test
    void stackTraceIsShownToWhoeverAsks() {
        List<String> lines = failWith(new IOException("disk"), "fail", "--stacktrace");
        assertEquals("goshawk: disk", lines.get(0));
        assertEquals("java.io.IOException: disk", lines.get(1));
        assertTrue(lines.get(2).contains("at "), lines.get(2));
    }

    @Test
    void fileErrorsSayWhatIsWrongWithTheFile() {
        assertEquals("a/b: no such file or folder", ErrorLines.oneLine(new NoSuchFileException("a/b")));
        assertEquals("a/b: permission denied", ErrorLines.oneLine(new AccessDeniedException("a/b")));
        assertEquals("a/b: No space left on device",
                ErrorLines.oneLine(new FileSystemException("a/b", null, "No space left on device")));
        assertEquals("a/b: the file system refuses it", ErrorLines.oneLine(new FileSystemException("a/b")));
    }
}
