package dev.goshawk.hawq.training.optimizer;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Stochastic gradient descent with momentum and weight decay, in place (the semantics of PyTorch's SGD, dampening 0): g
 * &lt;- g + decay w; m &lt;- momentum m + g; w &lt;- w - rate m, or w - rate (g + momentum m) with Nesterov. float32 weights are
 * updated in float32.
 */
public final class Sgd implements Optimizer {
    private final ParameterList parameters = new ParameterList("sgd");
    private final SequencedMap<String, Tensor> buffers = new LinkedHashMap<>();
    private final double momentum;
    private final boolean nesterov;

    /**
     * An optimizer of nothing yet.
     *
     * @param momentum in [0, 1)
     * @param nesterov look-ahead gradient; needs a momentum above 0
     */
    public Sgd(double momentum, boolean nesterov) {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("sgd: expected a momentum in [0, 1), got " + momentum);
        }
        if (nesterov && momentum == 0) {
            throw new IllegalArgumentException("sgd: expected a momentum above 0 with nesterov, got 0");
        }
        this.momentum = momentum;
        this.nesterov = nesterov;
    }

    @Override
    public void add(Parameter parameter) {
        parameters.add(parameter);
        buffers.put(parameter.name(), Tensor.zeros(parameter.tensor().dtype(), parameter.tensor().shape()));
    }

    @Override
    public void change(Parameter parameter) {
        parameters.change(parameter);
    }

    @Override
    public boolean holds(String name) {
        return buffers.containsKey(name);
    }

    @Override
    public String describe() {
        return "sgd, momentum " + momentum + (nesterov ? ", nesterov" : "");
    }

    /** The momentum of each parameter under {@code momentum/} and its name. */
    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        buffers.forEach((name, buffer) -> state.put("momentum/" + name, buffer));
        return state;
    }

    @Override
    public void step(Map<String, Tensor> gradients, double rate) {
        parameters.step(gradients, rate, (p, g) -> {
            Tensor w = p.tensor();
            Tensor m = buffers.getOrDefault(p.name(), g);
            double own = rate * p.rate();
            if (w.dtype() == DType.FLOAT32) {
                update(w.floats(), w.offset(), g.floats(), g.offset(), m.floats(), w.size(), (float) own,
                        (float) momentum, (float) p.decay(), nesterov);
            } else {
                update(w.doubles(), w.offset(), g.doubles(), g.offset(), m.doubles(), w.size(), own, momentum,
                        p.decay(), nesterov);
            }
        });
    }

    // Plain loops over locals, with the branch outside, so that the JIT vectorizes them.
    private static void update(float[] w, int wo, float[] g, int go, float[] m, int n, float rate, float mu,
            float decay, boolean nesterov) {
        if (nesterov) {
            for (int i = 0; i < n; i++) {
                float d = g[go + i] + decay * w[wo + i];
                float b = mu * m[i] + d;
                m[i] = b;
                w[wo + i] -= rate * (d + mu * b);
            }
        } else {
            for (int i = 0; i < n; i++) {
                float b = mu * m[i] + (g[go + i] + decay * w[wo + i]);
                m[i] = b;
                w[wo + i] -= rate * b;
            }
        }
    }

    private static void update(double[] w, int wo, double[] g, int go, double[] m, int n, double rate, double mu,
            double decay, boolean nesterov) {
        if (nesterov) {
            for (int i = 0; i < n; i++) {
                double d = g[go + i] + decay * w[wo + i];
                double b = mu * m[i] + d;
                m[i] = b;
                w[wo + i] -= rate * (d + mu * b);
            }
        } else {
            for (int i = 0; i < n; i++) {
                double b = mu * m[i] + (g[go + i] + decay * w[wo + i]);
                m[i] = b;
                w[wo + i] -= rate * b;
            }
        }
    }
}
