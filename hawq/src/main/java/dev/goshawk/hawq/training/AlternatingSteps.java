package dev.goshawk.hawq.training;

import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Two rules by turns, such as a search for an architecture needs: one moves the weights on some of the images, the other, from some step
 * on, moves the architecture's parameters on the rest.
 */
public final class AlternatingSteps implements StepRule {
    private final StepRule first;
    private final StepRule second;
    private final long from;
    private final int every;
    private final double secondRate;

    /**
     * A step is one of the first rule, followed every so often by one of the second.
     *
     * @param first sets the length of an epoch and the losses that are reported
     * @param from number of steps that the first rule makes alone, 0 or more
     * @param every steps of the first rule to one of the second, 1 or more
     * @param secondRate learning rate of the second rule throughout
     */
    public AlternatingSteps(StepRule first, StepRule second, long from, int every, double secondRate) {
        if (from < 0) {
            throw new IllegalArgumentException("alternating steps: expected 0 steps or more alone, got " + from);
        }
        if (every < 1) {
            throw new IllegalArgumentException("alternating steps: expected 1 step or more to one, got " + every);
        }
        this.first = first;
        this.second = second;
        this.from = from;
        this.every = every;
        this.secondRate = secondRate;
    }

    @Override
    public String describe() {
        return first.describe() + "; after " + from + " steps one in " + every + " is followed by " + second.describe()
                + " at rate "
                + secondRate;
    }

    @Override
    public int stepsPerEpoch() {
        return first.stepsPerEpoch();
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        first.state().forEach((name, tensor) -> state.put("first/" + name, tensor));
        second.state().forEach((name, tensor) -> state.put("second/" + name, tensor));
        return state;
    }

    @Override
    public void prepare() {
        first.prepare();
        second.prepare();
    }

    @Override
    public Outcome step(long step, double rate) {
        Outcome outcome = first.step(step, rate);
        long since = step - from + 1;
        if (!Double.isFinite(outcome.loss()) || since <= 0 || since % every != 0) {
            return outcome;
        }
        double loss = second.step(since / every - 1, secondRate).loss();
        return Double.isFinite(loss) ? outcome : new Outcome(loss, 0);
    }

    @Override
    public void close() {
        try (second) {
            first.close();
        }
    }
}
