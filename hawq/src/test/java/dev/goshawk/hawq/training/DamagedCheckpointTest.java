package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that are no longer what was written: the one before is taken, or a line says what to do. */
class DamagedCheckpointTest {
    private static final String LAST = "t-15.safetensors";

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    @BeforeAll
    static void uninterrupted() {
        SmallTraining.trainer().run(new Checkpoints(shared, "t"), 0, TrainingListener.NONE);
    }

    private static void assertSameEnd(Path run) {
        Map<String, Tensor> expected = WeightFile.read(shared.resolve(LAST)).tensors();
        Weights got = WeightFile.read(run.resolve(LAST));
        assertEquals(expected.keySet(), got.names());
        expected.forEach((name, t) -> assertArrayEquals(t.toDoubles(), got.get(name).toDoubles(), name));
    }

    /** Leaves the checkpoints of a process that ended after eight steps. */
    private static void eightSteps(Path run) {
        Trainer trainer = SmallTraining.trainer();
        assertThrows(IllegalStateException.class,
                () -> trainer.run(new Checkpoints(run, "t"), 0, new TrainingListener() {
                    @Override
                    public void step(Position p) {
                        if (p.done() == 9) {
                            throw new IllegalStateException("the process ends");
                        }
                    }
                }));
    }

    @Test
    void damagedNewestCheckpointFallsBackToTheOneBefore() throws IOException {
        Path run = folder.resolve("run");
        eightSteps(run);
        Path newest = run.resolve("t-8.safetensors");
        Files.write(newest, List.of("not a checkpoint"), StandardOpenOption.TRUNCATE_EXISTING);
        SmallTraining.trainer().run(new Checkpoints(run, "t"), 0, TrainingListener.NONE);
        assertSameEnd(run);
    }

    @Test
    void aFileOfAnotherKindOrVersionIsRefused() throws IOException {
        Path run = folder.resolve("run");
        SafetensorsFile.write(Files.createDirectories(run).resolve("t-3.safetensors"),
                Map.of("x", Tensor.of(Shape.of(1), 1.0f)), Map.of("done", "3"));
        assertTrue(SmallTraining.refusal(SmallTraining.trainer(), run).startsWith(run.resolve("t-3.safetensors")
                + ": expected a checkpoint of this version of goshawk, got a file of another kind or version"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 9, 200, 4000})
    void flippedBytesAreNoticed(int at) throws IOException {
        Path run = folder.resolve("run");
        eightSteps(run);
        List<String> told = new ArrayList<>();
        toNan(run.resolve("t-8.safetensors"), at);
        SmallTraining.trainer().run(new Checkpoints(run, "t"), 0, new TrainingListener() {
            @Override
            public void passedOver(String damaged) {
                told.add(damaged);
            }

            @Override
            public void resumed(long done, long total) {
                assertEquals(7, done);
            }
        });
        assertEquals(1, told.size());
        assertTrue(told.getFirst().startsWith(run.resolve("t-8.safetensors") + ": ")
                && told.getFirst().endsWith("; going back to the checkpoint before"), told.getFirst());
        assertSameEnd(run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "correct", "lossSum", "history", "bits"})
    void aDigitOfItsTextThatChangedIsNoticed(String entry) throws IOException {
        Path run = folder.resolve("run");
        eightSteps(run);
        Path newest = run.resolve("t-8.safetensors");
        String text = Files.readString(newest, StandardCharsets.ISO_8859_1);
        String changed = Pattern.compile("(\"" + entry + "\":\"\\D*)\\d").matcher(text)
                .replaceFirst(m -> Matcher.quoteReplacement(m.group(1) + (char) (text.charAt(m.end() - 1) ^ 1)));
        assertNotEquals(text, changed);
        Files.writeString(newest, changed, StandardCharsets.ISO_8859_1);
        List<String> told = new ArrayList<>();
        SmallTraining.trainer().run(new Checkpoints(run, "t"), 0, new TrainingListener() {
            @Override
            public void passedOver(String damaged) {
                told.add(damaged);
            }
        });
        assertEquals(
                List.of(newest + ": is damaged (its content does not fit its checksum); going back to the checkpoint "
                        + "before"),
                told);
        assertSameEnd(run);
    }

    @Test
    void withoutAWholeCheckpointALineSaysWhatToDelete() throws IOException {
        Path run = folder.resolve("run");
        eightSteps(run);
        toNan(run.resolve("t-7.safetensors"), -1);
        Files.write(run.resolve("t-8.safetensors"), new byte[0]);
        assertEquals(
                run.resolve("t-7.safetensors") + ": is damaged (its content does not fit its checksum); no checkpoint "
                        + "of this training is whole: without " + run.resolve("t-*.safetensors") + " it begins anew",
                SmallTraining.refusal(SmallTraining.trainer(), run));
    }

    /** Overwrites four bytes by a NaN's; where {@code at} is negative, the last ones. */
    private static void toNan(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int from = at < 0 ? bytes.length - 4 : at;
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(from, 0x7FC00000);
        Files.write(file, bytes);
    }
}
