package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.files.AtomicFile;
import dev.goshawk.files.FaultyFiles;
import dev.goshawk.files.FaultyFiles.Fault;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.reproduce.Ledger;
import dev.goshawk.hawq.reproduce.LedgerRow;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** All that writes into a run's folder, on a disk that goes wrong once, at each of its operations and in every way. */
@DisabledOnOs(OS.WINDOWS)
class FaultyDiskTest {
    private static final Map<String, Tensor> TENSORS = Map.of("w", Tensor.of(Shape.of(3), 1f, 2f, 3f));
    private static final Engine ENGINE = new Engine("1.0 (code a)", "vector", 16, "25", "amd64", List.of());

    @TempDir
    private Path folder;

    private static LedgerRow row(int number) {
        return new LedgerRow("row", "hawq", null, List.of(4), 32, 8, 1, 1, 90, 91, 0, 1, 1, null, "unknown", "00",
                "goshawk",
                "fingerprint " + number, List.of());
    }

    private static void begin(Path run) throws IOException {
        try (RunStart start = RunStart.create(run)) {
            start.begin("goshawk", Map.of(), Map.of(), ENGINE).close();
        }
    }

    /** One more of everything. */
    private static void write(Path run, int step) throws IOException {
        new Checkpoints(run.resolve("checkpoints"), "train").write(step, TENSORS, Map.of("step", "" + step));
        JsonFiles.write(run.resolve("run.json"), Map.of("step", step));
        SafetensorsFile.write(run.resolve("model.safetensors"), TENSORS, Map.of("step", "" + step));
        Ledger.open(run.resolve("rows/ledger.json")).add(row(step));
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Whether the work came to its end; if not, what it said was one line. */
    private static boolean ends(Work work) {
        try {
            work.run();
            return true;
        } catch (IOException | RuntimeException e) {
            assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.toString());
            return false;
        }
    }

    @Test
    void aRunThatBeginsIsThereOrCanBeginAgain() throws IOException {
        FaultyFiles files = FaultyFiles.create();
        int tried = 0;
        for (Fault fault : Fault.values()) {
            for (int n = 1;; n++) {
                Path run = folder.resolve(fault + "-" + n);
                files.arm(fault, n);
                boolean began = ends(() -> begin(files.of(run)));
                boolean fired = files.hasFired();
                files.disarm();
                if (!fired) {
                    break;
                }
                tried++;
                if (began || Files.exists(run.resolve("settings.json"))) {
                    RunStart.resume(run).close();
                } else {
                    begin(run);
                }
            }
        }
        assertTrue(tried >= 10, tried + " faults");
    }

    @Test
    void aRunThatIsOverwrittenIsThereOrCanBeOverwrittenAgain() throws IOException {
        FaultyFiles files = FaultyFiles.create();
        for (Fault fault : Fault.values()) {
            for (int n = 1;; n++) {
                Path run = folder.resolve(fault + "-" + n);
                begin(run);
                JsonFiles.write(run.resolve("run.json"), Map.of("step", 1));
                new Checkpoints(run.resolve("checkpoints"), "train").write(1, TENSORS, Map.of());
                files.arm(fault, n);
                boolean began = ends(() -> overwrite(files.of(run)));
                boolean fired = files.hasFired();
                files.disarm();
                if (!fired) {
                    assertTrue(fault != Fault.DELETE || n > 4, "files and a folder are deleted");
                    break;
                }
                if (began) {
                    RunStart.resume(run).close();
                } else if (Files.exists(run.resolve("settings.json"))) {
                    overwrite(run);
                } else {
                    begin(run);
                }
                assertFalse(Files.exists(run.resolve("run.json")), fault + " " + n);
            }
        }
    }

    private static void overwrite(Path run) throws IOException {
        try (RunStart start = RunStart.create(run, true, Map.of())) {
            start.begin("goshawk", Map.of(), Map.of(), ENGINE).close();
        }
    }

    @Test
    void whatWasWrittenStaysWhole() throws IOException {
        FaultyFiles files = FaultyFiles.create();
        int tried = 0;
        for (Fault fault : Fault.values()) {
            for (int n = 1;; n++) {
                Path run = folder.resolve(fault + "-" + n);
                begin(run);
                write(run, 1);
                write(run, 2);
                files.arm(fault, n);
                boolean ended = ends(() -> write(files.of(run), 3));
                boolean fired = files.hasFired();
                List<String> risks = files.risks();
                files.disarm();
                String what = fault + " " + n;
                assertTrue(risks.isEmpty() || fault == Fault.FILES_ALONE
                        || !ended && risks.getFirst().endsWith(": names not forced to disk"), what + ": " + risks);
                if (!fired) {
                    break;
                }
                tried++;
                // A write that takes half is gone on with, a folder that is there need not be made.
                assertEquals(Set.of(Fault.SHORT, Fault.FOLDER, Fault.FILES_ALONE).contains(fault), ended, what);
                String checkpoint = new Checkpoints(run.resolve("checkpoints"), "train").newest(line -> {
                    throw new AssertionError(what + ": " + line);
                }).orElseThrow().metadata().get("step");
                List<String> steps = List.of(String.valueOf(checkpoint),
                        String.valueOf(JsonFiles.read(run.resolve("run.json"), Map.class).get("step")),
                        String.valueOf(WeightFile.read(run.resolve("model.safetensors")).metadata().get("step")),
                        String.valueOf(Ledger.open(run.resolve("rows/ledger.json")).rows().size()));
                // Written in this order: once one is old, those after it are.
                assertTrue(ended
                        ? steps.equals(List.of("3", "3", "3", "3"))
                        : steps.stream().sorted((a, b) -> b.compareTo(a))
                                .toList().equals(steps),
                        what + ": " + steps);
                // One to go back to, whatever became of the newest.
                try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
                    assertTrue(checkpoints.count() >= 2, what);
                }
                try (Stream<Path> all = Files.walk(run)) {
                    assertEquals(List.of(), all.filter(AtomicFile::isTemporary).toList(), what);
                }
                RunStart.resume(run).close();
            }
        }
        assertTrue(tried >= 30, tried + " faults");
    }
}
