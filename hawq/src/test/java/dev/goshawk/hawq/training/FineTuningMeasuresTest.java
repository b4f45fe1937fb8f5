package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.data.Augmentation;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.objective.Distillation;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What helps a quantized network back to the float one's accuracy. */
class FineTuningMeasuresTest {
    @TempDir
    private Path folder;

    private static Trainer trainer(Parameters start, TrainingData data, TrainingSettings settings, Schedule schedule) {
        return new Trainer(SmallTraining.NETWORK, start, data, settings, schedule, Backends.defaultBackend());
    }

    private static Parameters trained(TrainingSettings settings, Schedule schedule, Path folder) {
        Parameters start = SmallTraining.parameters();
        trainer(start, SmallTraining.data(), settings, schedule).run(new Checkpoints(folder, "t"),
                TrainingListener.NONE);
        return start;
    }

    @Test
    void decayGoesByKindAndByWidth() {
        WeightDecay decay = new WeightDecay(0.1, new TreeMap<>(Map.of(BitWidth.B2, 0.03)), true);
        ParameterSpec weight = new ParameterSpec("w", ParameterSpec.Kind.CONV_WEIGHT, Shape.of(1, 1, 1, 1), "b");
        ParameterSpec gain = new ParameterSpec("g", ParameterSpec.Kind.BN_WEIGHT, Shape.of(1), "b");
        assertEquals(List.of(0.1, 0.1, 0.03, 0.0), List.of(decay.of(weight, null), decay.of(weight, BitWidth.B3),
                decay.of(weight, BitWidth.B2), decay.of(gain, BitWidth.B2)));
        assertEquals(0.2, WeightDecay.of(0.2).of(gain, null));
        InvalidSettingException e = assertThrows(InvalidSettingException.class,
                () -> new WeightDecay(0.1, new TreeMap<>(Map.of(BitWidth.B2, -1.0)), true));
        assertEquals(Setting.WEIGHT_DECAY, e.setting());
        assertEquals("weight decay: expected a finite number of 0 or more, got -1.0", e.getMessage());
    }

    /** The first step is away from the gradient plus decay times the weight: a difference of penalties can be read off. */
    @Test
    void decayOfAWidthActsFromTheStepThatABlockGetsIt() {
        Schedule oneStep = Schedule.atOnce(SmallTraining.TURNS, 1e-9, 0, new LearningRate.Constant(0.5), false);
        TrainingSettings plain = new TrainingSettings(SmallTraining.BATCH, 11, 0, 0, Augmentation.NONE,
                SmallTraining.QUANTIZER, BitWidth.B4, 2);
        Parameters without = trained(plain, oneStep, folder.resolve("plain"));
        Parameters with = trained(plain.withWeightDecay(
                new WeightDecay(0.2, new TreeMap<>(Map.of(BitWidth.B2, 0.1, BitWidth.B3, 0.0)), true)), oneStep,
                folder.resolve("decayed"));
        Parameters start = SmallTraining.parameters();
        // middle has 2 bits, last 3, first 4.
        Map<String, Double> decays = Map.of("middle.conv1.weight", 0.1, "fc.weight", 0.0, "conv.weight", 0.2,
                "bn.weight", 0.0, "fc.bias", 0.0);
        decays.forEach((name, decay) -> {
            Tensor w = start.get(name);
            for (int i = 0; i < w.size(); i++) {
                assertEquals(without.get(name).get(i) - 0.5 * decay * w.get(i), with.get(name).get(i), 1e-6, name);
            }
        });
    }

    @Test
    void statisticsMeasuredAtTheEndAreThoseOfTheQuantizedNetwork() {
        TrainingSettings plain = SmallTraining.settings(BitWidth.B4);
        Parameters moving = SmallTraining.parameters();
        Trainer first = trainer(moving, SmallTraining.data(), plain, SmallTraining.schedule());
        List<EpochResult> before = first.run(new Checkpoints(folder.resolve("moving"), "t"), TrainingListener.NONE);
        Parameters measured = SmallTraining.parameters();
        Trainer second = trainer(measured, SmallTraining.data(), plain.withStatisticsBatches(100),
                SmallTraining.schedule());
        List<EpochResult> after = second.run(new Checkpoints(folder.resolve("measured"), "t"), TrainingListener.NONE);
        assertArrayEquals(moving.get("middle.conv1.weight").toDoubles(),
                measured.get("middle.conv1.weight").toDoubles());
        assertFalse(moving.get("middle.bn1.running_var").get(0) == measured.get("middle.bn1.running_var").get(0));
        assertEquals(before.subList(0, 3).stream().map(EpochResult::testLoss).toList(),
                after.subList(0, 3).stream().map(EpochResult::testLoss).toList());
        assertFalse(Objects.equals(before.getLast().testLoss(), after.getLast().testLoss()));
        // The last result is of the network as it is left.
        assertEquals(after.getLast().testLoss(), loss(second));
    }

    private static double loss(Trainer trainer) {
        return trainer.network().evaluator(SmallTraining.BATCH, 8, 8, Backends.defaultBackend())
                .evaluate(new Batches(SmallTraining.data().test(), Normalization.IMAGENET, 0),
                        Evaluator.LogitsListener.NONE)
                .loss();
    }

    @Test
    void theTestSetIsReadOnceWhereImagesAreHeldOut() {
        TrainingData data = SmallTraining.data().holdOut(10, 6);
        assertEquals(List.of(40, 10), List.of(data.train().size(),
                Objects.requireNonNull(data.validation()).size()));
        List<Integer> sizes = new ArrayList<>();
        List<EpochResult> results = trainer(SmallTraining.parameters(), data, SmallTraining.settings(BitWidth.B4),
                SmallTraining.schedule()).run(new Checkpoints(folder, "t"), new TrainingListener() {
                    @Override
                    public void evaluating(String stage, int image, int images) {
                        if (image == images) {
                            sizes.add(images);
                        }
                    }
                });
        assertEquals(List.of(10, 10, 10, 10, 21), sizes);
        results.forEach(r -> assertNotNull(r.validationAccuracy()));
        results.subList(0, 3).forEach(r -> assertNull(r.testLoss()));
        assertNotNull(results.getLast().testAccuracy());
    }

    @Test
    void evaluationsMayBeRareAndChangeNothing() {
        Schedule schedule = Schedule.atOnce(SmallTraining.TURNS, 1.5, 0.5, new LearningRate.Cosine(0.05, 0), false);
        Map<Integer, List<Double>> at = new HashMap<>();
        Map<Integer, double[]> weights = new HashMap<>();
        for (int every : new int[] {0, 1, 2}) {
            Parameters start = SmallTraining.parameters();
            List<EpochResult> results = trainer(start, SmallTraining.data(),
                    SmallTraining.settings(BitWidth.B4).withEvaluateEvery(every), schedule)
                    .run(new Checkpoints(folder.resolve("every" + every), "t"), TrainingListener.NONE);
            at.put(every, results.stream().map(EpochResult::epoch).toList());
            assertEquals(5, results.getLast().total(), 1e-12, "however often it is measured");
            weights.put(every, start.get("fc.weight").toDoubles());
        }
        assertEquals(Map.of(0, List.of(0.5), 1, List.of(1.0, 2.0, 3.0, 4.0, 4.5, 0.5), 2,
                List.of(2.0, 4.0, 4.5, 0.5)), at);
        assertArrayEquals(weights.get(0), weights.get(1));
        assertArrayEquals(weights.get(0), weights.get(2));
    }

    @Test
    void heldOutImagesAreNeverTrainedOn() {
        Set<String> held = new HashSet<>();
        TrainingData data = SmallTraining.data().holdOut(10, 6);
        ImageDataset validation = Objects.requireNonNull(data.validation());
        for (int i = 0; i < validation.size(); i++) {
            held.add(validation.name(i));
        }
        for (int i = 0; i < data.train().size(); i++) {
            assertFalse(held.contains(data.train().name(i)));
        }
        InvalidSettingException e = assertThrows(InvalidSettingException.class,
                () -> SmallTraining.data().holdOut(50, 6));
        assertEquals("validation images: expected 1 to 49 of the 50 training images, got 50", e.getMessage());
    }

    private static Schedule progressive() {
        return Schedule.blockByBlock(SmallTraining.TURNS, 0.5, 0.5, new LearningRate.Cosine(0.05, 0), false)
                .progressive(List.of(BitWidth.B8, BitWidth.B3), 0.5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "lsq", "pact"})
    void widthsThatComeDownAreKeptThroughACheckpoint(String quantizer) {
        TrainingSettings settings = SmallTraining.settings(BitWidth.B4).withQuantizer(Quantizers.byName(quantizer))
                .withWeightDecay(new WeightDecay(1e-3, new TreeMap<>(Map.of(BitWidth.B8, 0.1)), false))
                .withStatisticsBatches(2);
        TrainingData data = SmallTraining.data().holdOut(10, 6);
        assertEquals(List.of("8 bits", "3 bits", "middle", "final"),
                progressive().stages().stream().map(Stage::name).toList());
        Trainer whole = trainer(SmallTraining.parameters(), data, settings, progressive());
        whole.run(new Checkpoints(folder.resolve("whole"), "t"), 0, TrainingListener.NONE);
        Weights expected = WeightFile.read(folder.resolve("whole/t-" + whole.totalSteps() + ".safetensors"));
        assertEquals("{\"middle\":\"2\",\"last\":\"3\",\"first\":\"4\"}", expected.metadata().get("bits"));
        for (long kill = 1; kill <= whole.totalSteps(); kill += 2) {
            long end = kill;
            Path run = folder.resolve("killed" + kill);
            assertThrows(IllegalStateException.class, () -> trainer(SmallTraining.parameters(), data, settings,
                    progressive()).run(new Checkpoints(run, "t"), 0, new TrainingListener() {
                        @Override
                        public void step(Position p) {
                            if (p.done() == end) {
                                throw new IllegalStateException("killed");
                            }
                        }
                    }));
            trainer(SmallTraining.parameters(), data, settings, progressive()).run(new Checkpoints(run, "t"), 0,
                    TrainingListener.NONE);
            Weights got = WeightFile.read(run.resolve("t-" + whole.totalSteps() + ".safetensors"));
            assertEquals(expected.names(), got.names());
            expected.tensors().forEach(
                    (name, t) -> assertArrayEquals(t.toDoubles(), got.get(name).toDoubles(), name));
        }
    }

    @Test
    void whatMeasuresTakeIsPlanned() {
        Parameters parameters = SmallTraining.parameters();
        TrainingSettings plain = SmallTraining.settings(BitWidth.B4);
        TrainingObjective distillation = new Distillation(SmallTraining.NETWORK, parameters, 0.5, 1);
        long least = planned(SmallTraining.data(), plain, TrainingObjective.crossEntropy());
        assertTrue(planned(SmallTraining.data(), plain, distillation) > least);
        assertTrue(planned(SmallTraining.data(), plain.withStatisticsBatches(1),
                TrainingObjective.crossEntropy()) > least);
        assertTrue(planned(SmallTraining.data().holdOut(4, 1), plain, TrainingObjective.crossEntropy()) > least);
    }

    private static long planned(TrainingData data, TrainingSettings settings, TrainingObjective objective) {
        return TrainingPlan.of(SmallTraining.NETWORK, SmallTraining.parameters(), data, settings, objective, true,
                Backends.defaultBackend()).footprint().bytes();
    }

    @Test
    void theFinalRateIsNamedWhereItDiverges() {
        Schedule schedule = Schedule.plain(1, new LearningRate.Constant(0.01));
        Schedule fast = new Schedule(List.of(schedule.stages().getFirst(), new Stage("final", List.of(), 3)),
                schedule.rate(), false).withFinalRate(new LearningRate.Constant(1e30));
        Trainer trainer = trainer(SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.FLOAT), fast);
        DivergedException e = assertThrows(DivergedException.class,
                () -> trainer.run(new Checkpoints(folder, "t"), TrainingListener.NONE));
        assertEquals(Setting.FINAL_LEARNING_RATE, e.setting());
        assertTrue(String.valueOf(e.getMessage()).endsWith("a lower final learning rate may help"), e.getMessage());
    }
}
