package dev.goshawk.hawq.training;

import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.Optimizer;
import dev.goshawk.tensor.Tensor;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A step along the gradient of an objective over a batch. Running statistics of batch normalization and the quantizers follow where
 * parameters of the network are among what is moved.
 */
public final class GradientDescent implements StepRule {
    private final TrainingContext context;
    private final Optimizer optimizer;
    private final TrainingObjective objective;
    private final Predicate<String> moved;
    private final TrainingImages images;
    private final boolean movesNetwork;
    private @Nullable TrainingStep compiled;

    /**
     * A rule that moves everything there is to train.
     *
     * @param optimizer of nothing yet
     */
    public GradientDescent(TrainingContext context, Optimizer optimizer, TrainingObjective objective) {
        this(context, optimizer, objective, name -> true);
    }

    /**
     * A rule that moves a part.
     *
     * @param optimizer of nothing yet
     * @param moved says of the name of a parameter, or of a quantizer's trained tensor, whether it is moved
     */
    public GradientDescent(TrainingContext context, Optimizer optimizer, TrainingObjective objective,
            Predicate<String> moved) {
        context.data().requireBatch(context.settings().batch());
        this.context = context;
        this.optimizer = optimizer;
        this.objective = objective;
        this.moved = moved;
        this.images = new TrainingImages(context.data(), context.settings());
        context.parameters().trainable().stream().filter(moved).forEach(n -> optimizer.add(
                new Optimizer.Parameter(n, context.parameters().get(n), context.settings().weightDecay(), 1)));
        this.movesNetwork = context.parameters().trainable().stream().anyMatch(moved);
    }

    @Override
    public String describe() {
        return optimizer.describe() + "; " + objective.describe();
    }

    @Override
    public int stepsPerEpoch() {
        return images.stepsPerEpoch();
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        takeInTrained();
        return optimizer.state();
    }

    /** Lets the optimizer move what the quantizers train, as far as it does not yet. */
    private void takeInTrained() {
        context.quantized().trained().stream().filter(t -> moved.test(t.name()) && !optimizer.holds(t.name()))
                .forEach(t -> optimizer.add(new Optimizer.Parameter(t.name(), t.tensor(), t.decay(), t.rate())));
    }

    @Override
    public void prepare() {
        takeInTrained();
        compiled = new TrainingStep(context, objective, moved);
    }

    @Override
    public Outcome step(long step, double rate) {
        TrainingStep now = compiled;
        if (now == null) {
            throw new IllegalStateException("step rule: expected prepare() before the first step");
        }
        images.fill(step, now.images(), now.labels());
        double loss = now.compute();
        if (!Double.isFinite(loss)) {
            return new Outcome(loss, 0);
        }
        optimizer.step(now.gradients(), rate);
        if (movesNetwork) {
            now.averageStatistics();
            context.quantized().followWeights();
        }
        return new Outcome(loss, now.correct());
    }

    @Override
    public void close() {
        images.close();
    }
}
