package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.training.objective.Distillation;
import dev.goshawk.hawq.training.objective.LabelSmoothing;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.Adam;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.hawq.training.optimizer.Sgd;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepRuleTest {
    private static final String QUANTIZER = "quantizer/";

    @TempDir
    private Path folder;

    /** Half of the images for the weights, the other half for the quantizers' steps. */
    private static StepRule byTurns(TrainingContext context, long from) {
        TrainingData.Divided halves = context.data().setAside(25, 3);
        TrainingData aside = new TrainingData(halves.aside(), context.data().test(), context.data().normalization());
        return new AlternatingSteps(
                new GradientDescent(context.withData(halves.rest()), new Sgd(0.9, false),
                        TrainingObjective.crossEntropy(), name -> !name.startsWith(QUANTIZER)),
                new GradientDescent(context.withData(aside), new Adam(), TrainingObjective.crossEntropy(),
                        name -> name.startsWith(QUANTIZER)),
                from, 1, 0.01);
    }

    private static final Map<String, StepRule.Factory> RULES = new TreeMap<>(Map.of(
            "smoothed", context -> new GradientDescent(context, new Sgd(0.9, false), new LabelSmoothing(0.1)),
            "distilled", context -> new GradientDescent(context, new Sgd(0.9, false),
                    new Distillation(context.network(), context.parameters(), 0.5, 2)),
            "adam", context -> new GradientDescent(context, new Adam(), TrainingObjective.crossEntropy()),
            "by turns", context -> byTurns(context, 2)));

    private static Trainer trainer(StepRule.Factory rule) {
        return new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4).withQuantizer(Quantizers.byName("lsq")), SmallTraining.schedule(),
                Backends.defaultBackend(), rule);
    }

    private Weights run(StepRule.Factory rule, String name) {
        Trainer trainer = trainer(rule);
        trainer.run(new Checkpoints(folder.resolve(name), "t"), 0, TrainingListener.NONE);
        return WeightFile.read(folder.resolve(name).resolve("t-" + trainer.totalSteps() + ".safetensors"));
    }

    private static void assertSame(Map<String, Tensor> expected, Weights got) {
        assertEquals(expected.keySet(), got.names());
        expected.forEach((name, t) -> assertArrayEquals(t.toDoubles(), got.get(name).toDoubles(), name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"smoothed", "distilled", "adam", "by turns"})
    void killedAtAnyStepItEndsWithTheSameBits(String name) {
        StepRule.Factory rule = Objects.requireNonNull(RULES.get(name));
        Weights whole = run(rule, "whole");
        long total = trainer(rule).totalSteps();
        for (long step = 1; step <= total; step += 3) {
            long end = step;
            String killed = "killed" + step;
            assertThrows(IllegalStateException.class, () -> trainer(rule).run(
                    new Checkpoints(folder.resolve(killed), "t"), 0, new TrainingListener() {
                        @Override
                        public void step(Position p) {
                            if (p.done() == end) {
                                throw new IllegalStateException("killed");
                            }
                        }
                    }));
            assertSame(whole.tensors(), run(rule, killed));
        }
    }

    @Test
    void theTrainersOwnRuleIsDescentAlongCrossEntropy() {
        Trainer plain = new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4).withQuantizer(Quantizers.byName("lsq")), SmallTraining.schedule(),
                Backends.defaultBackend());
        plain.run(new Checkpoints(folder.resolve("plain"), "t"), 0, TrainingListener.NONE);
        assertSame(WeightFile.read(folder.resolve("plain/t-" + plain.totalSteps() + ".safetensors")).tensors(),
                run(context -> new GradientDescent(context, new Sgd(0.9, false), TrainingObjective.crossEntropy()),
                        "rule"));
    }

    /** Cross-entropy and a cost of the quantizers' steps. */
    private record Small(double cost) implements TrainingObjective {
        @Override
        public String describe() {
            return "small steps";
        }

        @Override
        public Value of(Value logits, Value labels) {
            return TrainingObjective.crossEntropy().of(logits, labels);
        }

        @Override
        public Value of(Value logits, Value labels, SequencedMap<String, Value> trained) {
            Value loss = of(logits, labels);
            for (Value step : trained.values()) {
                loss = loss.add(step.square().sum().scale(cost));
            }
            return loss;
        }
    }

    @Test
    void anObjectiveMaySeeWhatQuantizersTrain() {
        String step = QUANTIZER + "middle.conv1.weight/step";
        double free = run(context -> new GradientDescent(context, new Sgd(0.9, false), new Small(0)), "free").get(step)
                .item();
        double costly = run(context -> new GradientDescent(context, new Sgd(0.9, false), new Small(1)), "costly")
                .get(step).item();
        assertTrue(costly < 0.9 * free, free + " " + costly);
    }

    @Test
    void whatIsMinimizedMatters() {
        double[] plain = run(context -> new GradientDescent(context, new Sgd(0.9, false),
                TrainingObjective.crossEntropy()), "plain").get("parameter/fc.weight").toDoubles();
        for (String name : List.of("smoothed", "distilled")) {
            assertFalse(Arrays.equals(plain,
                    run(Objects.requireNonNull(RULES.get(name)), name).get("parameter/fc.weight").toDoubles()), name);
        }
    }

    @Test
    void eachOfTwoRulesMovesItsOwnOnItsOwnImages() {
        Weights alone = run(context -> byTurns(context, 1000), "alone");
        Weights both = run(context -> byTurns(context, 0), "both");
        Tensor never = alone.get("optimizer/second/steps/quantizer/middle.conv1.weight/step");
        assertEquals(0, never.item());
        assertEquals(both.get("optimizer/first/momentum/fc.weight").shape(),
                alone.get("optimizer/first/momentum/fc.weight").shape());
        assertTrue(both.names().stream().noneMatch(n -> n.startsWith("optimizer/first/momentum/" + QUANTIZER)));
        assertTrue(both.names().stream().noneMatch(n -> n.equals("optimizer/second/steps/fc.weight")));
        String step = QUANTIZER + "middle.conv1.weight/step";
        assertTrue(Math.abs(both.get(step).item() - alone.get(step).item()) > 1e-3);
    }

    /** Notes its steps. */
    private record Noting(List<String> steps, String name) implements StepRule {
        @Override
        public String describe() {
            return name;
        }

        @Override
        public int stepsPerEpoch() {
            return 6;
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            return new TreeMap<>();
        }

        @Override
        public void prepare() {
            // Nothing is compiled.
        }

        @Override
        public Outcome step(long step, double rate) {
            steps.add(name + step);
            return new Outcome(1, 0);
        }

        @Override
        public void close() {
            // Nothing works ahead.
        }
    }

    @Test
    void theSecondRuleMakesAStepAfterSeveralOfTheFirst() {
        List<String> steps = new ArrayList<>();
        try (StepRule turns = new AlternatingSteps(new Noting(steps, "a"), new Noting(steps, "b"), 2, 3, 0.1)) {
            assertEquals("a; after 2 steps one in 3 is followed by b at rate 0.1", turns.describe());
            for (int step = 0; step < 9; step++) {
                turns.step(step, 0.5);
            }
        }
        assertEquals(List.of("a0", "a1", "a2", "a3", "a4", "b0", "a5", "a6", "a7", "b1", "a8"), steps);
        assertThrows(IllegalArgumentException.class,
                () -> new AlternatingSteps(new Noting(steps, "a"), new Noting(steps, "b"), 0, 0, 0.1).close());
    }

    @Test
    void aRuleMayHaveNothingToMoveYet() {
        List<Schedule.Stage> stages = List.of(new Schedule.Stage("float", List.of(), 0.5),
                new Schedule.Stage("all", SmallTraining.TURNS, 0.5));
        Trainer trainer = new Trainer(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4).withQuantizer(Quantizers.byName("lsq")),
                new Schedule(stages, new LearningRate.Constant(0.05), false), Backends.defaultBackend(),
                context -> byTurns(context, 0));
        trainer.run(new Checkpoints(folder, "t"), 0, TrainingListener.NONE);
        Weights end = WeightFile.read(folder.resolve("t-" + trainer.totalSteps() + ".safetensors"));
        // Two steps a stage: the second rule joins in with the second stage.
        assertEquals(List.of(4L, 2.0), List.of(trainer.totalSteps(),
                end.get("optimizer/second/steps/quantizer/middle.conv1.weight/step").item()));
    }

    @Test
    void imagesSetAsideAreDrawnOnceBySeed() {
        TrainingData data = SmallTraining.data();
        Set<Set<String>> choices = new HashSet<>();
        for (long seed = 0; seed < 8; seed++) {
            TrainingData.Divided d = data.setAside(20, seed);
            assertEquals(List.of(20, 30), List.of(d.aside().size(), d.rest().train().size()));
            Set<String> all = new HashSet<>(names(d.aside()));
            choices.add(Set.copyOf(all));
            all.addAll(names(d.rest().train()));
            assertEquals(50, all.size());
            assertEquals(names(d.aside()), names(data.setAside(20, seed).aside()));
        }
        assertEquals(8, choices.size());
        for (int images : new int[] {0, 50}) {
            assertEquals("training data: expected to set aside 1 to 49 of the 50 training images, got " + images,
                    assertThrows(IllegalArgumentException.class, () -> data.setAside(images, 1)).getMessage());
        }
    }

    private static List<String> names(ImageDataset images) {
        return IntStream.range(0, images.size()).mapToObj(images::name).toList();
    }

    @Test
    void aTeacherIsWhatTheNetworkWasBeforeTraining() {
        Parameters start = SmallTraining.parameters();
        String before = new Distillation(SmallTraining.NETWORK, start, 0.5, 1).describe();
        Trainer trainer = new Trainer(SmallTraining.NETWORK, start, SmallTraining.data(),
                SmallTraining.settings(BitWidth.B4), SmallTraining.schedule(), Backends.defaultBackend(),
                context -> new GradientDescent(context, new Sgd(0.9, false),
                        new Distillation(context.network(), context.parameters(), 0.5, 1)));
        trainer.run(new Checkpoints(folder, "t"), TrainingListener.NONE);
        assertFalse(before.equals(new Distillation(SmallTraining.NETWORK, start, 0.5, 1).describe()));
        assertTrue(WeightFile.read(folder.resolve("t-15.safetensors")).metadata().get("identity/step rule")
                .contains(before));
    }
}
