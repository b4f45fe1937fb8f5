package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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
    void everyNetworkIsListedWithItsWeight() {
        assertEquals(0, run("models"));
        assertTrue(out.toString().contains("25,557,032"), out.toString());
        assertTrue(out.toString().contains("40,551,040"), out.toString());
    }
}
