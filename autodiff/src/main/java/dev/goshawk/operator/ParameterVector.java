package dev.goshawk.operator;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Lays named tensors one after another in a flat vector of doubles, each in row-major order of its own (Goshawk's) layout.
 * Reading float32 tensors is exact, writing them rounds.
 */
public final class ParameterVector {
    private final SequencedMap<String, Shape> shapes;
    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private final int size;

    /**
     * A layout.
     *
     * @param shapes in the order of the vector, at least one
     * @throws IllegalArgumentException if there are none, or 2^31 elements or more
     */
    public ParameterVector(SequencedMap<String, Shape> shapes) {
        if (shapes.isEmpty()) {
            throw new IllegalArgumentException("parameter vector: expected at least one tensor, got none");
        }
        this.shapes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(shapes));
        long at = 0;
        for (Map.Entry<String, Shape> e : shapes.entrySet()) {
            offsets.put(e.getKey(), (int) at);
            at += e.getValue().size();
            if (at > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("parameter vector: expected fewer than 2^31 elements, '" + e.getKey()
                        + "' ends at " + at);
            }
        }
        this.size = (int) at;
    }

    /** Number of elements of the vector. */
    public int size() {
        return size;
    }

    /** The tensors' names, in order. */
    public List<String> names() {
        return List.copyOf(shapes.keySet());
    }

    /**
     * Position of a tensor's first element.
     *
     * @throws IllegalArgumentException if there is no such tensor
     */
    public int offset(String name) {
        Integer at = offsets.get(name);
        if (at == null) {
            throw new IllegalArgumentException(
                    "parameter vector: expected one of " + shapes.keySet() + ", got '" + name + "'");
        }
        return at;
    }

    /**
     * The positions of some tensors' elements, in the order of the names: for {@link LinearOperator#restricted}.
     *
     * @throws IllegalArgumentException if there is no such tensor
     */
    public int[] indices(List<String> names) {
        return names.stream().flatMapToInt(name -> {
            int from = offset(name);
            return IntStream.range(from, from + Objects.requireNonNull(shapes.get(name)).size());
        }).toArray();
    }

    /** Copies the vector's parts into the tensors of those names. */
    public void scatter(double[] vector, Function<String, Tensor> tensors) {
        check(vector);
        shapes.forEach((name, shape) -> tensors.apply(name).copyFrom(Tensor.view(shape, vector, offset(name))));
    }

    /** Copies the tensors of those names into the vector. */
    public void gather(Function<String, Tensor> tensors, double[] vector) {
        check(vector);
        shapes.forEach((name, shape) -> Tensor.view(shape, vector, offset(name)).copyFrom(tensors.apply(name)));
    }

    /** Names and shapes, such as {@code w [4,3], b [3]}. */
    @Override
    public String toString() {
        return shapes.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).collect(Collectors.joining(", "));
    }

    private void check(double[] vector) {
        if (vector.length != size) {
            throw new ShapeMismatchException("parameter vector: expected length " + size + ", got " + vector.length);
        }
    }
}
