package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Exclusive;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * Diagonal blocks of one Hessian, each as a {@link HessianVectorProduct} by a group of inputs. Whatever does not depend on a direction
 * (the function, its gradient, the values products read) is computed once for all groups; it needs hardly more memory than the group
 * that needs most of it would need alone. A group's own part is compiled on demand and lives as long as its product.
 */
public final class HessianBlocks {
    private final List<List<String>> groups;
    private final Linearization parts;
    private final Backend backend;
    private final Executable primal;
    private final String prefix;
    private final Point point;
    private final Exclusive linearizing = new Exclusive();

    private HessianBlocks(List<List<String>> groups, Linearization parts, Backend backend,
            SequencedMap<String, Value> inputs) {
        this.prefix = Variables.directionPrefix(inputs);
        this.point = new Point(inputs);
        this.groups = groups;
        this.parts = parts;
        this.backend = backend;
        this.primal = backend.compile(parts.primal());
    }

    /** The traced parts, before compilation: one primal part, and a tangent part with the products of all groups. */
    public static Linearization trace(Value function, List<List<Value>> groups) {
        List<Value> all = groups.stream().flatMap(List::stream).toList();
        String prefix = Variables.directionPrefix(Variables.inputs(function, all));
        List<Value> gradient = ReverseMode.gradient(function, all);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(HessianVectorProduct.FUNCTION, function);
        List<Value> moving = new ArrayList<>();
        int from = 0;
        for (List<Value> group : groups) {
            List<Value> part = gradient.subList(from, from + group.size());
            List<Value> directions = group.stream().map(x -> Variables.direction(prefix, x)).toList();
            List<Value> products = ForwardMode.jvp(part, group, directions);
            for (int i = 0; i < group.size(); i++) {
                String name = Variables.name(group.get(i));
                outputs.put(HessianVectorProduct.GRADIENT + name, part.get(i));
                outputs.put(HessianVectorProduct.PRODUCT + name, products.get(i));
            }
            moving.addAll(directions);
            from += group.size();
        }
        return Linearization.of(outputs, moving);
    }

    /**
     * The tangent part of some of the inputs.
     *
     * @param parts as {@link #trace} gives them
     * @param names the inputs' names
     */
    public static Graph tangent(Linearization parts, List<String> names) {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        for (String name : names) {
            Value product = parts.tangent().outputs().get(HessianVectorProduct.PRODUCT + name);
            if (product != null) {
                outputs.put(HessianVectorProduct.PRODUCT + name, product);
            }
        }
        if (outputs.isEmpty()) {
            // The function is linear in these inputs.
            Value any = parts.primal().outputs().firstEntry().getValue();
            outputs.put("nothing", Value.constant(0, any.dtype(), Shape.scalar()));
        }
        return Graph.of(outputs);
    }

    /**
     * Traces all products and compiles what they share.
     *
     * @param function a scalar
     * @param groups inputs the blocks are taken by, no input in two of them
     * @throws NotDifferentiableException naming an op on the way that cannot be differentiated twice
     */
    public static HessianBlocks of(Value function, List<List<Value>> groups, Backend backend) {
        List<List<String>> names = groups.stream().map(g -> g.stream().map(Variables::name).toList())
                .toList();
        return new HessianBlocks(names, trace(function, groups), backend,
                Variables.inputs(function, groups.stream().flatMap(List::stream).toList()));
    }

    /**
     * Binds one of the function's inputs (shared, not copied). {@link #linearize()} is to be called before anything else.
     *
     * @throws IllegalArgumentException if there is no such input, or its type differs
     */
    public HessianBlocks bind(String input, Tensor tensor) {
        point.bind(input, tensor);
        if (primal.inputs().contains(input)) {
            primal.bind(input, tensor);
        }
        return this;
    }

    /**
     * Computes everything that does not depend on a direction. To be called again when a bound tensor has changed; products made before
     * move to the new point.
     *
     * @throws IllegalStateException naming the inputs that are not bound
     */
    public HessianBlocks linearize() {
        linearizing.enter("linearize");
        try {
            point.leave();
            primal.run();
            point.take();
        } finally {
            linearizing.leave();
        }
        return this;
    }

    /**
     * Compiles the product of one group, at the point of the last {@link #linearize()}.
     *
     * @param group its position
     * @throws IllegalStateException if there is no such point, or it has changed
     */
    public HessianVectorProduct product(int group) {
        point.require("product");
        List<String> names = groups.get(Objects.checkIndex(group, groups.size()));
        Linearization own = new Linearization(parts.primal(), tangent(parts, names), parts.kept());
        Executable tangent = backend.compile(own.tangent());
        for (String kept : parts.kept()) {
            if (tangent.inputs().contains(kept)) {
                tangent.connect(kept, primal, kept);
            }
        }
        SequencedMap<String, Value> by = new LinkedHashMap<>();
        names.forEach(name -> by.put(name, point.value(name)));
        return new HessianVectorProduct(by, backend, own, new Linearization.Compiled(primal, tangent), prefix,
                point);
    }
}
