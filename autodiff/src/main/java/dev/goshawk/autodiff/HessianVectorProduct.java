package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.ResidentProducts;
import dev.goshawk.graph.Names;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * squared. {@link GaussNewton}, {@link Fisher} and {@link ActivationHessian} give products with other curvature matrices, which
 * are used in the same way. The function must be twice differentiable along the way; RELU counts as such with second derivative 0 (the almost
 * everywhere Hessian), a straight-through estimator does not.
 *
 * <p>For use by one thread at a time. Threads may take turns if they synchronize and each goes from {@link #direction} to
 * {@link #product} undisturbed; where two are seen inside, or one overwrites another's direction or product, an
 * {@link IllegalStateException} says so, but not every race can be seen. Different products may be used by different threads at once,
 * even on one backend.
 */
public final class HessianVectorProduct {
    /** Output of the primal part: the function's value. */
    public static final String FUNCTION = "function";

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
    private final Backend backend;
    private final Linearization parts;
    private final Linearization.Compiled compiled;
    private final Map<String, Tensor> directions;
    private final Point point;
    private final Map<String, String> directionInputs = new LinkedHashMap<>();
    private final TangentAtPoint tangent;
    private final Turns turns = new Turns();
    private boolean checkFinite;

    /**
     * @param by the variables, by name
     * @param parts what was compiled
     * @param prefix of the directions' inputs
     * @param point shared by all products that share the primal part
     */
    HessianVectorProduct(SequencedMap<String, Value> by, Backend backend, Linearization parts,
            Linearization.Compiled compiled, String prefix, Point point) {
        this.names = List.copyOf(by.keySet());
        this.backend = backend;
        this.parts = parts;
        this.compiled = compiled;
        this.point = point;
        this.directions = new LinkedHashMap<>();
        by.forEach((name, x) -> {
            Tensor direction = Tensor.zeros(x.dtype(), x.shape());
            directions.put(name, direction);
            directionInputs.put(name, prefix + name);
            if (compiled.tangent().inputs().contains(prefix + name)) {
                compiled.tangent().bind(prefix + name, direction);
            }
        });
        this.tangent = new TangentAtPoint(compiled.tangent(), point);
    }

    /** The traced parts of a product, before compilation: for inspection and for counting work. */
    public static Linearization trace(Value function, List<Value> by, Mode mode, boolean withGradient) {
        return new CurvatureTrace(function, Variables.named(function, by))
                .parts((gradient, directions) -> switch (mode) {
                    case FORWARD_OVER_REVERSE -> ForwardMode.jvp(gradient, by, directions);
                    case REVERSE_OVER_REVERSE -> ReverseMode.gradient(ReverseMode.dot(gradient, directions), by);
                }, withGradient);
    }

    /**
     * Traces and compiles the product.
     *
     * @param function a scalar
     * @param by inputs the Hessian is taken by
     * @throws NotDifferentiableException naming an op on the way that cannot be differentiated twice
     * @throws IllegalArgumentException if the function is no scalar of a floating type, does not depend on one of the inputs, or one
     *     is given twice
     */
    public static HessianVectorProduct of(Value function, List<Value> by, Mode mode, Backend backend) {
        return new CurvatureTrace(function, Variables.named(function, by))
                .compile(trace(function, by, mode, true), backend);
    }

    /** Forward over reverse. */
    public static HessianVectorProduct of(Value function, List<Value> by, Backend backend) {
        return of(function, by, Mode.FORWARD_OVER_REVERSE, backend);
    }

    /** Names of the function's inputs, all of which are to be bound. */
    public Set<String> inputs() {
        return Collections.unmodifiableSet(new TreeSet<>(point.names()));
    }

    /**
     * Binds one of the function's inputs (shared, not copied). {@link #linearize()} is to be called before anything else.
     *
     * @throws IllegalArgumentException if there is no such input, or its type differs
     */
    public HessianVectorProduct bind(String input, Tensor tensor) {
        turns.look("bind");
        point.bind(input, tensor);
        if (compiled.primal().inputs().contains(input)) {
            compiled.primal().bind(input, tensor);
        }
        return this;
    }

    /**
     * Whether {@link #linearize()} and {@link #apply()} look for infinities and NaNs in what they compute, and name the step where the
     * first arose; off unless set. A look costs a pass over the results; the step is found by evaluating all again, slowly.
     */
    public HessianVectorProduct checkFinite(boolean on) {
        checkFinite = on;
        return this;
    }

    /**
     * Computes everything that does not depend on the direction. To be called again when a bound tensor has changed.
     *
     * @throws IllegalStateException naming the inputs that are not bound
     * @throws ArithmeticException naming the step, if {@link #checkFinite} is on and a derivative is not finite
     */
    public HessianVectorProduct linearize() {
        turns.startLinearize();
        try {
            point.leave();
            compiled.primal().run();
            if (checkFinite) {
                Finite.require("linearize", compiled.primal(), backend, parts.primal(), point.tensors());
            }
            point.take();
            tangent.follow();
        } finally {
            turns.endLinearize();
        }
        return this;
    }

    /**
     * The function's value at the point of the last {@link #linearize()}.
     *
     * @throws IllegalStateException if the point has changed since, or never was
     */
    public double value() {
        turns.look("value");
        point.require("value");
        return compiled.primal().output(FUNCTION).item();
    }

    /**
     * The gradient by one input at that point.
     *
     * @throws IllegalStateException if the point has changed since, or never was
     */
    public Tensor gradient(String name) {
        requireName("gradient", name);
        turns.look("gradient");
        point.require("gradient");
        return compiled.primal().output(GRADIENT + name);
    }

    private void requireName(String what, String name) {
        if (!directions.containsKey(name)) {
            throw Names.unknown(what + ": the Hessian is not by", name, "it is by", names);
        }
    }

    /** The direction's part for one input: write it, then call {@link #apply()}. */
    public Tensor direction(String name) {
        requireName("direction", name);
        turns.direction();
        return Objects.requireNonNull(directions.get(name));
    }

    /**
     * Computes H v for the directions as they are now, at the point of the last {@link #linearize()}.
     *
     * @throws IllegalStateException if the point has changed since, or never was, or another thread is using this
     * @throws ArithmeticException naming the step, if {@link #checkFinite} is on and the product is not finite
     */
    public HessianVectorProduct apply() {
        turns.startApply();
        try {
            tangent.start("apply");
            compiled.tangent().run();
            if (checkFinite) {
                Finite.require("apply", compiled.tangent(), backend, parts.tangent(), tangentInputs());
            }
            tangent.end("apply");
        } finally {
            turns.endApply();
        }
        return this;
    }

    private Map<String, Tensor> tangentInputs() {
        Map<String, Tensor> all = new LinkedHashMap<>(point.tensors());
        directionInputs.forEach((name, input) -> all.put(input, directions.get(name)));
        parts.kept().forEach(kept -> all.put(kept, compiled.primal().output(kept)));
        return all;
    }

    /**
     * The product's part for one input, overwritten by the next {@link #apply()}.
     *
     * @throws IllegalStateException if nothing was applied at this point, or another thread has applied something since
     */
    public Tensor product(String name) {
        requireName("product", name);
        turns.product();
        String output = PRODUCT + name;
        // Where the function is linear in an input the product is a zero that no direction changes.
        return (compiled.tangent().outputs().contains(output) ? compiled.tangent() : compiled.primal()).output(output);
    }

    /** Repeated products that stay on the backend's device, from the directions as they are; empty where it has none. */
    public Optional<ResidentProducts> resident() {
        List<String> inputs = List.copyOf(directionInputs.values());
        List<String> outputs = names.stream().map(n -> PRODUCT + n).toList();
        boolean moving = compiled.tangent().inputs().containsAll(inputs)
                && compiled.tangent().outputs().containsAll(outputs);
        return moving
                ? compiled.tangent().resident(inputs, outputs).map(products -> tangent.guard(products, turns))
                : Optional.empty();
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
