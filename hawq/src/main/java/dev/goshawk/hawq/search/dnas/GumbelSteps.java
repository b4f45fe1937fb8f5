package dev.goshawk.hawq.search.dnas;

import dev.goshawk.data.SplitMix64;
import dev.goshawk.hawq.training.StepRule;
import dev.goshawk.tensor.Tensor;
import java.util.SequencedMap;
import java.util.function.LongToDoubleFunction;

/** A rule whose every step has noise of its own, a function of seed and step. */
final class GumbelSteps implements StepRule {
    private final StepRule rule;
    private final MixedQuantizer mixed;
    private final long seed;
    private final int stream;
    private final LongToDoubleFunction temperature;

    /**
     * A rule with noise.
     *
     * @param stream tells the noise of several rules apart
     * @param temperature of a step, by its number
     */
    GumbelSteps(StepRule rule, MixedQuantizer mixed, long seed, int stream, LongToDoubleFunction temperature) {
        this.rule = rule;
        this.mixed = mixed;
        this.seed = seed;
        this.stream = stream;
        this.temperature = temperature;
    }

    @Override
    public String describe() {
        return rule.describe() + ", Gumbel noise from temperature " + temperature.applyAsDouble(0);
    }

    @Override
    public int stepsPerEpoch() {
        return rule.stepsPerEpoch();
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        return rule.state();
    }

    @Override
    public void prepare() {
        rule.prepare();
    }

    @Override
    public Outcome step(long step, double rate) {
        mixed.draw(SplitMix64.of(seed, stream, step), temperature.applyAsDouble(step));
        return rule.step(step, rate);
    }

    @Override
    public void close() {
        rule.close();
    }
}
