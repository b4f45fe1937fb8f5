package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.training.optimizer.Adam;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.weights.WeightFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every registered quantizer, trained. */
class QuantizerTrainingTest {
    @TempDir
    private Path folder;

    static Stream<String> names() {
        return Quantizers.all().keySet().stream();
    }

    private static Trainer trainer(String quantizer, double epochs) {
        return new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4).withQuantizer(Quantizers.byName(quantizer)),
                Schedule.atOnce(SmallTraining.TURNS, epochs, 1, new LearningRate.Cosine(0.1, 0), false),
                Backends.defaultBackend());
    }

    @ParameterizedTest
    @MethodSource("names")
    void learns(String quantizer) {
        var epochs = trainer(quantizer, 4).run(new Checkpoints(folder, "t"), TrainingListener.NONE);
        assertTrue(Objects.requireNonNull(epochs.getLast().testAccuracy()) > 0.7, epochs.toString());
    }

    @Test
    void adamLearnsToo() {
        Trainer trainer = new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4).withQuantizer(Quantizers.byName("lsq")),
                Schedule.atOnce(SmallTraining.TURNS, 4, 1, new LearningRate.Cosine(0.01, 0), false),
                Backends.defaultBackend(), new Adam());
        var epochs = trainer.run(new Checkpoints(folder, "t"), TrainingListener.NONE);
        assertTrue(Objects.requireNonNull(epochs.getLast().testAccuracy()) > 0.7, epochs.toString());
        WeightFile.read(folder.resolve("t-" + trainer.totalSteps() + ".safetensors"))
                .get("optimizer/second/quantizer/relu/step");
    }

    @ParameterizedTest
    @MethodSource("names")
    void killedInTheMiddleItEndsWithTheSameBits(String quantizer) {
        Trainer whole = trainer(quantizer, 1);
        whole.run(new Checkpoints(folder.resolve("whole"), "t"), 0, TrainingListener.NONE);
        assertThrows(IllegalStateException.class, () -> trainer(quantizer, 1).run(
                new Checkpoints(folder.resolve("killed"), "t"), 0, new TrainingListener() {
                    @Override
                    public void step(Position p) {
                        if (p.done() == 9) {
                            throw new IllegalStateException("killed");
                        }
                    }
                }));
        Trainer resumed = trainer(quantizer, 1);
        resumed.run(new Checkpoints(folder.resolve("killed"), "t"), 0, TrainingListener.NONE);
        Parameters expected = whole.quantizedParameters();
        expected.tensors().forEach((name, t) -> assertArrayEquals(t.toDoubles(),
                resumed.quantizedParameters().get(name).toDoubles(), name));
        assertEquals(whole.activations().ranges(), resumed.activations().ranges());
    }

    @ParameterizedTest
    @CsvSource({"lsq, quantizer/relu/step", "lsq, quantizer/middle.conv1.weight/step", "pact, quantizer/relu/alpha"})
    void whatIsTrainedMoves(String quantizer, String name) {
        Trainer trained = trainer(quantizer, 4);
        trained.run(new Checkpoints(folder.resolve("trained"), "t"), 0, TrainingListener.NONE);
        Schedule none = new Schedule(List.of(new Stage("all", SmallTraining.TURNS, 0)), new LearningRate.Constant(1),
                false);
        new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4).withQuantizer(Quantizers.byName(quantizer)), none,
                Backends.defaultBackend()).run(new Checkpoints(folder.resolve("start"), "t"), TrainingListener.NONE);
        double start = WeightFile.read(folder.resolve("start/t-0.safetensors")).get(name).item();
        double end = WeightFile.read(folder.resolve("trained/t-" + trained.totalSteps() + ".safetensors")).get(name)
                .item();
        assertTrue(end > 0 && Math.abs(end - start) > 0.003 * start, name + ": " + start + " " + end);
    }
}
