package dev.goshawk.autodiff.random;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianBlocks;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.HessianVectorProduct.Mode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.random.Agreement;
import dev.goshawk.random.ErrorBound;
import dev.goshawk.random.Program;
import dev.goshawk.random.RandomGraph;
import dev.goshawk.random.RandomNetwork;
import dev.goshawk.random.RandomRun;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Hessian-vector products of random functions on the vector backend, in float64: symmetric, linear in the vector, equal in both modes,
 * a block equal to a slice of the whole, micro-batches adding up, and the order of a batch's images a matter of rounding. How much is
 * rounding, error bounds say.
 */
class RandomHessianTest {
    private static final String NAME = RandomHessianTest.class.getSimpleName();

    private final Agreement agreement = new Agreement();
    private final Backend backend = Backends.select("vector", Workers.SINGLE);

    @AfterEach
    void mostCouldBeCompared() {
        assertTrue(agreement.share() > 0.7, () -> "compared only " + agreement.share());
    }

    @Test
    void functions() {
        RandomRun.hold(NAME + " functions", 1, 8, RandomGraph::function, this::hessian);
    }

    @Test
    void networks() {
        RandomRun.hold(NAME + " networks", 1, 4,
                seed -> RandomNetwork.of(seed, seed % 2 == 0, new int[] {0, 1, 2}), this::hessian);
    }

    /** Of three images: each alone, and all in another order. */
    @Test
    void microBatchesAndPermutedBatches() {
        RandomRun.each(NAME + " batches", 1, 8, this::batches);
    }

    private void batches(long seed) {
        boolean training = seed % 2 == 0;
        Product all = new Product(RandomNetwork.of(seed, training, new int[] {0, 1, 2}), 1);
        Product permuted = new Product(RandomNetwork.of(seed, training, new int[] {2, 0, 1}), 1);
        agreement.near("permuted batch", permuted.values, all.values, sum(permuted.error(), all.error()));
        if (!training) {
            List<Product> each = IntStream.range(0, 3)
                    .mapToObj(i -> new Product(RandomNetwork.of(seed, false, new int[] {i}), 1)).toList();
            double[] mean = scaled(1.0 / 3, sum(each.stream().map(x -> x.values).toArray(double[][]::new)));
            double[] error = scaled(1.0 / 3, sum(each.stream().map(Product::error).toArray(double[][]::new)));
            agreement.near("micro-batches", mean, all.values, sum(error, all.error()));
        }
    }

    /** H v for the vector of a seed. */
    private final class Product {
        final double[] v;
        final double[] values;
        final ErrorBound bound;

        Product(Program p, long seed) {
            RandomFunction f = RandomFunction.of(p, DType.FLOAT64);
            v = f.direction(seed);
            values = apply(f, f.variables(), Mode.FORWARD_OVER_REVERSE, v);
            bound = f.product("f", v);
            agreement.near("product", values, bound.value(), scaled(2, bound.error()));
        }

        double[] error() {
            return scaled(2, bound.error());
        }
    }

    private double[] apply(RandomFunction f, List<Value> by, Mode mode, double[] v) {
        HessianVectorProduct h = HessianVectorProduct.of(f.value(), by, mode, backend);
        h.inputs().forEach(name -> h.bind(name, f.traced().bindings().get(name)));
        return product(h.linearize(), f.parts(v));
    }

    private static double[] product(HessianVectorProduct h, Map<String, Tensor> direction) {
        h.names().forEach(name -> h.direction(name).copyFrom(direction.get(name)));
        h.apply();
        return RandomFunction.joined(h.names().stream().map(name -> h.product(name).toDoubles()).toList());
    }

    private void hessian(Program p) {
        RandomFunction f = RandomFunction.of(p, DType.FLOAT64);
        if (!f.isProper()) {
            return;
        }
        Product u = new Product(p, 1);
        Product v = new Product(p, 2);
        agreement.near("symmetric", new double[] {dot(u.v, v.values)}, new double[] {dot(v.v, u.values)},
                new double[] {dot(abs(u.v), v.error()) + dot(abs(v.v), u.error())
                        + 1e-13 * dot(abs(u.v), v.bound.size())});

        double[] w = sum(scaled(2, u.v), scaled(-0.5, v.v));
        agreement.near("linear", apply(f, f.variables(), Mode.FORWARD_OVER_REVERSE, w),
                sum(scaled(2, u.values), scaled(-0.5, v.values)),
                sum(scaled(2, u.error()), scaled(0.5, v.error()), scaled(2, f.product("f", w).error())));

        ErrorBound reverse = f.product("r", u.v);
        agreement.near("reverse over reverse", apply(f, f.variables(), Mode.REVERSE_OVER_REVERSE, u.v), u.values,
                sum(u.error(), scaled(2, reverse.error())));
        blocks(f, u.v);
    }

    /** Every other variable, and the rest. */
    private void blocks(RandomFunction f, double[] v) {
        List<List<Value>> groups = List.of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < f.variables().size(); i++) {
            groups.get(i % 2).add(f.variables().get(i));
        }
        if (groups.get(1).isEmpty()) {
            return;
        }
        HessianBlocks blocks = HessianBlocks.of(f.value(), groups, backend);
        Graph.of("function", f.value()).inputs().keySet()
                .forEach(name -> blocks.bind(name, f.traced().bindings().get(name)));
        blocks.linearize();
        for (int g = 0; g < 2; g++) {
            boolean[] inside = new boolean[v.length];
            int from = 0;
            for (Value x : f.variables()) {
                Arrays.fill(inside, from, from + x.shape().size(), groups.get(g).contains(x));
                from += x.shape().size();
            }
            double[] only = new double[v.length];
            Arrays.setAll(only, i -> inside[i] ? v[i] : 0);
            double[] whole = apply(f, f.variables(), Mode.FORWARD_OVER_REVERSE, only);
            double[] error = scaled(4, f.product("f", only).error());
            agreement.near("block " + g, product(blocks.product(g), f.parts(only)), pick(whole, inside),
                    pick(error, inside));
        }
    }

    private static double[] pick(double[] x, boolean[] inside) {
        return IntStream.range(0, x.length).filter(i -> inside[i]).mapToDouble(i -> x[i]).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] == 0 ? 0 : a[i] * b[i];
        }
        return sum;
    }

    private static double[] abs(double[] x) {
        return Arrays.stream(x).map(Math::abs).toArray();
    }

    private static double[] scaled(double factor, double[] x) {
        return Arrays.stream(x).map(e -> factor * e).toArray();
    }

    private static double[] sum(double[]... terms) {
        double[] sum = new double[terms[0].length];
        for (double[] t : terms) {
            Arrays.setAll(sum, i -> sum[i] + t[i]);
        }
        return sum;
    }
}
