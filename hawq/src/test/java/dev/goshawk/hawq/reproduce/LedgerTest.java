package dev.goshawk.hawq.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.report.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
    private static final int ROWS = 40;

    @TempDir
    private Path folder;

    private static LedgerRow row(String name, long seed, double accuracy, LedgerRow.Point... curve) {
        return new LedgerRow(name, "hawq", null, List.of(2, 4), 4, 13.1, 8, 1000, accuracy, 90, seed, 15, 600, 16,
                "abc",
                "00", "goshawk", name + seed, List.of(curve));
    }

    @Test
    void aRowIsAddedToWhatOthersWrote() throws Exception {
        Path file = folder.resolve("new/ledger.json");
        for (int seed = 0; seed < 4; seed++) {
            Ledger.open(file).add(row("hawq", seed, 88));
        }
        assertEquals(List.of(0L, 1L, 2L, 3L), Ledger.open(file).rows().stream().map(LedgerRow::seed).toList());
        Ledger.open(file).add(row("hawq", 2, 12));
        assertEquals(4, Ledger.open(file).rows().size(), "a row is added once");
        assertEquals(88, Ledger.open(file).find("hawq2").orElseThrow().accuracy());
    }

    /** What the other process does. */
    static final class Adder {
        private Adder() {
        }

        public static void main(String[] arguments) throws IOException {
            for (int seed = 0; seed < ROWS; seed++) {
                Ledger.open(Path.of(arguments[0])).add(row(arguments[1], seed, 88));
            }
        }
    }

    @Test
    void twoProcessesLoseNoRow() throws Exception {
        Path file = folder.resolve("ledger.json");
        List<Process> processes = new ArrayList<>();
        for (String name : List.of("hawq", "direct")) {
            processes.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Adder.class.getName(),
                    file.toString(), name).inheritIO().start());
        }
        for (Process process : processes) {
            assertEquals(0, process.waitFor());
        }
        assertEquals(2 * ROWS, Ledger.open(file).rows().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[1]", "[{}]", "[{\"row\": \"hawq\"}]", "[", "\"text\"", "[null]"})
    void whatIsNoLedgerIsRefusedInOneLineAndStays(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("ledger.json"), text);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Ledger.open(file));
        assertTrue(e.getMessage().contains("ledger.json") && !e.getMessage().contains("\n"), e.getMessage());
        assertEquals(text, Files.readString(file));
    }

    @Test
    void seedsAreAveragedAndConvergenceIsCounted() {
        LedgerRow hawq = row("hawq", 1, 88, new LedgerRow.Point(1, 0.9, 50), new LedgerRow.Point(15, 0.4, 88));
        LedgerRow reversed = row("hawq-reversed-order", 1, 87, new LedgerRow.Point(1, 0.3, 90),
                new LedgerRow.Point(5, 0.7, 80),
                new LedgerRow.Point(9, 0.42, 86), new LedgerRow.Point(15, 0.41, 87));
        LedgerRow never = row("hawq-reversed-precision", 1, 70, new LedgerRow.Point(1, 0.9, 60),
                new LedgerRow.Point(15, 0.8, 70));
        List<LedgerRow> rows = List.of(hawq, row("hawq", 2, 89), reversed, never);
        List<Block> blocks = List.of(new Block("a", List.of("a.weight"), 10, 1_000_000_000L),
                new Block("b", List.of("b.weight"), 10, 500_000_000L));
        Comparison table = Table.of("resnet20", blocks, PaperTables.cifar10().choose(List.of(), 1), rows, Map.of());
        assertEquals(List.of(88.5, 87.0, 70.0), table.entries().stream().map(Comparison.Entry::accuracy).toList());
        assertEquals(0.42, table.reference(), 1e-12);
        // 2 bits of the first block's billion products, 4 of the second's half, activations of 4: 32 / 8.
        assertEquals((2 + 4 * 0.5) * 4, table.entries().getFirst().bops(), 1e-12);
        assertEquals(1, table.changes().size());
        assertTrue(table.worth().contains("not ascending: +1.50 (88.50 against 87.00)"), table.worth());
        assertEquals(List.of("HAWQ", "HAWQ, order reversed", "HAWQ, precision reversed"),
                table.curves().stream().map(Comparison.Curve::label).toList());
        assertTrue(table.convergence().contains("HAWQ: 15 epochs to the line\n")
                && table.convergence().contains("HAWQ, order reversed: 9 epochs to the line\n")
                && table.convergence().contains("HAWQ, precision reversed: never at the line\n"),
                table.convergence());
        assertTrue(table.text().contains("88.00\u201389.00"), table.text());
    }

    @Test
    void namesChooseRowsAndTheFloatNetworkIsAlwaysThere() {
        List<Experiment> all = PaperTables.cifar10().choose(List.of(), 3);
        assertEquals("float", all.getFirst().row());
        assertEquals(all.size(), all.stream().map(Experiment::folder).distinct().count());
        assertEquals(3, all.stream().filter(e -> e.row().equals("hawq")).count());
        assertEquals(1, all.stream().filter(e -> e.row().equals("direct")).count());
        assertEquals(List.of("float", "hawq", "hawq"),
                PaperTables.cifar10().choose(List.of("hawq"), 2).stream().map(Experiment::row).toList());
        assertEquals(List.of("float", "hawq-reversed-order"),
                PaperTables.cifar10().choose(List.of("hawq-reversed-order"), 1).stream().map(Experiment::row).toList());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> PaperTables.cifar10().choose(List.of("hawk"), 1));
        assertTrue(e.getMessage().contains("direct-at-size") && e.getMessage().contains("'hawk'"), e.getMessage());
    }
}
