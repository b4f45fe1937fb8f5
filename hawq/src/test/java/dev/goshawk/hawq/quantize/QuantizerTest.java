package dev.goshawk.hawq.quantize;

import dev.goshawk.hawq.quantize.family.Quantizers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every registered quantizer keeps to, for weights and activations of every width it has. */
class QuantizerTest {
    private static final Backend REFERENCE = Backends.select("reference", Workers.SINGLE);

    /**
     * A registered quantizer.
     *
     * @param trainedWeight what it trains for a weight
     * @param trainedActivation what it trains for a site
     */
    record Row(String name, List<String> trainedWeight, List<String> trainedActivation) {
    }

    static List<Row> rows() {
        return List.of(new Row("uniform", List.of(), List.of()),
                new Row("lsq", List.of("step"), List.of("step")),
                new Row("pact", List.of(), List.of("alpha")),
                new Row("dorefa", List.of(), List.of()), new Row("lq-nets", List.of(), List.of()),
                new Row("rvquant", List.of(), List.of()));
    }

    /** A quantizer of one width with first parameters, and a tensor for it. */
    record Case(String what, TensorQuantizer quantizer, Tensor values) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static List<Case> cases(Row row, DType dtype) {
        Quantizer family = Quantizers.byName(row.name());
        List<Case> cases = new ArrayList<>();
        for (BitWidth bits : BitWidth.quantized()) {
            Tensor w = gaussian(dtype, 0.3, false);
            if (family.weightWidths().contains(bits)) {
                TensorQuantizer weight = family.weight(w.shape(), dtype, bits);
                weight.fit(w);
                cases.add(new Case(row.name() + " weight, " + bits + " bits", weight, w));
            }
            // A clip that nothing was measured for is within reach as well.
            Tensor x = gaussian(dtype, row.name().equals("pact") ? 8 : 0.8, true);
            TensorQuantizer activation = family.activation(dtype, bits);
            activation.observe(measured(activation, x));
            for (int i = 0; i < x.size(); i++) {
                // Some are clipped by a range that was measured, none lies on its corner.
                x.set(i, 1.1 * x.get(i));
            }
            cases.add(new Case(row.name() + " activation, " + bits + " bits", activation, x));
        }
        return cases;
    }

    static Stream<Case> cases32() {
        return rows().stream().flatMap(r -> cases(r, DType.FLOAT32).stream());
    }

    static Stream<Case> cases64() {
        return rows().stream().flatMap(r -> cases(r, DType.FLOAT64).stream());
    }

    private static Tensor gaussian(DType dtype, double deviation, boolean rectified) {
        SplittableRandom random = new SplittableRandom(7);
        Tensor t = Tensor.zeros(dtype, Shape.of(3, 2, 2, 5));
        for (int i = 0; i < t.size(); i++) {
            double x = deviation * random.nextGaussian();
            t.set(i, rectified ? Math.max(0, x) : x);
        }
        return t;
    }

    private static Map<String, Tensor> measured(TensorQuantizer q, Tensor x) {
        SequencedMap<String, Value> outputs = q.measures(Value.input("x", x.dtype(), x.shape()), true);
        if (outputs.isEmpty()) {
            return Map.of();
        }
        Executable e = REFERENCE.compile(Graph.of(outputs));
        e.bind("x", x);
        e.run();
        Map<String, Tensor> measured = new LinkedHashMap<>();
        outputs.keySet().forEach(name -> measured.put(name, e.output(name).copy()));
        return measured;
    }

    private static SequencedMap<String, Value> inputs(Case c) {
        SequencedMap<String, Value> inputs = new LinkedHashMap<>();
        inputs.put("x", Value.input("x", c.values().dtype(), c.values().shape()));
        c.quantizer().state().forEach((name, t) -> inputs.put(name, Value.input(name, t.dtype(), t.shape())));
        return inputs;
    }

    private static Value get(Map<String, Value> values, String name) {
        Value v = values.get(name);
        if (v == null) {
            throw new AssertionError("no state " + name);
        }
        return v;
    }

    private static SequencedMap<String, Tensor> tensors(Case c) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("x", c.values());
        tensors.putAll(c.quantizer().state());
        return tensors;
    }

    static Tensor run(Backend backend, Value output, Map<String, Tensor> tensors) {
        Executable e = backend.compile(Graph.of("y", output));
        tensors.forEach((name, t) -> {
            if (e.inputs().contains(name)) {
                e.bind(name, t);
            }
        });
        e.run();
        return e.output("y").copy();
    }

    @Test
    void everyRegisteredQuantizerHasARow() {
        assertEquals(List.copyOf(Quantizers.all().keySet()), rows().stream().map(Row::name).toList());
        assertEquals("quantizer: expected one of " + String.join(", ", Quantizers.all().keySet()) + ", got 'none'",
                assertThrows(IllegalArgumentException.class, () -> Quantizers.byName("none")).getMessage());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void trainsWhatItSays(Row row) {
        Quantizer q = Quantizers.byName(row.name());
        assertEquals(row.trainedWeight(),
                q.weight(Shape.of(4, 2), DType.FLOAT32, q.weightWidths().getLast()).trained().stream()
                        .map(TensorQuantizer.Trained::state).toList());
        assertEquals(row.trainedActivation(), q.activation(DType.FLOAT32, BitWidth.B4).trained().stream()
                .map(TensorQuantizer.Trained::state).toList());
        assertTrue(!q.describeWeights().isBlank() && !q.describeActivations().isBlank());
        for (BitWidth bits : BitWidth.quantized()) {
            if (!q.weightWidths().contains(bits)) {
                assertThrows(IllegalArgumentException.class, () -> q.weight(Shape.of(4, 2), DType.FLOAT32, bits));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases32")
    void graphCodesAndLevelsAgreeToTheBit(Case c) {
        SequencedMap<String, Value> inputs = inputs(c);
        Value y = c.quantizer().apply(get(inputs, "x"), name -> get(inputs, name));
        assertEquals(c.values().shape(), y.shape());
        assertArrayEquals(plain(c.quantizer().quantized(c.values())),
                plain(run(Backends.defaultBackend(), y, tensors(c))));
        Tensor codes = c.quantizer().codes(c.values());
        int levels = c.quantizer().levels().shape().dim(0);
        assertTrue(levels <= 1 << c.quantizer().bits().bits(), levels + " levels");
        for (int i = 0; i < codes.size(); i++) {
            assertTrue(codes.get(i) >= 0 && codes.get(i) < levels, "code " + codes.get(i));
        }
    }

    /** With one zero only: codes know no sign of it. */
    private static double[] plain(Tensor t) {
        return Arrays.stream(t.toDoubles()).map(v -> v + 0.0).toArray();
    }

    @ParameterizedTest
    @MethodSource("cases64")
    void derivativesAreThoseOfTheSurrogate(Case c) {
        SequencedMap<String, Value> inputs = inputs(c);
        Value y = c.quantizer().apply(get(inputs, "x"), name -> get(inputs, name));
        SplittableRandom random = new SplittableRandom(3);
        Tensor weights = Tensor.zeros(DType.FLOAT64, y.shape());
        for (int i = 0; i < weights.size(); i++) {
            weights.set(i, random.nextGaussian());
        }
        Value seed = Value.input("seed", DType.FLOAT64, y.shape());
        SequencedMap<String, Tensor> tensors = tensors(c);
        tensors.put("seed", weights);
        List<String> by = new ArrayList<>(List.of("x"));
        c.quantizer().trained().forEach(t -> by.add(t.state()));
        List<Value> gradients = ReverseMode.gradient(y.multiply(seed).sum(),
                by.stream().map(n -> get(inputs, n)).toList());
        Surrogate surrogate = new Surrogate(REFERENCE, tensors);
        Value smooth = surrogate.of(y.multiply(seed).sum());
        double h = 1e-6;
        for (int k = 0; k < by.size(); k++) {
            Tensor gradient = run(REFERENCE, gradients.get(k), tensors);
            Tensor moved = surrogate.tensors().getOrDefault(by.get(k), gradient);
            for (int i = 0; i < moved.size(); i++) {
                double at = moved.get(i);
                moved.set(i, at + h);
                double up = run(REFERENCE, smooth, surrogate.tensors()).item();
                moved.set(i, at - h);
                double down = run(REFERENCE, smooth, surrogate.tensors()).item();
                moved.set(i, at);
                // A rectified activation of exactly 0 lies on a corner of clip(x, 0, ...): one side's slope is the derivative.
                if (by.get(k).equals("x") && at == 0) {
                    continue;
                }
                double difference = (up - down) / (2 * h);
                assertEquals(difference, gradient.get(i), 1e-5 * Math.max(1, Math.abs(difference)),
                        by.get(k) + " " + i);
            }
        }
    }
}
