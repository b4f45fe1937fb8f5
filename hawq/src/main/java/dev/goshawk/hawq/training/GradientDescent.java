package dev.goshawk.hawq.training;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.Optimizer;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.Tensor;
import java.util.Map;
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
        register();
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
        register();
        return optimizer.state();
    }

    /** Tells the optimizer what is trained at this moment; quantizing adds tensors, and a block's width sets a penalty. */
    private void register() {
        Map<String, BitWidth> widths = context.quantized().blocks();
        context.parameters().specs().stream().filter(ParameterSpec::isTrainable)
                .forEach(s -> register(new Optimizer.Parameter(s.name(), context.parameters().get(s.name()),
                        context.settings().weightDecay().of(s, widths.get(s.block())), 1)));
        context.quantized().trained()
                .forEach(t -> register(new Optimizer.Parameter(t.name(), t.tensor(), t.decay(), t.rate())));
    }

    private void register(Optimizer.Parameter parameter) {
        if (!moved.test(parameter.name())) {
            return;
        }
        if (optimizer.holds(parameter.name())) {
            optimizer.change(parameter);
        } else {
            optimizer.add(parameter);
        }
    }

    @Override
    public void prepare() {
        register();
        // Let go first: two steps would not fit where one does.
        compiled = null;
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
