package dev.goshawk.hawq.training.optimizer;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Adam (Kingma and Ba, ICLR 2015, algorithm 1) with an L2 penalty, in place (the semantics of PyTorch's Adam):
 * <pre>{@code
 * g <- g + decay w;    m <- beta1 m + (1 - beta1) g;    v <- beta2 v + (1 - beta2) g^2;
 * w <- w - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * }</pre>
 * Each parameter counts its own steps t, from the one that it came with. Computed in float64, kept in the parameter's type.
 */
public final class Adam implements Optimizer {
    private final ParameterList parameters = new ParameterList("adam");
    private final SequencedMap<String, Moments> moments = new LinkedHashMap<>();
    private final double beta1;
    private final double beta2;
    private final double epsilon;

    /** First and second moment and the number of steps, of one parameter. */
    private record Moments(Tensor first, Tensor second, Tensor steps) {
    }

    /** beta1 0.9, beta2 0.999, epsilon 1e-8. */
    public Adam() {
        this(0.9, 0.999, 1e-8);
    }

    /**
     * An optimizer of nothing yet.
     *
     * @param beta1 weight of the past in the first moment, in [0, 1)
     * @param beta2 weight of the past in the second moment, in [0, 1)
     * @param epsilon above 0
     */
    public Adam(double beta1, double beta2, double epsilon) {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("adam: expected betas in [0, 1), got " + beta1 + " and " + beta2);
        }
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("adam: expected an epsilon above 0, got " + epsilon);
        }
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
    }

    @Override
    public void add(Parameter parameter) {
        parameters.add(parameter);
        DType dtype = parameter.tensor().dtype();
        Shape shape = parameter.tensor().shape();
        moments.put(parameter.name(), new Moments(Tensor.zeros(dtype, shape), Tensor.zeros(dtype, shape),
                Tensor.zeros(DType.FLOAT64, Shape.scalar())));
    }

    @Override
    public void change(Parameter parameter) {
        parameters.change(parameter);
    }

    @Override
    public boolean holds(String name) {
        return moments.containsKey(name);
    }

    @Override
    public String describe() {
        return "adam, betas " + beta1 + " and " + beta2 + ", epsilon " + epsilon;
    }

    /** {@code first/}, {@code second/} and {@code steps/} with the name of each parameter. */
    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        moments.forEach((name, m) -> {
            state.put("first/" + name, m.first());
            state.put("second/" + name, m.second());
            state.put("steps/" + name, m.steps());
        });
        return state;
    }

    @Override
    public void step(Map<String, Tensor> gradients, double rate) {
        parameters.step(gradients, rate, (p, gradient) -> {
            Moments m = moments.get(p.name());
            if (m != null) {
                update(p, m, gradient, rate * p.rate());
            }
        });
    }

    private void update(Parameter p, Moments m, Tensor gradient, double rate) {
        double steps = m.steps().item() + 1;
        m.steps().fill(steps);
        double unbias1 = 1 - Math.pow(beta1, steps);
        double unbias2 = 1 - Math.pow(beta2, steps);
        Tensor w = p.tensor();
        for (int i = 0; i < w.size(); i++) {
            double g = gradient.get(i) + p.decay() * w.get(i);
            double first = beta1 * m.first().get(i) + (1 - beta1) * g;
            double second = beta2 * m.second().get(i) + (1 - beta2) * g * g;
            m.first().set(i, first);
            m.second().set(i, second);
            w.set(i, w.get(i) - rate * (first / unbias1) / (Math.sqrt(second / unbias2) + epsilon));
        }
    }
}
