package dev.goshawk.autodiff;

import dev.goshawk.graph.Names;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The tensors that a function's inputs are bound to, and whether its derivatives were computed at their present values. A change in place
 * is detected by the tensor's count of writes; a write to its array by comparing elements, for a large tensor some of them.
 */
final class Point {
    /** Elements compared one by one; of a larger tensor as many as {@link #SAMPLES}, evenly apart. */
    private static final int SMALL = 256;
    private static final int SAMPLES = 64;

    private record Mark(Tensor tensor, int writes, long elements) {
        static Mark of(Tensor t) {
            return new Mark(t, t.writes(), elements(t));
        }

        boolean isAsItWas() {
            return tensor.writes() == writes && elements(tensor) == elements;
        }

        private static long elements(Tensor t) {
            int step = t.size() <= SMALL ? 1 : t.size() / SAMPLES;
            long sum = 0;
            for (int i = 0; i < t.size(); i += step) {
                sum = sum * 31 + Double.doubleToRawLongBits(t.get(i));
            }
            return sum;
        }
    }

    private final Map<String, Value> inputs;
    private final Map<String, Tensor> bound = new LinkedHashMap<>();
    private final List<Map.Entry<String, Mark>> marks = new ArrayList<>();
    private boolean everTaken;
    private boolean boundAnew;
    private final AtomicInteger number = new AtomicInteger();

    /** @param inputs the function's, by name */
    Point(Map<String, Value> inputs) {
        this.inputs = inputs;
    }

    Set<String> names() {
        return inputs.keySet();
    }

    /** An input as it was traced. */
    Value value(String name) {
        return Objects.requireNonNull(inputs.get(name), name);
    }

    /** An input's tensor. */
    Tensor tensor(String name) {
        return Objects.requireNonNull(bound.get(name), name);
    }

    Map<String, Tensor> tensors() {
        return bound;
    }

    void bind(String name, Tensor tensor) {
        Objects.requireNonNull(name, "bind: the input's name is null");
        Objects.requireNonNull(tensor, () -> "bind: the tensor for '" + name + "' is null");
        Value v = inputs.get(name);
        if (v == null) {
            throw Names.unknown("bind: no input", name, "inputs are", inputs.keySet());
        }
        if (tensor.dtype() != v.dtype() || !tensor.shape().equals(v.shape())) {
            throw new IllegalArgumentException("bind: input '" + name + "' is " + v.type() + ", got " + tensor.dtype()
                    + tensor.shape());
        }
        bound.put(name, tensor);
        boundAnew = true;
    }

    /** Before derivatives are computed: until they are, there is no point. */
    void leave() {
        number.incrementAndGet();
        marks.clear();
        everTaken = false;
        if (!bound.keySet().containsAll(inputs.keySet())) {
            throw new IllegalStateException("linearize: inputs not bound: "
                    + inputs.keySet().stream().filter(n -> !bound.containsKey(n)).toList());
        }
    }

    /** Derivatives have been computed of what the tensors hold now. */
    void take() {
        bound.forEach((name, t) -> marks.add(Map.entry(name, Mark.of(t))));
        everTaken = true;
        boundAnew = false;
    }

    /** Changes with every point. */
    int number() {
        return number.get();
    }

    /**
     * That derivatives are those of what is bound.
     *
     * @throws IllegalStateException saying that linearize() is to be called
     */
    void require(String what) {
        if (!everTaken) {
            throw new IllegalStateException(
                    what + ": call linearize() first, which computes the derivatives at the point");
        }
        if (boundAnew) {
            throw new IllegalStateException(
                    what + ": an input was bound after linearize(); call linearize() again to move to the new point");
        }
        for (Map.Entry<String, Mark> m : marks) {
            if (!m.getValue().isAsItWas()) {
                throw new IllegalStateException(what + ": input '" + m.getKey()
                        + "' has changed since linearize(); call linearize() again to move to the new point");
            }
        }
    }
}
