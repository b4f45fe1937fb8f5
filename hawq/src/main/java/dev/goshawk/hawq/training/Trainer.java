package dev.goshawk.hawq.training;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.NonFiniteLogitsException;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.quantize.family.StoredActivations;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.Optimizer;
import dev.goshawk.hawq.training.optimizer.Sgd;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Trains a network through the stages of a schedule, quantizing blocks as the schedule
 * says.
 *
 * <p>Images come in epochs whose order, like each image's augmentation, is a function of the seed and the epoch
 * alone; a stage of part of an epoch is followed by the rest of that epoch in the next. With the state in
 * {@link Checkpoints} a training that was stopped or killed ends with the same bits as one that was not, on any
 * number of threads.
 */
public final class Trainer {
    private static final long CHECKPOINT_NANOS = 30_000_000_000L;

    private final Parameters parameters;
    private final TrainingData data;
    private final TrainingSettings settings;
    private final Schedule schedule;
    private final int stepsPerEpoch;
    private final QuantizedNetwork quantized;
    private final StepRule rule;
    private final Measurements measurements;
    private final TrainingState state;

    /**
     * A training by stochastic gradient descent with the momentum of the settings.
     *
     * @param parameters where it starts; changed by it
     * @throws IllegalArgumentException if a batch is larger than the training set or the schedule names no block of
     *     the network
     */
    public Trainer(Network network, Parameters parameters, TrainingData data, TrainingSettings settings,
            Schedule schedule, Backend backend) {
        this(network, parameters, data, settings, schedule, backend, new Sgd(settings.momentum(), false));
    }

    /**
     * A training by an optimizer.
     *
     * @param parameters where it starts; changed by it
     * @param optimizer of nothing yet; the settings' momentum has no say
     * @throws IllegalArgumentException if a batch is larger than the training set or the schedule names no block of
     *     the network
     */
    public Trainer(Network network, Parameters parameters, TrainingData data, TrainingSettings settings,
            Schedule schedule, Backend backend, Optimizer optimizer) {
        this(network, parameters, data, settings, schedule, backend,
                context -> new GradientDescent(context, optimizer, TrainingObjective.crossEntropy()));
    }

    /**
     * A training by a rule.
     *
     * @param parameters where it starts; changed by it
     * @param rule how steps are made
     * @throws IllegalArgumentException if a batch is larger than the training set or the schedule names no block of
     *     the network
     */
    public Trainer(Network network, Parameters parameters, TrainingData data, TrainingSettings settings,
            Schedule schedule, Backend backend, StepRule.Factory rule) {
        this.parameters = parameters;
        this.data = data;
        this.settings = settings;
        this.schedule = schedule;
        data.requireBatch(settings.batch());
        Set<String> blocks = new HashSet<>();
        parameters.specs().forEach(s -> blocks.add(s.block()));
        for (Stage stage : schedule.stages()) {
            for (Turn t : stage.quantized()) {
                if (!blocks.contains(t.block())) {
                    throw new IllegalArgumentException(
                            "schedule: " + network.name() + " has no block '" + t.block() + "'");
                }
            }
        }
        this.quantized = new QuantizedNetwork(network, parameters, settings.quantizer(), settings.activationBits(),
                schedule.activationBits());
        TrainingContext context = new TrainingContext(network, parameters, quantized, data, settings, backend);
        this.rule = rule.of(context);
        this.stepsPerEpoch = this.rule.stepsPerEpoch();
        this.measurements = new Measurements(context);
        this.state = new TrainingState(parameters, this.rule, quantized, identity(network));
    }

    /** What a checkpoint must agree with to be one of this training, by what it is. */
    private Map<String, String> identity(Network network) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("network", network.name() + " with " + network.classes() + " classes");
        Fingerprint shapes = new Fingerprint();
        parameters.specs().forEach(s -> shapes.add(s.name()).add(s.kind() + " " + s.shape()));
        identity.put("parameters", shapes.text());
        identity.put("weights at the start", new Fingerprint().addTensors(parameters.tensors()).text());
        identity.put("training images", data.train().fingerprint());
        ImageDataset held = data.validation();
        if (held != null) {
            identity.put("validation images", held.fingerprint());
        }
        identity.put("settings", settings.toString());
        identity.put("step rule", rule.describe());
        identity.put("schedule", schedule.toString());
        return identity;
    }

    /** Steps of all stages together. */
    public long totalSteps() {
        return schedule.stepsBefore(schedule.stages().size(), stepsPerEpoch);
    }

    /**
     * Trains from the newest checkpoint, or from the start where there is none, to the end of the schedule. A
     * checkpoint is written after every stage and every evaluation, and every half minute.
     *
     * @return the results of the whole schedule, those before the checkpoint among them
     * @throws DivergedException if the loss, or a logit of an evaluated image, is not a finite number
     */
    public List<EpochResult> run(Checkpoints checkpoints, TrainingListener listener) {
        return run(checkpoints, CHECKPOINT_NANOS, listener);
    }

    List<EpochResult> run(Checkpoints checkpoints, long checkpointNanos, TrainingListener listener) {
        checkpoints.newest(listener::passedOver).ifPresent(saved -> {
            state.restore(saved);
            listener.resumed(state.done, totalSteps());
        });
        try (measurements; rule) {
            while (state.stage < schedule.stages().size()) {
                Stage stage = schedule.stages().get(state.stage);
                enter(stage);
                if (stage.steps(stepsPerEpoch) > 0) {
                    train(stage, checkpoints, checkpointNanos, listener);
                } else if (isLast()) {
                    evaluate(stage, 0, 0, true, listener);
                    state.stage++;
                    state.save(checkpoints);
                } else {
                    // What comes of quantizing alone is measured once, at the end.
                    state.stage++;
                }
            }
        }
        return List.copyOf(state.history);
    }

    private boolean isLast() {
        return state.stage == schedule.stages().size() - 1;
    }

    private void train(Stage stage, Checkpoints checkpoints, long checkpointNanos, TrainingListener listener) {
        long start = schedule.stepsBefore(state.stage, stepsPerEpoch);
        long end = start + stage.steps(stepsPerEpoch);
        rule.prepare();
        long saved = System.nanoTime();
        while (state.done < end) {
            long began = System.nanoTime();
            double rate = schedule.rate(state.stage, state.done - start, stepsPerEpoch);
            step(stage, rate);
            state.seconds += (System.nanoTime() - began) / 1e9;
            listener.step(new TrainingListener.Position(stage.name(), state.done, totalSteps(), settings.batch(),
                    state.lossSum / state.steps, trainAccuracy(), rate));
            long inStage = state.done - start;
            boolean over = state.done == end;
            boolean due = isDue(inStage, over);
            if (due) {
                evaluate(stage, (double) inStage / stepsPerEpoch, rate, over && isLast(), listener);
            }
            if (over) {
                state.stage++;
            }
            if (due || over || System.nanoTime() - saved >= checkpointNanos) {
                state.save(checkpoints);
                saved = System.nanoTime();
            }
        }
    }

    private boolean isDue(long inStage, boolean over) {
        long every = settings.evaluateEvery();
        return every == 0 ? over && isLast() : over || inStage % (every * stepsPerEpoch) == 0;
    }

    private void step(Stage stage, double rate) {
        StepRule.Outcome outcome = rule.step(state.done, rate);
        if (!Double.isFinite(outcome.loss())) {
            throw DivergedException.ofLoss(outcome.loss(), stage.name(), state.done + 1,
                    state.done / stepsPerEpoch + 1, rate, schedule.rateSetting(state.stage));
        }
        state.count(outcome.loss(), outcome.correct());
    }

    private double trainAccuracy() {
        return (double) state.correct / ((long) state.steps * settings.batch());
    }

    /** Measures held-out images where there are any, and the test images then but once, after the last step. */
    private void evaluate(Stage stage, double epoch, double rate, boolean last, TrainingListener listener) {
        if (last) {
            measurements.statistics(state.done);
        }
        ImageDataset held = data.validation();
        Evaluation validation = held == null ? null : evaluate(held, "validation", stage, rate, listener);
        Evaluation test = held == null || last ? evaluate(data.test(), "test", stage, rate, listener) : null;
        boolean trained = state.steps > 0;
        EpochResult result = new EpochResult(stage.name(), epoch, (double) state.done / stepsPerEpoch, rate,
                trained ? state.lossSum / state.steps : null, trained ? trainAccuracy() : null,
                validation == null ? null : validation.loss(), validation == null ? null : validation.accuracy(),
                test == null ? null : test.loss(), test == null ? null : test.accuracy(), state.seconds);
        state.evaluated(result);
        listener.epoch(result);
    }

    private Evaluation evaluate(ImageDataset measured, String what, Stage stage, double rate,
            TrainingListener listener) {
        try {
            return measurements.evaluate(measured,
                    (image, logits) -> listener.evaluating(stage.name(), image + 1, measured.size()));
        } catch (NonFiniteLogitsException e) {
            throw DivergedException.ofLogits(what, stage.name(), state.done, rate, schedule.rateSetting(state.stage),
                    e);
        }
    }

    /** Quantizes the stage's blocks, unless the training goes on from the middle of the stage. */
    private void enter(Stage stage) {
        Set<String> entered = new HashSet<>();
        for (Turn t : stage.quantized()) {
            BitWidth before = quantized.bits(t.block());
            if (before == null) {
                quantized.quantize(t.block(), t.bits());
                entered.add(t.block());
            } else if (before != t.bits()) {
                quantized.requantize(t.block(), t.bits());
            }
        }
        entered.removeIf(block -> !quantized.quantizesActivations(block));
        measurements.entered(entered);
    }

    /** The network, quantized as far as the training has come; it follows it. */
    public QuantizedNetwork network() {
        return quantized;
    }

    /**
     * The network's parameters as it computes with them at this moment, quantized weights rounded to their levels; a
     * copy.
     */
    public Parameters quantizedParameters() {
        return quantized.quantizedParameters();
    }

    /** How the activations are rounded at this moment. */
    public StoredActivations activations() {
        return StoredActivations.of(settings.quantizer(), settings.activationBits(), quantized.activations());
    }
}
