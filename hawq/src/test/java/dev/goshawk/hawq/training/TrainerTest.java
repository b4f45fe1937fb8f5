package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.data.Augmentation;
import dev.goshawk.data.Batches;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.Mode;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    @TempDir
    private Path folder;

    private List<EpochResult> run(Trainer trainer) {
        return trainer.run(new Checkpoints(folder, "t"), TrainingListener.NONE);
    }

    @Test
    void learnsAndReportsEveryStage() {
        Parameters parameters = SmallTraining.parameters();
        List<EpochResult> epochs = run(new Trainer(SmallTraining.NETWORK, parameters, SmallTraining.data(),
                SmallTraining.settings(BitWidth.FLOAT), Schedule.plain(8.5, new LearningRate.Cosine(0.1, 0)),
                Backends.defaultBackend()));
        assertEquals(9, epochs.size(), "eight epochs and half of one");
        assertEquals(List.of(1., 2., 3., 4., 5., 6., 7., 8., 8.5),
                epochs.stream().map(EpochResult::epoch).toList());
        assertTrue(epochs.getLast().trainLoss() < 0.5 * epochs.getFirst().trainLoss(), epochs.toString());
        assertTrue(Objects.requireNonNull(epochs.getLast().testAccuracy()) > 0.9, epochs.toString());
    }

    @Test
    void quantizesBlockAfterBlockInTheScheduleOrder() {
        List<EpochResult> epochs = run(SmallTraining.trainer());
        assertEquals(List.of("middle", "last", "first", "final"), epochs.stream().map(EpochResult::stage).toList());
        assertEquals(4 + 4 + 4 + 3, SmallTraining.trainer().totalSteps());
    }

    @Test
    void quantizedWeightsLieOnTheirLevels() {
        Trainer trainer = SmallTraining.trainer();
        run(trainer);
        Parameters q = trainer.quantizedParameters();
        levels(q, "middle.conv1.weight", 1);
        levels(q, "middle.conv2.weight", 1);
        levels(q, "fc.weight", 3);
        levels(q, "conv.weight", 7);
    }

    /** Every output channel's values are whole multiples of one number, from -most to most times. */
    private static void levels(Parameters q, String name, int most) {
        Tensor w = q.get(name);
        int channels = w.shape().dim(-1);
        for (int c = 0; c < channels; c++) {
            TreeSet<Double> magnitudes = new TreeSet<>();
            for (int i = c; i < w.size(); i += channels) {
                magnitudes.add(Math.abs(w.get(i)));
            }
            magnitudes.remove(0.0);
            assertTrue(!magnitudes.isEmpty() && magnitudes.size() <= most, name + " " + c + " " + magnitudes);
            double least = magnitudes.getFirst();
            boolean whole = false;
            for (int k = 1; k <= most && !whole; k++) {
                double unit = least / k;
                whole = magnitudes.stream().allMatch(m -> Math.abs(m / unit - Math.rint(m / unit)) < 1e-5
                        && Math.rint(m / unit) <= most);
            }
            assertTrue(whole, name + " " + c + " " + magnitudes);
        }
    }

    @Test
    void evaluatedNetworkIsThePlainOneWithQuantizedWeights() {
        Trainer trainer = new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.FLOAT), SmallTraining.schedule(), Backends.defaultBackend());
        List<EpochResult> epochs = run(trainer);
        Evaluation plain = new Evaluator(
                SmallTraining.NETWORK.trace(DType.FLOAT32, SmallTraining.BATCH, Mode.EVALUATION),
                trainer.quantizedParameters(), Backends.defaultBackend())
                .evaluate(new Batches(SmallTraining.data().test(), Normalization.IMAGENET, 0),
                        Evaluator.LogitsListener.NONE);
        assertEquals(plain.loss(), Objects.requireNonNull(epochs.getLast().testLoss()));
        assertEquals(plain.accuracy(), Objects.requireNonNull(epochs.getLast().testAccuracy()));
    }

    @Test
    void rangesOfActivationsAreThoseOfTheQuantizedBlocks() {
        Trainer trainer = SmallTraining.trainer();
        run(trainer);
        assertEquals(List.of("middle.relu1", "middle.relu2", "relu"),
                List.copyOf(trainer.activations().ranges().keySet()));
        trainer.activations().ranges()
                .forEach((site, range) -> assertTrue(range > 0.5 && range < 50, site + " " + range));
    }

    @Test
    void levelsFollowTheWeightsAsTheyAreTrained() {
        UniformQuantizer quantizer = new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MAX);
        TrainingSettings settings = new TrainingSettings(SmallTraining.BATCH, 11, 0.9, 1e-3, Augmentation.NONE,
                quantizer, BitWidth.B4, 2);
        Parameters parameters = SmallTraining.parameters();
        Trainer trainer = new Trainer(SmallTraining.NETWORK, parameters, SmallTraining.data(), settings,
                SmallTraining.schedule(), Backends.defaultBackend());
        run(trainer);
        Tensor weight = parameters.get("middle.conv1.weight");
        assertArrayEquals(quantizer.quantize(weight, BitWidth.B2).values().toDoubles(),
                trainer.quantizedParameters().get("middle.conv1.weight").toDoubles());
    }

    @Test
    void newBlocksAreCalibratedBeforeTheyTrain() {
        run(SmallTraining.trainer());
        // Momentum, range and observations: two calibration batches, then every step from the block's stage on.
        assertEquals(2 + 15,
                WeightFile.read(folder.resolve("t-15.safetensors")).get("quantizer/middle.relu1/range").get(2));
        assertEquals(2 + 4 + 3, WeightFile.read(folder.resolve("t-15.safetensors")).get("quantizer/relu/range").get(2));
    }

    @Test
    void divergenceIsOneLineWithStepAndRate() {
        Trainer trainer = new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.FLOAT), Schedule.plain(3, new LearningRate.Constant(1e30)),
                Backends.defaultBackend());
        DivergedException e = assertThrows(DivergedException.class, () -> run(trainer));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.matches("training diverged: expected a finite loss, got (NaN|Infinity) at step \\d+ "
                + "\\(stage float, epoch \\d+ of the data, learning rate 1\\.0E30\\): a lower learning rate may help"),
                message);
    }

    @Test
    void divergenceSeenFirstInATestIsOneLineToo() {
        TrainingSettings oneStep = new TrainingSettings(50, 0, 0.9, 0, Augmentation.NONE, SmallTraining.QUANTIZER,
                BitWidth.FLOAT, 1);
        Trainer trainer = new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(), oneStep,
                Schedule.plain(3, new LearningRate.Constant(1e30)), Backends.defaultBackend());
        DivergedException e = assertThrows(DivergedException.class, () -> run(trainer));
        assertEquals("training diverged: expected finite logits of the test images after step 1 (stage float, "
                + "learning rate 1.0E30): a lower learning rate may help", e.getMessage());
        assertEquals(List.of("float", 1L, 1e30), List.of(e.stage(), e.step(), e.rate()));
    }

    @Test
    void refusesWhatCannotBeTrained() {
        TrainingSettings large = new TrainingSettings(51, 0, 0.9, 0, Augmentation.NONE, SmallTraining.QUANTIZER,
                BitWidth.FLOAT,
                1);
        LearningRate rate = new LearningRate.Constant(0.1);
        IllegalArgumentException batch = assertThrows(IllegalArgumentException.class,
                () -> new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(), large,
                        Schedule.plain(1, rate), Backends.defaultBackend()));
        assertEquals("batch: expected at most the 50 images of the training set, got 51", batch.getMessage());
        Schedule unknown = new Schedule(List.of(new Stage("x", List.of(new Turn("nowhere", BitWidth.B2)), 1)), rate,
                false);
        IllegalArgumentException block = assertThrows(IllegalArgumentException.class,
                () -> new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                        SmallTraining.settings(BitWidth.B4), unknown, Backends.defaultBackend()));
        assertEquals("schedule: small has no block 'nowhere'", block.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new TrainingData(new SmallTraining.Images("train", 0),
                SyntheticShapes.generate("test", 10, 1),
                Normalization.IMAGENET));
    }

    @Test
    void learningRateRunsWithinStagesOrOverAll() {
        assertEquals(List.of(0.05, 0.05, 0.05, 0.05), ratesAtStageStarts(false));
        List<Double> over = ratesAtStageStarts(true);
        assertEquals(0.05, over.getFirst());
        for (int i = 1; i < over.size(); i++) {
            assertTrue(over.get(i) < over.get(i - 1), over.toString());
        }
    }

    private List<Double> ratesAtStageStarts(boolean wholeRun) {
        Schedule s = SmallTraining.schedule();
        List<String> seen = new ArrayList<>();
        List<Double> rates = new ArrayList<>();
        new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4),
                new Schedule(s.stages(), s.rate(), wholeRun), Backends.defaultBackend())
                .run(new Checkpoints(folder.resolve("rates" + wholeRun), "t"), new TrainingListener() {
                    @Override
                    public void step(Position p) {
                        if (!seen.contains(p.stage())) {
                            seen.add(p.stage());
                            rates.add(p.rate());
                        }
                    }
                });
        return rates;
    }
}
