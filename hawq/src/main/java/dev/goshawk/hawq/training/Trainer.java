package dev.goshawk.hawq.training;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.evaluation.NonFiniteLogitsException;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.Optimizer;
import dev.goshawk.hawq.training.optimizer.Sgd;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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

    private final Network network;
    private final Parameters parameters;
    private final TrainingData data;
    private final TrainingSettings settings;
    private final Schedule schedule;
    private final Backend backend;
    private final TrainingImages images;
    private final Batches testBatches;
    private final int stepsPerEpoch;
    private final QuantizedNetwork quantized;
    private final StepRule rule;
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
        this.network = network;
        this.parameters = parameters;
        this.data = data;
        this.settings = settings;
        this.schedule = schedule;
        this.backend = backend;
        this.testBatches = new Batches(data.test(), data.normalization(), 0);
        data.requireBatch(settings.batch());
        this.images = new TrainingImages(data, settings);
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
        this.quantized = new QuantizedNetwork(network, parameters, settings.quantizer(), settings.activationBits());
        this.rule = rule.of(new TrainingContext(network, parameters, quantized, data, settings, backend));
        this.stepsPerEpoch = this.rule.stepsPerEpoch();
        this.state = new TrainingState(parameters, this.rule, quantized, identity());
    }

    /** What a checkpoint must agree with to be one of this training, by what it is. */
    private Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("network", network.name() + " with " + network.classes() + " classes");
        Fingerprint shapes = new Fingerprint();
        parameters.specs().forEach(s -> shapes.add(s.name()).add(s.kind() + " " + s.shape()));
        identity.put("parameters", shapes.text());
        identity.put("weights at the start", new Fingerprint().addTensors(parameters.tensors()).text());
        identity.put("training images", data.train().fingerprint());
        identity.put("settings", settings.toString());
        identity.put("step rule", rule.describe());
        identity.put("schedule", schedule.toString());
        return identity;
    }

    /** Steps of all stages together. */
    public long totalSteps() {
        return stepsBefore(schedule.stages().size());
    }

    private long stepsBefore(int stage) {
        return schedule.stages().stream().limit(stage).mapToLong(s -> s.steps(stepsPerEpoch)).sum();
    }

    /**
     * Trains from the newest checkpoint, or from the start where there is none, to the end of the schedule. A
     * checkpoint is written after every evaluation and every half minute.
     *
     * @return the epochs of the whole schedule, those before the checkpoint among them
     * @throws DivergedException if the loss, or a logit of a test image, is not a finite number
     */
    public List<EpochResult> run(Checkpoints checkpoints, TrainingListener listener) {
        return run(checkpoints, CHECKPOINT_NANOS, listener);
    }

    List<EpochResult> run(Checkpoints checkpoints, long checkpointNanos, TrainingListener listener) {
        checkpoints.newest(listener::passedOver).ifPresent(saved -> {
            state.restore(saved);
            listener.resumed(state.done, totalSteps());
        });
        try (images; rule) {
            while (state.stage < schedule.stages().size()) {
                Stage stage = schedule.stages().get(state.stage);
                enter(stage);
                if (stage.steps(stepsPerEpoch) > 0) {
                    train(stage, checkpoints, checkpointNanos, listener);
                } else if (state.stage < schedule.stages().size() - 1) {
                    // What comes of quantizing alone is measured once, at the end.
                    state.stage++;
                } else {
                    evaluate(evaluator(), stage, 0, 0, listener);
                    state.stage++;
                    state.save(checkpoints);
                }
            }
        }
        return List.copyOf(state.history);
    }

    private void train(Stage stage, Checkpoints checkpoints, long checkpointNanos, TrainingListener listener) {
        long start = stepsBefore(state.stage);
        long end = start + stage.steps(stepsPerEpoch);
        rule.prepare();
        Evaluator evaluator = evaluator();
        long saved = System.nanoTime();
        while (state.done < end) {
            long began = System.nanoTime();
            double rate = schedule.wholeRun()
                    ? schedule.rate().at(state.done, totalSteps())
                    : schedule.rate().at(state.done - start, end - start);
            step(stage, rate);
            state.seconds += (System.nanoTime() - began) / 1e9;
            listener.step(new TrainingListener.Position(stage.name(), state.done, totalSteps(), settings.batch(),
                    state.lossSum / state.steps, trainAccuracy(), rate));
            long inStage = state.done - start;
            boolean evaluate = inStage % stepsPerEpoch == 0 || state.done == end;
            if (evaluate) {
                evaluate(evaluator, stage, (double) inStage / stepsPerEpoch, rate, listener);
            }
            if (state.done == end) {
                state.stage++;
            }
            if (evaluate || System.nanoTime() - saved >= checkpointNanos) {
                state.save(checkpoints);
                saved = System.nanoTime();
            }
        }
    }

    private void step(Stage stage, double rate) {
        StepRule.Outcome outcome = rule.step(state.done, rate);
        if (!Double.isFinite(outcome.loss())) {
            throw new DivergedException(String.format(Locale.ROOT,
                    "training diverged: expected a finite loss, got %s at step %d "
                            + "(stage %s, epoch %d of the data, learning rate %s): a lower --lr may help",
                    outcome.loss(), state.done + 1, stage.name(), state.done / stepsPerEpoch + 1, rate));
        }
        state.count(outcome.loss(), outcome.correct());
    }

    private double trainAccuracy() {
        return (double) state.correct / ((long) state.steps * settings.batch());
    }

    private void evaluate(Evaluator evaluator, Stage stage, double epoch, double rate, TrainingListener listener) {
        Evaluation test;
        try {
            test = evaluator.evaluate(testBatches, data.faults(),
                    (image, logits) -> listener.evaluating(stage.name(), image + 1, data.test().size()));
        } catch (NonFiniteLogitsException e) {
            throw new DivergedException(String.format(Locale.ROOT,
                    "training diverged: expected finite logits of the test images after step %d "
                            + "(stage %s, learning rate %s): a lower --lr may help",
                    state.done, stage.name(), rate), e);
        }
        boolean trained = state.steps > 0;
        EpochResult result = new EpochResult(stage.name(), epoch, rate,
                trained ? state.lossSum / state.steps : null, trained ? trainAccuracy() : null, test.loss(),
                test.accuracy(), state.seconds);
        state.evaluated(result);
        listener.epoch(result);
    }

    /** The network in evaluation mode, quantized as far as the training has come. */
    private Evaluator evaluator() {
        int batch = Math.min(settings.batch(), data.test().size());
        return quantized.evaluator(batch, data.test().height(), data.test().width(), backend);
    }

    /** Quantizes the stage's blocks, unless the training goes on from the middle of the stage. */
    private void enter(Stage stage) {
        Set<String> entered = new HashSet<>();
        for (Turn t : stage.quantized()) {
            if (!quantized.holds(t.block())) {
                quantized.quantize(t.block(), t.bits());
                entered.add(t.block());
            }
        }
        entered.removeIf(block -> !quantized.quantizesActivations(block));
        if (!entered.isEmpty()) {
            calibrate(entered);
        }
    }

    private void calibrate(Set<String> entered) {
        DType dtype = parameters.tensors().firstEntry().getValue().dtype();
        Tensor batch = Tensor.zeros(dtype, Shape.of(settings.batch(), data.train().height(), data.train().width(), 3));
        Tensor labels = Tensor.zeros(dtype, Shape.of(settings.batch(), network.classes()));
        quantized.calibrate(entered, batch, Math.min(settings.calibrationBatches(), stepsPerEpoch),
                i -> images.fillPlain(i, batch, labels), backend);
    }

    /**
     * The network's parameters as it computes with them at this moment, quantized weights rounded to their levels; a
     * copy.
     */
    public Parameters quantizedParameters() {
        return quantized.quantizedParameters();
    }

    /** The largest values of the quantized activations at this moment, by site. */
    public Map<String, Double> activationRanges() {
        Map<String, Double> ranges = new LinkedHashMap<>();
        quantized.activations().forEach((site, q) -> ranges.put(site, q.largest()));
        return ranges;
    }
}
