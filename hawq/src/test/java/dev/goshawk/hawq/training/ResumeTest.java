package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumeTest {
    private static final int STEPS = 15;
    private static final long EVERY_STEP = 0;
    private static final long EVALUATIONS_ONLY = Long.MAX_VALUE;

    @TempDir
    private static Path shared;
    private static Path reference;
    private static List<EpochResult> results;

    @TempDir
    private Path folder;

    /** What stands in for the end of a process. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @BeforeAll
    static void uninterrupted() {
        reference = shared.resolve("uninterrupted");
        results = SmallTraining.trainer().run(new Checkpoints(reference, "t"), EVERY_STEP, TrainingListener.NONE);
    }

    private Path last(Path run) {
        return run.resolve("t-" + STEPS + ".safetensors");
    }

    private void assertSameEnd(Path run) {
        Map<String, Tensor> expected = WeightFile.read(last(reference)).tensors();
        Weights got = WeightFile.read(last(run));
        assertEquals(expected.keySet(), got.names());
        expected.forEach((name, t) -> assertArrayEquals(t.toDoubles(), got.get(name).toDoubles(), name));
    }

    private static List<EpochResult> untimed(List<EpochResult> epochs) {
        return epochs.stream()
                .map(e -> new EpochResult(e.stage(), e.epoch(), e.total(), e.learningRate(), e.trainLoss(),
                        e.trainAccuracy(), e.validationLoss(), e.validationAccuracy(), e.testLoss(), e.testAccuracy(),
                        0))
                .toList();
    }

    private static void killAt(long step, Checkpoints checkpoints, long interval) {
        Trainer trainer = SmallTraining.trainer();
        assertThrows(Killed.class, () -> trainer.run(checkpoints, interval, new TrainingListener() {
            @Override
            public void step(Position p) {
                if (p.done() == step) {
                    throw new Killed();
                }
            }
        }));
    }

    @ParameterizedTest
    @CsvSource({"1", "3", "4", "5", "10", "12", "13", "15"})
    void killedAtAnyStepItEndsWithTheSameBits(long step) {
        Path run = folder.resolve("run");
        killAt(step, new Checkpoints(run, "t"), EVERY_STEP);
        List<EpochResult> epochs = SmallTraining.trainer().run(new Checkpoints(run, "t"), EVERY_STEP,
                TrainingListener.NONE);
        assertSameEnd(run);
        assertEquals(List.of("middle", "last", "first", "final"), epochs.stream().map(EpochResult::stage).toList());
        assertEquals(untimed(results), untimed(epochs));
    }

    @Test
    void killedTwiceFarFromACheckpoint() {
        Path run = folder.resolve("run");
        killAt(7, new Checkpoints(run, "t"), EVALUATIONS_ONLY);
        killAt(11, new Checkpoints(run, "t"), EVALUATIONS_ONLY);
        SmallTraining.trainer().run(new Checkpoints(run, "t"), EVALUATIONS_ONLY, TrainingListener.NONE);
        assertSameEnd(run);
    }

    @Test
    void modelFilesAreEqualByteForByte() throws IOException {
        Path run = folder.resolve("run");
        killAt(6, new Checkpoints(run, "t"), EVERY_STEP);
        Trainer resumed = SmallTraining.trainer();
        resumed.run(new Checkpoints(run, "t"), EVERY_STEP, TrainingListener.NONE);
        Trainer whole = SmallTraining.trainer();
        whole.run(new Checkpoints(folder.resolve("whole"), "t"), TrainingListener.NONE);
        SafetensorsFile.write(folder.resolve("a"), resumed.quantizedParameters().toWeights("a").tensors(), Map.of());
        SafetensorsFile.write(folder.resolve("b"), whole.quantizedParameters().toWeights("b").tensors(), Map.of());
        assertEquals(-1, Files.mismatch(folder.resolve("a"), folder.resolve("b")));
        assertEquals(whole.activations().ranges(), resumed.activations().ranges());
    }

    @Test
    void finishedTrainingIsNotRepeated() {
        long[] steps = {0};
        SmallTraining.trainer().run(new Checkpoints(reference, "t"), EVERY_STEP, new TrainingListener() {
            @Override
            public void step(Position p) {
                steps[0]++;
            }
        });
        assertEquals(0, steps[0]);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        for (int threads : new int[] {1, 3}) {
            Backend backend = Backends.select(null, ThreadPool.ofThreads(threads));
            Path run = folder.resolve("threads" + threads);
            SmallTraining.trainer(SmallTraining.parameters(), backend).run(new Checkpoints(run, "t"),
                    TrainingListener.NONE);
            assertSameEnd(run);
        }
    }

    @Test
    void keepsTheNewestTwo() throws IOException {
        try (Stream<Path> files = Files.list(reference)) {
            assertEquals(List.of("t-14.safetensors", "t-15.safetensors"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void fullDiskIsOneLineAndLeavesTheCheckpointBefore() {
        Path run = folder.resolve("run");
        Checkpoints.Writer full = (file, tensors, metadata) -> {
            if (file.endsWith("t-6.safetensors")) {
                throw new WeightFileException(file.toString(), "cannot be written (No space left on device)", null);
            }
            SafetensorsFile.write(file, tensors, metadata);
        };
        Trainer trainer = SmallTraining.trainer();
        WeightFileException e = assertThrows(WeightFileException.class,
                () -> trainer.run(new Checkpoints(run, "t", full), EVERY_STEP, TrainingListener.NONE));
        String message = String.valueOf(e.getMessage());
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains("No space left on device"), message);
        assertTrue(Files.exists(run.resolve("t-5.safetensors")));
        SmallTraining.trainer().run(new Checkpoints(run, "t"), EVERY_STEP, TrainingListener.NONE);
        assertSameEnd(run);
    }

    @Test
    void unwritableFolderIsOneLine() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Trainer trainer = SmallTraining.trainer();
        WeightFileException e = assertThrows(WeightFileException.class,
                () -> trainer.run(new Checkpoints(file.resolve("run"), "t"), TrainingListener.NONE));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("cannot be written (there is no folder") && message.lines().count() == 1,
                message);
    }

    @Test
    void anotherTrainingsCheckpointIsNamedByWhatDiffers() {
        Parameters other = SmallTraining.parameters();
        other.get("fc.bias").set(0, 1);
        Backend backend = Backends.defaultBackend();
        TrainingSettings settings = SmallTraining.settings(BitWidth.B4);
        TrainingSettings faster = new TrainingSettings(settings.batch(), 12, 0.9, 1e-3, settings.augmentation(),
                settings.quantizer(), BitWidth.B4, 2);
        TrainingData data = SmallTraining.data();
        TrainingData fewer = new TrainingData(new SmallTraining.Images("train", 49), data.test(), data.normalization());
        String start = last(reference) + ": is a checkpoint of another training, its ";
        assertEquals(start + "weights at the start: expected ",
                SmallTraining.refusal(SmallTraining.trainer(other, backend), reference)
                        .substring(0, start.length() + 31));
        assertTrue(SmallTraining.refusal(new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), fewer, settings,
                SmallTraining.schedule(), backend), reference)
                .startsWith(start + "training images: expected 49 images, "));
        assertEquals(start + "settings is not this one's", SmallTraining.refusal(new Trainer(SmallTraining.NETWORK,
                SmallTraining.parameters(), data, faster, SmallTraining.schedule(), backend), reference));
        assertEquals(start + "schedule is not this one's", SmallTraining.refusal(new Trainer(SmallTraining.NETWORK,
                SmallTraining.parameters(), data, settings, Schedule.plain(1, new LearningRate.Constant(0.1)), backend),
                reference));
    }

    @Test
    void quantizingWithoutTrainingIsMeasuredOnceAndNotRepeated() {
        Path run = folder.resolve("run");
        Schedule none = Schedule.blockByBlock(SmallTraining.TURNS, 0, 0, new LearningRate.Constant(0.1), false);
        for (int time = 0; time < 2; time++) {
            Parameters start = SmallTraining.parameters();
            Trainer trainer = new Trainer(SmallTraining.NETWORK, start, SmallTraining.data(),
                    SmallTraining.settings(BitWidth.B4), none, Backends.defaultBackend());
            List<EpochResult> epochs = trainer.run(new Checkpoints(run, "t"), TrainingListener.NONE);
            assertEquals(1, epochs.size());
            assertEquals(List.of("first", 0.0), List.of(epochs.getFirst().stage(), epochs.getFirst().epoch()));
            assertNull(epochs.getFirst().trainLoss());
            assertTrue(epochs.getFirst().testLoss() > 0);
            assertArrayEquals(SmallTraining.parameters().get("fc.weight").toDoubles(),
                    start.get("fc.weight").toDoubles(),
                    "nothing was trained");
            Tensor weights = trainer.quantizedParameters().get("middle.conv1.weight");
            assertTrue(Arrays.stream(weights.toDoubles()).distinct().count() <= 3 * 4, "2 bits: 3 levels a channel");
            assertEquals(3, trainer.activations().ranges().size());
        }
    }
}
