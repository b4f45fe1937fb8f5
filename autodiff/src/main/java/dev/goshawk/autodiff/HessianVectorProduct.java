package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.ResidentProducts;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * Exact Hessian-vector products of a scalar function by some of its inputs: H v, where H is the matrix of second derivatives by
 * those inputs taken together (for a subset of a network's parameters: the diagonal block of its Hessian). No differences are taken;
 * the only error is rounding.
 *
 * <p>The function's own derivatives, which do not depend on v, are computed by {@link #linearize()} once a point; each
 * {@link #apply} then runs only what depends on v. Memory grows with the network's activations, not with the number of parameters
 * squared. The function must be twice differentiable along the way; RELU counts as such with second derivative 0 (the almost
 * everywhere Hessian), a straight-through estimator does not.
 */
public final class HessianVectorProduct {
    /** Output of the primal part: the function's value. */
    public static final String FUNCTION = "function";

    static final String DIRECTION = "direction/";
    static final String GRADIENT = "gradient/";
    static final String PRODUCT = "product/";

    /** Which composition of the two modes computes the product (Pearlmutter 1994 for the first). */
    public enum Mode {
        /** The tangent of the gradient: d/de grad f(x + e v). The cheaper one. */
        FORWARD_OVER_REVERSE,
        /** The gradient of the inner product of the gradient with v. */
        REVERSE_OVER_REVERSE
    }

    private final List<String> names;
    private final Linearization.Compiled compiled;
    private final Map<String, Tensor> directions;

    HessianVectorProduct(List<String> names, Linearization.Compiled compiled, Map<String, Tensor> directions) {
        this.names = names;
        this.compiled = compiled;
        this.directions = directions;
        directions.forEach((name, direction) -> {
            if (compiled.tangent().inputs().contains(DIRECTION + name)) {
                compiled.bind(DIRECTION + name, direction);
            }
        });
    }

    /** An input for the direction's part that belongs to x. */
    static Value direction(Value x) {
        return Value.input(DIRECTION + name(x), x.dtype(), x.shape());
    }

    /** The traced parts of a product, before compilation: for inspection and for counting work. */
    public static Linearization trace(Value function, List<Value> by, Mode mode, boolean withGradient) {
        List<Value> gradient = ReverseMode.gradient(function, by);
        List<Value> directions = by.stream().map(HessianVectorProduct::direction).toList();
        List<Value> products = switch (mode) {
            case FORWARD_OVER_REVERSE -> ForwardMode.jvp(gradient, by, directions);
            case REVERSE_OVER_REVERSE -> ReverseMode.gradient(ReverseMode.dot(gradient, directions), by);
        };
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(FUNCTION, function);
        for (int i = 0; i < by.size(); i++) {
            if (withGradient) {
                outputs.put(GRADIENT + name(by.get(i)), gradient.get(i));
            }
            outputs.put(PRODUCT + name(by.get(i)), products.get(i));
        }
        return Linearization.of(outputs, directions);
    }

    /**
     * Traces and compiles the product.
     *
     * @param function a scalar
     * @param by inputs the Hessian is taken by
     * @throws NotDifferentiableException naming an op on the way that cannot be differentiated twice
     */
    public static HessianVectorProduct of(Value function, List<Value> by, Mode mode, Backend backend) {
        Linearization parts = trace(function, by, mode, true);
        Map<String, Tensor> directions = new LinkedHashMap<>();
        by.forEach(x -> directions.put(name(x), Tensor.zeros(x.dtype(), x.shape())));
        return new HessianVectorProduct(List.copyOf(directions.keySet()), parts.compile(backend), directions);
    }

    /** Forward over reverse. */
    public static HessianVectorProduct of(Value function, List<Value> by, Backend backend) {
        return of(function, by, Mode.FORWARD_OVER_REVERSE, backend);
    }

    static String name(Value x) {
        if (x.op() instanceof dev.goshawk.graph.Op.Input in) {
            return in.name();
        }
        throw new IllegalArgumentException("hessian: expected an input of the graph, got " + x);
    }

    /** Names of the function's inputs, all of which are to be bound. */
    public Set<String> inputs() {
        Set<String> all = new TreeSet<>(compiled.primal().inputs());
        compiled.tangent().inputs().stream().filter(
                name -> !name.startsWith(DIRECTION) && !compiled.primal().outputs().contains(name))
                .forEach(all::add);
        return all;
    }

    /** Binds one of the function's inputs (shared, not copied). */
    public HessianVectorProduct bind(String input, Tensor tensor) {
        compiled.bind(input, tensor);
        return this;
    }

    /** Computes everything that does not depend on the direction. To be called again when a bound tensor has changed. */
    public HessianVectorProduct linearize() {
        compiled.primal().run();
        return hold();
    }

    /** Tells the tangent part that the point stays. */
    HessianVectorProduct hold() {
        // The rest of the point stays as it is while directions come and go.
        compiled.tangent().inputs().stream().filter(
                name -> !name.startsWith(DIRECTION) && !compiled.primal().outputs().contains(name))
                .forEach(compiled.tangent()::hold);
        return this;
    }

    /** The function's value at the point of the last {@link #linearize()}. */
    public double value() {
        return compiled.primal().output(FUNCTION).item();
    }

    /** The gradient by one input at that point. */
    public Tensor gradient(String name) {
        return compiled.primal().output(GRADIENT + name);
    }

    /** The direction's part for one input: write it, then call {@link #apply()}. */
    public Tensor direction(String name) {
        Tensor t = directions.get(name);
        if (t == null) {
            throw new IllegalArgumentException("direction: no input '" + name + "'; the Hessian is by " + names);
        }
        return t;
    }

    /** Computes H v for the directions as they are now, at the point of the last {@link #linearize()}. */
    public HessianVectorProduct apply() {
        compiled.tangent().run();
        return this;
    }

    /** The product's part for one input, overwritten by the next {@link #apply()}. */
    public Tensor product(String name) {
        String output = PRODUCT + name;
        // Where the function is linear in an input the product is a zero that no direction changes.
        return (compiled.tangent().outputs().contains(output) ? compiled.tangent() : compiled.primal()).output(output);
    }

    /** Repeated products that stay on the backend's device, from the directions as they are; empty where it has none. */
    public Optional<ResidentProducts> resident() {
        List<String> inputs = names.stream().map(n -> DIRECTION + n).toList();
        List<String> outputs = names.stream().map(n -> PRODUCT + n).toList();
        boolean moving = compiled.tangent().inputs().containsAll(inputs)
                && compiled.tangent().outputs().containsAll(outputs);
        return moving ? compiled.tangent().resident(inputs, outputs) : Optional.empty();
    }

    /** Inputs the Hessian is taken by, in order. */
    public List<String> names() {
        return names;
    }

    /** Number of variables: the Hessian's rows. */
    public int size() {
        return directions.values().stream().mapToInt(Tensor::size).sum();
    }

    /** Bytes of memory planned. */
    public long plannedBytes() {
        return compiled.plannedBytes();
    }
}
