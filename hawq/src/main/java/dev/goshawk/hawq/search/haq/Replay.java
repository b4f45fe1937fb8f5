package dev.goshawk.hawq.search.haq;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** The last transitions, from which an agent learns: a ring of rows, all of it tensors. */
final class Replay {
    private final int features;
    private final Tensor states;
    private final Tensor nexts;
    private final Tensor actions;
    private final Tensor rewards;
    private final Tensor ends;
    /** How many were ever added. */
    private final Tensor added = Tensor.zeros(DType.FLOAT64, Shape.scalar());

    /**
     * One decision.
     *
     * @param state before it
     * @param action in [0, 1]
     * @param reward of its episode
     * @param next state after it
     * @param last whether the episode ended with it
     */
    record Transition(double[] state, double action, double reward, double[] next, boolean last) {
    }

    /** Room for so many. */
    Replay(int capacity, int features) {
        this.features = features;
        this.states = Tensor.zeros(DType.FLOAT32, Shape.of(capacity, features));
        this.nexts = Tensor.zeros(DType.FLOAT32, Shape.of(capacity, features));
        this.actions = Tensor.zeros(DType.FLOAT32, Shape.of(capacity));
        this.rewards = Tensor.zeros(DType.FLOAT64, Shape.of(capacity));
        this.ends = Tensor.zeros(DType.FLOAT32, Shape.of(capacity));
    }

    SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put("replay/states", states);
        state.put("replay/nexts", nexts);
        state.put("replay/actions", actions);
        state.put("replay/rewards", rewards);
        state.put("replay/ends", ends);
        state.put("replay/added", added);
        return state;
    }

    /** How many there are. */
    int size() {
        return (int) Math.min(added.item(), actions.size());
    }

    void add(Transition t) {
        int row = (int) (added.item() % actions.size());
        for (int i = 0; i < features; i++) {
            states.set(row * features + i, t.state()[i]);
            nexts.set(row * features + i, t.next()[i]);
        }
        actions.set(row, t.action());
        rewards.set(row, t.reward());
        ends.set(row, t.last() ? 1 : 0);
        added.fill(added.item() + 1);
    }

    /** Copies the states of a row, before and after. */
    void read(int row, Tensor state, Tensor next, int at) {
        for (int i = 0; i < features; i++) {
            state.set(at * features + i, states.get(row * features + i));
            next.set(at * features + i, nexts.get(row * features + i));
        }
    }

    double action(int row) {
        return actions.get(row);
    }

    double reward(int row) {
        return rewards.get(row);
    }

    boolean isLast(int row) {
        return ends.get(row) > 0;
    }
}
