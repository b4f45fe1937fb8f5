package dev.goshawk.hawq.search.dnas;

import dev.goshawk.data.SplitMix64;
import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * The share m_k that each width has in a block's weights: m = softmax((theta + g) / temperature) with trained theta and Gumbel noise g.
 * Whatever the temperature, the largest share is that of width k with the probability softmax(theta)_k; at a low one it is almost 1.
 */
final class Mixture {
    static final String THETA = "theta";
    private static final String NOISE = "noise";
    private static final String TEMPERATURE = "temperature";
    /** Keeps a uniform number off 0. */
    private static final double LEAST = 0x1p-54;

    private final String owner;
    private final Tensor theta;
    private final Tensor noise;
    private final Tensor temperature;

    /**
     * Equal shares.
     *
     * @param owner name of the weight that theta is trained with
     * @param widths how many there are
     */
    Mixture(String owner, DType dtype, int widths) {
        this.owner = owner;
        this.theta = Tensor.zeros(dtype, Shape.of(widths));
        this.noise = Tensor.zeros(dtype, Shape.of(widths));
        this.temperature = Tensor.zeros(dtype, Shape.scalar());
        temperature.fill(1);
    }

    String owner() {
        return owner;
    }

    /** Everything that is kept, shared by the block's weights. */
    SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put(THETA, theta);
        state.put(NOISE, noise);
        state.put(TEMPERATURE, temperature);
        return state;
    }

    /** The shares, [widths]. */
    static Value shares(Function<String, Value> state) {
        Value theta = state.apply(THETA);
        return Activations.softmax(theta.add(state.apply(NOISE)).divide(state.apply(TEMPERATURE)), 0);
    }

    /** Draws noise. */
    void draw(SplitMix64 random, double heat) {
        for (int k = 0; k < noise.size(); k++) {
            noise.set(k, -Math.log(-Math.log(random.nextDouble() + LEAST)));
        }
        temperature.fill(heat);
    }

    /** softmax(theta): how probable each width is. */
    double[] probabilities() {
        double[] p = theta.toDoubles();
        double most = Double.NEGATIVE_INFINITY;
        for (double t : p) {
            most = Math.max(most, t);
        }
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            p[k] = Math.exp(p[k] - most);
            sum += p[k];
        }
        for (int k = 0; k < p.length; k++) {
            p[k] /= sum;
        }
        return p;
    }
}
