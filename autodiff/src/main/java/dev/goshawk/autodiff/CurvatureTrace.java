package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Names;
import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.BinaryOperator;

/**
 * A scalar function, its gradient by some variables and a curvature matrix's product with directions, all traced over the same graph.
 *
 * @param function a scalar
 * @param by the variables, by name: inputs of the function or values computed on the way to it
 */
record CurvatureTrace(Value function, SequencedMap<String, Value> by) {

    private SequencedMap<String, Value> inputs() {
        return Graph.of(HessianVectorProduct.FUNCTION, function).inputs();
    }

    private String prefix() {
        List<String> taken = new ArrayList<>(inputs().keySet());
        taken.addAll(by.keySet());
        return Names.freePrefix("direction/", taken);
    }

    /**
     * The traced parts, before compilation.
     *
     * @param product from the gradient and the directions to the matrix's products, each a value for a variable
     * @throws IllegalArgumentException if the product reads an input that the function does not have
     */
    Linearization parts(BinaryOperator<List<Value>> product, boolean withGradient) {
        String prefix = prefix();
        List<Value> variables = List.copyOf(by.values());
        List<String> names = List.copyOf(by.keySet());
        List<Value> gradient = ReverseMode.gradient(function, variables);
        List<Value> directions = new ArrayList<>();
        by.forEach((name, x) -> directions.add(Value.input(prefix + name, x.dtype(), x.shape())));
        List<Value> products = product.apply(gradient, directions);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(HessianVectorProduct.FUNCTION, function);
        for (int i = 0; i < names.size(); i++) {
            if (withGradient) {
                outputs.put(HessianVectorProduct.GRADIENT + names.get(i), gradient.get(i));
            }
            outputs.put(HessianVectorProduct.PRODUCT + names.get(i), products.get(i));
        }
        return Linearization.of(outputs, directions);
    }

    /** The parts, compiled. */
    HessianVectorProduct compile(Linearization parts, Backend backend) {
        return new HessianVectorProduct(by, backend, parts, parts.compile(backend), prefix(), new Point(inputs()));
    }

    /**
     * Refuses values that the function does not pass, or of which one is computed from another: together they are no point of their
     * own.
     *
     * @throws IllegalArgumentException saying which
     */
    static void requireCut(String what, Value function, List<Value> values) {
        Objects.requireNonNull(function, what + ": the function is null");
        if (values.isEmpty()) {
            throw new IllegalArgumentException(what + ": expected at least one value, got none");
        }
        List<Value> nodes = Graph.of(HessianVectorProduct.FUNCTION, function).nodes();
        for (int i = 0; i < values.size(); i++) {
            Value v = values.get(i);
            if (!nodes.contains(v)) {
                throw new IllegalArgumentException(what + ": the function is not computed from " + v
                        + "; use the very Value that it was traced with");
            }
            List<Value> before = Graph.of("value", v).nodes();
            for (int j = 0; j < values.size(); j++) {
                if (i != j && before.contains(values.get(j))) {
                    throw new IllegalArgumentException(what + ": " + v + " is computed from "
                            + (values.get(j) == v
                                    ? "itself: it is given twice"
                                    : values.get(j) + ": take one at a time"));
                }
            }
        }
    }
}
