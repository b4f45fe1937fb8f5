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
    private final double secondRate;

    /**
     * A step is one of the first rule, followed by one of the second.
     *
     * @param first sets the length of an epoch and the losses that are reported
     * @param from number of steps that the first rule makes alone, 0 or more
     * @param secondRate learning rate of the second rule throughout
     */
    public AlternatingSteps(StepRule first, StepRule second, long from, double secondRate) {
        if (from < 0) {
            throw new IllegalArgumentException("alternating steps: expected 0 steps or more alone, got " + from);
        }
        this.first = first;
        this.second = second;
        this.from = from;
        this.secondRate = secondRate;
    }

    @Override
    public String describe() {
        return first.describe() + "; by turns, after " + from + " steps, with " + second.describe() + " at rate "
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
        if (!Double.isFinite(outcome.loss()) || step < from) {
            return outcome;
        }
        double loss = second.step(step - from, secondRate).loss();
        return Double.isFinite(loss) ? outcome : new Outcome(loss, 0);
    }

    @Override
    public void close() {
        try (second) {
            first.close();
        }
    }
}
