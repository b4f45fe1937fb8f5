package dev.goshawk.hawq.reproduce;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.data.Augmentation;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.Curvature;
import dev.goshawk.hawq.HawqListener;
import dev.goshawk.hawq.Method;
import dev.goshawk.hawq.run.RunFolderException;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.hawq.training.TrainingListener;
import dev.goshawk.models.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a table on a small network: each is run once, whatever happens in between. */
class ReproductionTest {
    private static final List<Experiment> ROWS = List.of(Experiment.of("float", "Float", 1, 32),
            Experiment.of("hawq", "HAWQ", 8, 4), Experiment.of("direct", "Direct", 8, 4));

    @TempDir
    private Path folder;
    private boolean anyBuild;

    /** What was told, one word a row. */
    private static final class Told implements ReproductionListener {
        final List<String> lines = new ArrayList<>();

        @Override
        public void known(LedgerRow row, int number, int rows) {
            lines.add("known " + row.row());
        }

        @Override
        public void finished(LedgerRow row, int number, int rows) {
            lines.add("finished " + row.row());
        }
    }

    private Reproduction reproduction(Path out, Path ledger, double epochs) {
        return reproduction(out, ledger, epochs, Backends.defaultBackend());
    }

    private Reproduction reproduction(Path out, Path ledger, double epochs, Backend backend) {
        return new Reproduction(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data().holdOut(10, 1),
                new Recipe(epochs, 8, Augmentation.NONE), 20,
                SearchSettings.standard().withLength(2, 2), backend, Ledger.open(ledger), out,
                new RowOrigin(e -> "goshawk reproduce small " + e.row(), "seed 4", "noise", "none", 1, 16, "abc",
                        anyBuild));
    }

    @Test
    void everyFinishedRowIsInTheLedgerAndNotRunAgain() throws Exception {
        Path ledger = folder.resolve("ledger.json");
        List<LedgerRow> rows = reproduction(folder.resolve("out"), ledger, 2).run(ROWS, new Told());
        assertEquals(List.of("float", "hawq", "direct"), rows.stream().map(LedgerRow::row).toList());
        assertEquals(rows, Ledger.open(ledger).rows());
        for (LedgerRow row : rows) {
            assertEquals(2, row.epochs(), 0.5);
            assertEquals(rows.getFirst().accuracy(), row.baseline(), "every row starts from the float one");
            assertTrue(row.accuracy() >= 0 && row.accuracy() <= 100 && !row.curve().isEmpty());
        }
        assertEquals(List.of(4, 4, 4), rows.getLast().bits());
        assertEquals(8, rows.getLast().weightRatio());
        assertEquals(1, rows.getFirst().weightRatio());
        String json = Files.readString(ledger);
        for (String field : List.of("\"method\"", "\"reversed\" : null", "\"bits\"", "\"activation_bits\" : 4",
                "\"weight_ratio\"", "\"size_bytes\"", "\"accuracy\"", "\"baseline\"", "\"seed\" : 1", "\"epochs\"",
                "\"seconds\"", "\"lanes\" : 16", "\"commit\" : \"abc\"", "\"weights_sha256\"", "\"command\"")) {
            assertTrue(json.contains(field), field);
        }
        Path lost = folder.resolve("another");
        Told told = new Told();
        assertEquals(rows, reproduction(lost, ledger, 2).run(ROWS, told));
        assertEquals(List.of("known float", "known hawq", "known direct"), told.lines, "though the folder is lost");
        Told longer = new Told();
        List<LedgerRow> others = reproduction(lost, ledger, 3).run(ROWS, longer);
        assertEquals(List.of("finished float", "finished hawq", "finished direct"), longer.lines);
        assertNotEquals(rows.getFirst().fingerprint(), others.getFirst().fingerprint());
    }

    @Test
    void theSizeOfARowHasTheLargeValuesThatStayPrecise() throws Exception {
        LedgerRow row = reproduction(folder.resolve("out"), folder.resolve("ledger.json"), 2)
                .run(List.of(ROWS.getFirst(), Experiment.of("rvquant", "RVQuant", 8, 4)), new Told()).getLast();
        long stored = 0;
        long weights = 0;
        for (Block block : SmallTraining.NETWORK.describe().blocks()) {
            for (String name : block.weights()) {
                long n = SmallTraining.parameters().get(name).size();
                long large = (n + 99) / 100;
                int places = 64 - Long.numberOfLeadingZeros(n - 1);
                stored += (n - large) * 4 + large * 16 + Math.min(n, large * places);
                weights += n;
            }
        }
        assertEquals(List.of(4, 4, 4), row.bits());
        assertEquals(32.0 * weights / stored, row.weightRatio());
        assertEquals((stored + 7) / 8, row.sizeBytes());
    }

    @Test
    void aTableThatWasKilledEndsWithTheSameRows() throws Exception {
        List<LedgerRow> whole = reproduction(folder.resolve("whole"), folder.resolve("whole.json"), 2).run(ROWS,
                new Told());
        Path out = folder.resolve("cut");
        Path ledger = folder.resolve("cut.json");
        assertThrows(IllegalStateException.class, () -> reproduction(out, ledger, 2).run(ROWS, killer()));
        assertEquals(ROWS.subList(1, 3), reproduction(out, ledger, 2).missing(ROWS));
        assertEquals(List.of("float"), Ledger.open(ledger).rows().stream().map(LedgerRow::row).toList());
        Told told = new Told();
        List<LedgerRow> resumed = reproduction(out, ledger, 2).run(ROWS, told);
        assertEquals(List.of("known float", "finished hawq", "finished direct"), told.lines);
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.get(i).weightsSha256(), resumed.get(i).weightsSha256());
            assertEquals(whole.get(i).curve(), resumed.get(i).curve());
        }
        assertArrayEquals(Files.readAllBytes(Ledger.open(folder.resolve("whole.json")).model("hawq")),
                Files.readAllBytes(Ledger.open(ledger).model("hawq")));
    }

    /** Counts the rows for which a curvature was computed. */
    private static ReproductionListener counting(List<String> computed) {
        return new ReproductionListener() {
            @Override
            public HawqListener row(Experiment e) {
                return new HawqListener() {
                    @Override
                    public void curvature(Curvature curvature) {
                        computed.add(e.row());
                    }
                };
            }
        };
    }

    @Test
    void rowsHaveTheirCurvatureInCommonAndNoOtherNetworks() throws Exception {
        Experiment reversed = Experiment.of("hawq", "", 8, 4).reversed(Experiment.ORDER).named("reversed", "reversed");
        Experiment traces = Experiment.of("hawq-v2", "HAWQ-V2", 8, 4);
        List<Experiment> rows = List.of(ROWS.get(0), ROWS.get(1), reversed, traces);
        Path out = folder.resolve("out");
        List<String> computed = new ArrayList<>();
        List<LedgerRow> together = reproduction(out, folder.resolve("a.json"), 2).run(rows, counting(computed));
        assertEquals(List.of("hawq"), computed);
        List<LedgerRow> alone = reproduction(folder.resolve("alone"), folder.resolve("b.json"), 2)
                .run(List.of(rows.get(0), traces), counting(computed));
        assertEquals(List.of("hawq", "hawq-v2"), computed);
        assertEquals(alone.getLast().weightsSha256(), together.getLast().weightsSha256());
        assertEquals(alone.getLast().bits(), together.getLast().bits());
        // Longer training gives another float network, to which what is kept does not belong.
        Path other = Files.createDirectories(folder.resolve("other"));
        Path kept = Path.of("curvature-seed1", "curvature.json");
        Files.createDirectories(other.resolve(kept).getParent());
        Files.copy(out.resolve(kept), other.resolve(kept));
        reproduction(other, folder.resolve("c.json"), 3).run(
                List.of(rows.get(0), reversed.named("longer", "longer")), counting(computed));
        assertEquals(List.of("hawq", "hawq-v2", "longer"), computed);
    }

    @Test
    void rowsMaySearchForTheirWidths() throws Exception {
        List<Experiment> rows = List.of(ROWS.getFirst(), Experiment.of("dnas", "DNAS", 9, 4),
                Experiment.of("haq", "HAQ", 9, 4));
        Path ledger = folder.resolve("ledger.json");
        Reproduction reproduction = reproduction(folder.resolve("out"), ledger, 2);
        assertEquals(0, reproduction.searchEpochs(rows.get(0)));
        assertEquals(2, reproduction.searchEpochs(rows.get(1)));
        assertEquals(2 * (4 + 4 / 3.0) / 40, reproduction.searchEpochs(rows.get(2)), 1e-12);
        List<LedgerRow> done = reproduction.run(rows, new Told());
        assertEquals(List.of("float", "dnas", "haq"), done.stream().map(LedgerRow::row).toList());
        done.subList(1, 3).forEach(row -> assertTrue(row.weightRatio() >= 9, row.toString()));
        assertEquals(List.of(), reproduction.missing(rows));
    }

    private static ReproductionListener killer() {
        return new ReproductionListener() {
            @Override
            public HawqListener row(Experiment e) {
                return new HawqListener() {
                    @Override
                    public TrainingListener training(Method method) {
                        return new TrainingListener() {
                            @Override
                            public void epoch(EpochResult epoch) {
                                throw new IllegalStateException("killed");
                            }
                        };
                    }
                };
            }
        };
    }

    @Test
    void aFolderOfOtherSettingsIsRefusedAndNothingIsLost() throws Exception {
        Path out = folder.resolve("out");
        Path ledger = folder.resolve("ledger.json");
        reproduction(out, ledger, 2).run(ROWS.subList(0, 1), new Told());
        byte[] before = Files.readAllBytes(ledger);
        RunFolderException e = assertThrows(RunFolderException.class,
                () -> reproduction(out, ledger, 3).run(ROWS, new Told()));
        assertTrue(e.getMessage().contains("cannot be resumed"), e.getMessage());
        assertArrayEquals(before, Files.readAllBytes(ledger));
    }

    /** The default backend, with vectors of another width as it says. */
    private record OtherWidth(Backend own) implements Backend {
        @Override
        public String name() {
            return own.name();
        }

        @Override
        public String description() {
            return own.description();
        }

        @Override
        public OptionalInt floatLanes() {
            return OptionalInt.of(3);
        }

        @Override
        public Executable compile(Graph graph) {
            return own.compile(graph);
        }
    }

    @Test
    void aRowGoesOnOnlyWhereTheSameBitsAreComputedOrAnotherBuildIsAccepted() throws Exception {
        Path out = folder.resolve("out");
        Path ledger = folder.resolve("ledger.json");
        Backend other = new OtherWidth(Backends.defaultBackend());
        assertThrows(IllegalStateException.class, () -> reproduction(out, ledger, 2).run(ROWS, killer()));
        RunFolderException e = assertThrows(RunFolderException.class,
                () -> reproduction(out, ledger, 2, other).run(ROWS, new Told()));
        assertEquals(
                out.resolve(ROWS.get(1).folder()) + ": cannot be resumed with float32 lanes 3, it was started with "
                        + Backends.defaultBackend().floatLanes().orElse(0)
                        + " (the JVM options are the same: the processor differs)",
                e.getMessage());
        List<String> computed = new ArrayList<>();
        reproduction(out, ledger, 2, other).run(List.of(ROWS.get(0), ROWS.get(1).named("new", "new")),
                counting(computed));
        assertEquals(List.of("new"), computed, "the curvature that is kept is of other vectors");
        Path settings = out.resolve(ROWS.get(1).folder() + "/settings.json");
        Files.writeString(settings, Files.readString(settings).replaceFirst("code [0-9a-f]+", "code 00000000"));
        assertTrue(assertThrows(RunFolderException.class, () -> reproduction(out, ledger, 2).run(ROWS, new Told()))
                .getMessage().contains("it was started with "));
        anyBuild = true;
        assertEquals(3, reproduction(out, ledger, 2).run(ROWS, new Told()).size());
    }

    @Test
    void aFloatNetworkThatIsLostIsMadeAgainWithTheSameBits() throws Exception {
        Path ledger = folder.resolve("ledger.json");
        List<LedgerRow> rows = reproduction(folder.resolve("out"), ledger, 2).run(ROWS.subList(0, 1), new Told());
        Files.delete(Ledger.open(ledger).model("float"));
        Told told = new Told();
        List<LedgerRow> again = reproduction(folder.resolve("other"), ledger, 2).run(ROWS, told);
        assertEquals(List.of("finished float", "finished hawq", "finished direct"), told.lines);
        assertEquals(rows.getFirst().weightsSha256(), again.getFirst().weightsSha256());
        assertEquals(3, Ledger.open(ledger).rows().size(), "the float row is not added twice");
    }

    @Test
    void aBudgetThatNoMethodMeetsIsAnErrorBeforeAnyWork() throws IOException {
        Path out = folder.resolve("out");
        Reproduction reproduction = reproduction(out, folder.resolve("ledger.json"), 2);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> reproduction.run(List.of(ROWS.getFirst(), Experiment.of("hawq", "HAWQ", 100, 4)), new Told()));
        assertTrue(e.getMessage().startsWith("hawq: "), e.getMessage());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }
}
