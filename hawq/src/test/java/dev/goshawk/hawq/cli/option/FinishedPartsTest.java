package dev.goshawk.hawq.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.print.SpectrumRow;
import dev.goshawk.hawq.run.RunSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinishedPartsTest {
    private static final RunSettings SETTINGS = settings("0", "abc", "25");

    @TempDir
    private Path folder;
    private final List<String> notes = new ArrayList<>();

    private static RunSettings settings(String seed, String images, String jdk) {
        return new RunSettings("now", "goshawk spectrum", Map.of("--seed", seed), Map.of("sample", images),
                Map.of("JDK", jdk, "Goshawk", "1.0 (code a)"));
    }

    private static SpectrumRow row(double eigenvalue, double rounding) {
        return new SpectrumRow("conv1", List.of("w"), 3,
                List.of(new SpectrumRow.Pair(eigenvalue, Math.ulp(eigenvalue), rounding, true, false)), 5, 2);
    }

    private FinishedParts open() throws IOException {
        return FinishedParts.open(FinishedParts.beside(folder.resolve("x.json")), SETTINGS, false, notes::add);
    }

    @Test
    void anotherProcessReadsEveryBit() throws IOException {
        FinishedParts parts = open();
        assertEquals(0, parts.kept());
        parts.put("a", row(Math.nextUp(0.1), Double.NaN));
        assertEquals(row(-1e-310, 1e300), parts.get("b", SpectrumRow.class, () -> row(-1e-310, 1e300)));
        FinishedParts again = open();
        assertEquals(2, again.kept());
        assertEquals(0.5, again.share(4));
        assertTrue(again.has("a") && again.has("b") && !again.has("c"));
        assertEquals(row(Math.nextUp(0.1), Double.NaN), again.get("a", SpectrumRow.class));
        assertEquals(row(-1e-310, 1e300), again.get("b", SpectrumRow.class, () -> {
            throw new AssertionError("computed twice");
        }));
        again.delete();
        assertEquals(0, open().kept());
        assertEquals(List.of(), notes);
    }

    @Test
    void whatIsOfSomethingElseIsRefusedAndStays() throws IOException {
        open().put("a", row(1, 0));
        Path file = folder.resolve("x.json.parts");
        for (RunSettings other : List.of(settings("1", "abc", "25"), settings("0", "abd", "25"),
                settings("0", "abc", "26"))) {
            String said = assertThrows(IOException.class, () -> FinishedParts.open(file, other, false, notes::add))
                    .getMessage();
            assertTrue(said.startsWith(file + ": cannot be resumed") && said.lines().count() == 1, said);
        }
        assertEquals(1, open().kept());
    }

    @Test
    void partsOfAnotherBuildAreRefusedUnlessAccepted() throws IOException {
        open().put("a", row(1, 0));
        Path file = folder.resolve("x.json.parts");
        RunSettings other = new RunSettings("now", "goshawk spectrum", SETTINGS.values(), SETTINGS.contents(),
                Map.of("JDK", "25", "Goshawk", "1.0 (code b)"));
        assertTrue(assertThrows(IOException.class, () -> FinishedParts.open(file, other, false, notes::add))
                .getMessage()
                .startsWith(
                        file + ": cannot be resumed with Goshawk 1.0 (code b), it was started with 1.0 (code a); "));
        assertEquals(List.of(), notes);
        assertEquals(1, FinishedParts.open(file, other, true, notes::add).kept());
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().startsWith(file + ": was started by Goshawk 1.0 (code a), and this is"),
                notes.toString());
    }

    @Test
    void partsOfAVersionThatDidNotSayWhatComputedThemAreRefused() throws IOException {
        Path file = folder.resolve("x.json.parts");
        RunSettings old = new RunSettings("now", "goshawk spectrum", Map.of("--seed", "0", "float32 lanes", "16"),
                SETTINGS.contents(), Map.of());
        FinishedParts.open(file, old, false, notes::add).put("a", row(1, 0));
        assertEquals(
                file + ": was kept by an earlier version, which did not say what computed it; delete the file to begin "
                        + "from the start",
                assertThrows(IOException.class, this::open).getMessage());
    }

    @Test
    void damageIsToldAndComputedAgain() throws IOException {
        open().put("a", row(1, 0));
        Path file = folder.resolve("x.json.parts");
        String text = Files.readString(file);
        for (String damaged : List.of(text.replace("1.0", "2.0"), text.substring(0, text.length() / 2), "{}", "null",
                "[]",
                "")) {
            Files.writeString(file, damaged);
            notes.clear();
            assertEquals(0, open().kept());
            assertEquals(List.of(file + ": is damaged and is computed again"), notes, damaged);
        }
    }

    record Errors(double error, double another) {
    }

    @Test
    void aPartThatLacksANumberIsRefused() throws IOException {
        open().put("a", Map.of("error", 0.5));
        FinishedParts parts = open();
        assertEquals(
                folder.resolve("x.json.parts")
                        + ": 'a' was kept by a version that computed other numbers; delete the file to "
                        + "begin from the start",
                assertThrows(UncheckedIOException.class, () -> parts.get("a", Errors.class)).getCause()
                        .getMessage());
    }

    /** What was written before a write failed stays, is counted and is deleted with the result. */
    @Test
    void partsBeforeAFailedWriteStay() throws IOException {
        FinishedParts parts = open();
        parts.put("a", row(1, 0));
        Path file = folder.resolve("x.json.parts");
        parts.put("b", Double.NaN);
        assertEquals(2, parts.kept());
        Files.delete(file);
        Files.createDirectories(file.resolve("in the way"));
        parts.put("c", row(2, 0));
        assertEquals(2, parts.kept());
        assertTrue(notes.getFirst().endsWith("; finished parts are no longer kept"), notes.toString());
    }

    @Test
    void whereNothingCanBeKeptTheWorkGoesOn() throws IOException {
        FinishedParts nowhere = FinishedParts.open(null, SETTINGS, false, notes::add);
        nowhere.put("a", row(1, 0));
        assertTrue(nowhere.has("a"));
        Path file = Files.createFile(folder.resolve("file"));
        FinishedParts parts = FinishedParts.open(file.resolve("x.json.parts"), SETTINGS, false, notes::add);
        parts.put("a", row(1, 0));
        parts.put("b", row(1, 0));
        assertTrue(parts.has("b"));
        assertEquals(0, parts.kept());
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().endsWith("; finished parts are no longer kept"), notes.toString());
        assertFalse(Files.exists(folder.resolve("x.json.parts")));
    }
}
