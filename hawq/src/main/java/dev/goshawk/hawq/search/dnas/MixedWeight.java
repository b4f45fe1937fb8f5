package dev.goshawk.hawq.search.dnas;

import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/** A weight at several widths at once: sum_k m_k Q_k(W). It has no codes: it is for searching, not for storing. */
final class MixedWeight implements TensorQuantizer {
    /** L2 penalty on theta. */
    private static final double DECAY = 5e-4;

    private final List<TensorQuantizer> choices;
    private final Mixture mixture;
    private final boolean owner;

    /** @param owner whether the block's theta is trained with this weight */
    MixedWeight(List<TensorQuantizer> choices, Mixture mixture, boolean owner) {
        this.choices = List.copyOf(choices);
        this.mixture = mixture;
        this.owner = owner;
    }

    private static String name(TensorQuantizer choice, String state) {
        return choice.bits() + "/" + state;
    }

    /** The widest. */
    @Override
    public BitWidth bits() {
        return choices.getLast().bits();
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>(mixture.state());
        choices.forEach(q -> q.state().forEach((key, tensor) -> state.put(name(q, key), tensor)));
        return state;
    }

    @Override
    public List<Trained> trained() {
        List<Trained> trained = new ArrayList<>();
        if (owner) {
            trained.add(new Trained(Mixture.THETA, 1, DECAY));
        }
        choices.forEach(q -> q.trained().forEach(t -> trained.add(
                new Trained(name(q, t.state()), t.rate(), t.decay()))));
        return trained;
    }

    @Override
    public Value apply(Value x, Function<String, Value> state) {
        Value shares = Mixture.shares(state);
        Value mixed = x.like(0);
        for (int k = 0; k < choices.size(); k++) {
            TensorQuantizer q = choices.get(k);
            mixed = mixed.add(q.apply(x, key -> state.apply(name(q, key))).multiply(Indexing.select(shares, 0, k)));
        }
        return mixed;
    }

    @Override
    public void fit(Tensor weight) {
        choices.forEach(q -> q.fit(weight));
    }

    @Override
    public void follow(Tensor weight) {
        choices.forEach(q -> q.follow(weight));
    }

    @Override
    public Tensor levels() {
        throw noCodes();
    }

    @Override
    public Tensor codes(Tensor values) {
        throw noCodes();
    }

    private static UnsupportedOperationException noCodes() {
        return new UnsupportedOperationException("a weight at several widths has no codes");
    }
}
