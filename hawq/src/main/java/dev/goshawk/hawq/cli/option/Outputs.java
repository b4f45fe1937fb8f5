package dev.goshawk.hawq.cli.option;

import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.files.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The files a command writes in addition to what it prints. */
public final class Outputs {
    /** Describes the option {@code --json}. */
    public static final String RESULT = "Also write the result to this file; - is standard output, and what is otherwise printed there is "
            + "then on standard error.";

    private static final Set<String> OUTPUTS = Set.of("--json", "--logits", "--out");
    private static final Path DASH = Path.of("-");
    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    private record Named(String option, Path path) {
    }

    private Outputs() {
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * Finds out now whether the files that a command was given can be written later, and that none is given twice or is one
     * that the command reads; leaves no trace. A dash becomes standard output, and what the command would print there goes to standard
     * error from now on.
     *
     * @throws IOException in one line, if a file cannot be written
     * @throws ParameterException if two options name one file
     */
    public static void check(CommandSpec spec) throws IOException {
        List<Named> outputs = new ArrayList<>();
        List<Named> inputs = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            if (OUTPUTS.contains(option.longestName()) && DASH.equals(option.getValue())) {
                option.setValue(STANDARD_OUTPUT);
                spec.commandLine().setOut(spec.commandLine().getErr());
            }
            if (option.getValue() instanceof Path path) {
                (OUTPUTS.contains(option.longestName()) ? outputs : inputs)
                        .add(new Named(option.longestName(), path));
            } else if (option.longestName().equals("--model") && option.getValue() instanceof String model
                    && NamedNetwork.isFile(model)) {
                inputs.add(new Named(option.longestName(), Path.of(model)));
            }
        }
        for (int i = 0; i < outputs.size(); i++) {
            Named output = outputs.get(i);
            for (Named other : outputs.subList(0, i)) {
                if (AtomicFile.isSame(output.path, other.path)) {
                    throw new ParameterException(spec.commandLine(), other.option + " and " + output.option
                            + ": expected two files, got "
                            + (STANDARD_OUTPUT.equals(output.path) ? DASH : output.path) + " for both");
                }
            }
            for (Named input : inputs) {
                if (isPartOf(output.path, input.path)) {
                    throw new ParameterException(spec.commandLine(), output.option + ": " + output.path
                            + " is read by " + input.option + " and would be overwritten, expected another file");
                }
            }
            AtomicFile.check(output.path);
        }
    }

    /** Whether the output is the input or a file that is in its folder already. */
    private static boolean isPartOf(Path output, Path input) throws IOException {
        if (!Files.exists(input) || !Files.exists(output)) {
            return false;
        }
        return AtomicFile.isSame(output, input) && !Files.isDirectory(input)
                || Files.isDirectory(input) && Files.isRegularFile(output)
                        && output.toRealPath().startsWith(input.toRealPath());
    }

    /**
     * Refuses a dash where a folder is to be written, or a list that is read as well.
     *
     * @param what is expected, such as a folder
     * @throws IllegalArgumentException in one line
     */
    public static void refuseDash(String option, @Nullable Path path, String what) {
        if (DASH.equals(path)) {
            throw new IllegalArgumentException(option + ": expected " + what + ", got - (./- is one of that name)");
        }
    }

    /** Says that a command which only plans writes none of these files, of which some may be null. */
    public static void tellDryRun(PrintWriter err, @Nullable Path... files) {
        for (Path file : files) {
            if (file != null) {
                err.println("goshawk: --dry-run computes nothing: " + file + " is not written");
                err.flush();
            }
        }
    }

    /** Writes a file; does nothing for null. */
    public static void write(@Nullable Path target, JsonNode content) {
        if (target != null) {
            JsonFiles.write(target, content);
        }
    }
}
