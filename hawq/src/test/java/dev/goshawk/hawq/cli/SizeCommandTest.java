package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

class SizeCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @Test
    void thePublishedBitsOfResNet20GiveThePublishedRatio() {
        assertEquals(0, run("size", "--model", "resnet20", "--bits", "8,6,6,8,3,3,3,2,2,2,3"));
        assertTrue(out.toString().contains("13.11x"), out.toString());
        assertTrue(out.toString().contains("92.22 %"), out.toString());
    }

    @Test
    void photographsNetworksStandBesideTheirPublishedRows() {
        String four = String.join(",", Collections.nCopies(18, "4"));
        assertEquals(0, run("size", "--model", "resnet50", "--bits", four));
        assertTrue(out.toString().contains("8.00x   12.1607 MiB  this assignment"), out.toString());
        assertTrue(out.toString().contains("12.28x    7.9223 MiB  W 2 MP, A 4 MP: 75.48 %"), out.toString());
    }

    @Test
    void aListOfAnotherLengthIsOneLine() {
        assertEquals(2, run("size", "--model", "resnet20", "--bits", "8,6"));
        assertEquals(1, err.toString().strip().lines().count(), err.toString());
        assertTrue(err.toString().contains("11"), err.toString());
    }

    @Test
    void numbersAreWrittenToo(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("size.json");
        assertEquals(0, run("size", "--model", "resnet20", "--bits", "8,6,6,8,3,3,3,2,2,2,3", "--json",
                json.toString()));
        assertEquals(13.11, CliRun.json(json).get("ratio").asDouble(), 0.005);
        assertEquals(6, CliRun.json(json).get("blocks").get(1).get("bits").asInt());
        assertEquals(0, run("models", "--json", json.toString()));
        JsonNode first = CliRun.json(json).get("models").get(0);
        assertEquals(List.of("resnet20", "32", "11"), List.of(first.get("name").asString(),
                first.get("input_size").asString(), Integer.toString(first.get("blocks").size())));
        assertEquals(first.get("weights").asLong(),
                first.get("blocks").valueStream().mapToLong(b -> b.get("weights").asLong()).sum());
        Path nowhere = folder.resolve("no/x.json");
        for (String[] command : new String[][] {{"models"}, {"size", "--bits", "8"}}) {
            String[] all = java.util.Arrays.copyOf(command, command.length + 1);
            all[command.length] = "--json=" + nowhere;
            assertTrue(CliRun.failure(all).contains("cannot be written (there is no folder "), CliRun.failure(all));
        }
    }

    @Test
    void everyNetworkIsListedWithItsWeight() {
        assertEquals(0, run("models"));
        assertTrue(out.toString().contains("25,557,032"), out.toString());
        assertTrue(out.toString().contains("40,551,040"), out.toString());
    }

    @Test
    void aNetworkThatIsNotThereIsSaidBeforeAnythingElse() {
        String line = CliRun.failure("size", "--model", "resnet21");
        assertTrue(
                line.startsWith("goshawk: --model: expected one of ") && line.contains("got 'resnet21' (did you mean "),
                line);
        assertEquals("goshawk: --bits or --weights: expected one of them, got neither (see goshawk size --help)",
                CliRun.failure("size"));
    }
}
