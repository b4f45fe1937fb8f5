package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One run of the command, as a user sees it. */
public record CliRun(int exitCode, String out, String err) {
    public static CliRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new CliRun(command.execute(arguments), out.toString(), err.toString());
    }

    /** The one line of a run that failed. */
    public static String failure(String... arguments) {
        CliRun run = of(arguments);
        assertEquals(2, run.exitCode, run.err);
        assertEquals("", run.out);
        List<String> lines = run.err.lines().toList();
        assertEquals(1, lines.size(), run.err);
        return lines.getFirst();
    }

    public static JsonNode json(Path file) throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(file));
    }

    /** A file of untrained resnet20 weights, in PyTorch's layout. */
    public static Parameters writeWeights(Path file) {
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20"), DType.FLOAT32, 3);
        SafetensorsFile.write(file, parameters.toWeights("test").tensors(), Map.of());
        return parameters;
    }

    /** A sample list of some of the embedded images. */
    public static Path writeSamples(Path folder, String... names) throws IOException {
        return Files.write(folder.resolve("list.txt"), List.of(names));
    }
}
