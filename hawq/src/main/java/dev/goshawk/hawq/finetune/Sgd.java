package dev.goshawk.hawq.finetune;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent with momentum and weight decay, in place (the semantics of PyTorch's SGD, dampening 0): g
 * <- g + decay w; m <- momentum m + g; w <- w - rate m, or w - rate (g + momentum m) with Nesterov. float32 weights are
 * updated in float32.
 */
public final class Sgd {
    private final List<Parameter> parameters;
    private final List<Tensor> buffers;
    private final double momentum;
    private final boolean nesterov;

    /**
     * A weight to be trained.
     *
     * @param name for messages
     * @param weight float32 or float64, updated in place
     * @param weightDecay coefficient of the L2 penalty; 0 where this weight does not decay
     */
    public record Parameter(String name, Tensor weight, double weightDecay) {
        public Parameter {
            if (!weight.dtype().isFloating()) {
                throw new IllegalArgumentException(
                        "sgd " + name + ": expected float32 or float64, got " + weight.dtype());
            }
            if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
                throw new IllegalArgumentException("sgd " + name + ": expected weight decay >= 0, got " + weightDecay);
            }
        }
    }

    /**
     * An optimizer with zero momentum buffers.
     *
     * @param momentum in [0, 1)
     * @param nesterov look-ahead gradient; needs a momentum above 0
     */
    public Sgd(List<Parameter> parameters, double momentum, boolean nesterov) {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("sgd: expected a momentum in [0, 1), got " + momentum);
        }
        if (nesterov && momentum == 0) {
            throw new IllegalArgumentException("sgd: expected a momentum above 0 with nesterov, got 0");
        }
        this.parameters = List.copyOf(parameters);
        this.momentum = momentum;
        this.nesterov = nesterov;
        this.buffers = this.parameters.stream().map(p -> Tensor.zeros(p.weight().dtype(), p.weight().shape())).toList();
    }

    /** The momentum buffers in parameter order, shared: save them in a checkpoint. */
    public List<Tensor> buffers() {
        return buffers;
    }

    /** Copies saved buffers in. */
    public void restore(List<Tensor> saved) {
        check("saved buffers", saved);
        for (int i = 0; i < saved.size(); i++) {
            buffers.get(i).copyFrom(saved.get(i));
        }
    }

    /**
     * One update.
     *
     * @param gradients in parameter order, same shapes and element types; not changed
     * @param rate learning rate, 0 or greater
     */
    public void step(List<Tensor> gradients, double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("sgd: expected a finite learning rate >= 0, got " + rate);
        }
        check("gradients", gradients);
        for (int i = 0; i < gradients.size(); i++) {
            Parameter p = parameters.get(i);
            Tensor w = p.weight();
            Tensor g = gradients.get(i);
            Tensor m = buffers.get(i);
            if (w.dtype() == DType.FLOAT32) {
                update(w.floats(), w.offset(), g.floats(), g.offset(), m.floats(), w.size(), (float) rate,
                        (float) momentum, (float) p.weightDecay(), nesterov);
            } else {
                update(w.doubles(), w.offset(), g.doubles(), g.offset(), m.doubles(), w.size(), rate, momentum,
                        p.weightDecay(), nesterov);
            }
        }
    }

    // Plain loops over locals, with the branch outside, so that the JIT vectorises them.
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

    private void check(String what, List<Tensor> tensors) {
        if (tensors.size() != parameters.size()) {
            throw new IllegalArgumentException(
                    "sgd: expected " + parameters.size() + " " + what + ", got " + tensors.size());
        }
        for (int i = 0; i < tensors.size(); i++) {
            Tensor w = parameters.get(i).weight();
            Tensor t = tensors.get(i);
            if (!t.shape().equals(w.shape()) || t.dtype() != w.dtype()) {
                throw new ShapeMismatchException("sgd " + what + ": expected " + w.dtype() + w.shape() + " for "
                        + parameters.get(i).name() + ", got " + t.dtype() + t.shape());
            }
        }
    }
}
