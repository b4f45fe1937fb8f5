package dev.goshawk.hawq.training.optimizer;

import dev.goshawk.hawq.training.optimizer.Optimizer.Parameter;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The parameters of an optimizer, in the order in which they came, and the checks that every optimizer makes. */
final class ParameterList {
    private final String optimizer;
    private final SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();

    /** @param optimizer for messages */
    ParameterList(String optimizer) {
        this.optimizer = optimizer;
    }

    void add(Parameter parameter) {
        if (parameters.putIfAbsent(parameter.name(), parameter) != null) {
            throw new IllegalArgumentException(
                    optimizer + ": expected a new parameter, there is one named '" + parameter.name() + "'");
        }
    }

    void change(Parameter parameter) {
        Parameter before = parameters.get(parameter.name());
        if (before == null || !before.tensor().shape().equals(parameter.tensor().shape())
                || before.tensor().dtype() != parameter.tensor().dtype()) {
            throw new IllegalArgumentException(optimizer + ": expected a parameter that is trained already, got '"
                    + parameter.name() + "', " + (before == null
                            ? "of which there is none"
                            : "which is " + before.tensor().dtype() + before.tensor().shape()));
        }
        parameters.put(parameter.name(), parameter);
    }

    /** Checks all gradients, then updates each parameter. */
    void step(Map<String, Tensor> gradients, double rate, BiConsumer<Parameter, Tensor> update) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException(optimizer + ": expected a finite learning rate >= 0, got " + rate);
        }
        SequencedMap<Parameter, Tensor> checked = new LinkedHashMap<>();
        parameters.forEach((name, p) -> checked.put(p, gradient(p, gradients.get(name))));
        checked.forEach(update);
    }

    private Tensor gradient(Parameter p, @Nullable Tensor g) {
        if (g == null) {
            throw new IllegalArgumentException(optimizer + ": expected a gradient of " + p.name() + ", got none");
        }
        Tensor w = p.tensor();
        if (!g.shape().equals(w.shape()) || g.dtype() != w.dtype()) {
            throw new ShapeMismatchException(optimizer + " gradients: expected " + w.dtype() + w.shape() + " for "
                    + p.name() + ", got " + g.dtype() + g.shape());
        }
        return g;
    }
}
