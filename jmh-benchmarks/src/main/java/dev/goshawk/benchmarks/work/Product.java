package dev.goshawk.benchmarks.work;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Marginal Hessian-vector products: what a new vector costs at a point already linearized. One product for each group of
 * parameters, each by that group alone; what does not depend on the vectors is shared and computed once.
 */
public final class Product implements Workload {
    private final Linearization.Compiled compiled;
    private final List<String> gradients = new ArrayList<>();
    private final Map<String, Tensor> directions = new LinkedHashMap<>();
    private final double flop;

    private Product(Problem problem, Mode mode, List<List<String>> groups, Backend backend) {
        TracedNetwork traced = problem.trace(mode);
        List<String> all = groups.stream().flatMap(List::stream).toList();
        List<Value> by = all.stream().map(traced::parameter).toList();
        List<Value> gradient = ReverseMode.gradient(traced.loss(), by);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(HessianVectorProduct.FUNCTION, traced.loss());
        List<Value> moving = new ArrayList<>();
        int from = 0;
        for (List<String> group : groups) {
            int to = from + group.size();
            List<Value> variables = by.subList(from, to);
            List<Value> vectors = new ArrayList<>();
            for (int i = from; i < to; i++) {
                Value x = by.get(i);
                vectors.add(Value.input("direction/" + all.get(i), x.dtype(), x.shape()));
                outputs.put("gradient/" + all.get(i), gradient.get(i));
            }
            List<Value> products = ForwardMode.jvp(gradient.subList(from, to), variables, vectors);
            for (int i = from; i < to; i++) {
                outputs.put("product/" + all.get(i), products.get(i - from));
            }
            moving.addAll(vectors);
            from = to;
        }
        Linearization parts = Linearization.of(outputs, moving);
        flop = Flop.of(parts.tangent());
        compiled = parts.compile(backend);
        Parameters vector = problem.direction();
        problem.parameters().tensors().forEach((name, t) -> {
            if (compiled.primal().inputs().contains(name) || compiled.tangent().inputs().contains(name)) {
                compiled.bind(name, t);
            }
        });
        compiled.bind(TracedNetwork.IMAGES, problem.images());
        compiled.bind(TracedNetwork.LABELS, problem.labels());
        for (String name : all) {
            directions.put(name, vector.get(name));
            compiled.bind("direction/" + name, vector.get(name));
            gradients.add("gradient/" + name);
        }
        compiled.primal().run();
    }

    /** One product by all trainable parameters together. */
    public static Product full(Problem problem, Mode mode, Backend backend) {
        List<String> names = problem.trace(mode).trainable().stream().map(ParameterSpec::name).toList();
        return new Product(problem, mode, List.of(names), backend);
    }

    /** One product for the weights of each convolution. */
    public static Product convolutions(Problem problem, Mode mode, Backend backend) {
        return new Product(problem, mode, Groups.convolutions(problem.network()), backend);
    }

    /** One product for the weights of each HAWQ block. */
    public static Product blocks(Problem problem, Mode mode, Backend backend) {
        return new Product(problem, mode, Groups.blocks(problem.network()), backend);
    }

    @Override
    public Map<String, Double> facts() {
        run();
        double loss = compiled.primal().output(HessianVectorProduct.FUNCTION).item();
        double norm = Sums.norm(gradients.stream().map(compiled.primal()::output).toList());
        List<Tensor> products = directions.keySet().stream().map(n -> compiled.tangent().output("product/" + n))
                .toList();
        double quadratic = 0;
        int i = 0;
        for (Tensor v : directions.values()) {
            quadratic += Sums.dot(v, products.get(i++));
        }
        return Map.of(FLOP, flop, "loss", loss, "gradient norm", norm, "v'Hv", quadratic, "|Hv|",
                Sums.norm(products));
    }

    @Override
    public void run() {
        compiled.tangent().run();
    }

    /** Computes again what does not depend on the vectors. */
    public void linearize() {
        compiled.primal().run();
    }
}
