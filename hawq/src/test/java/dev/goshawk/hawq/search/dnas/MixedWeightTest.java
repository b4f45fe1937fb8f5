package dev.goshawk.hawq.search.dnas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixedWeightTest {
    private static final List<BitWidth> WIDTHS = List.of(BitWidth.B1, BitWidth.B2, BitWidth.B4, BitWidth.B8);
    private static final Shape FILTER = Shape.of(3, 3, 4, 5);
    private static final Shape IMAGES = Shape.of(2, 6, 6, 4);

    private static Tensor random(Shape shape, long seed) {
        SplitMix64 random = SplitMix64.of(seed);
        Tensor t = Tensor.zeros(DType.FLOAT64, shape);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, random.between(-1, 1));
        }
        return t;
    }

    /** Graph inputs of the quantizer's state, made once each. */
    private record Inputs(TensorQuantizer quantizer, Map<String, Value> values) implements Function<String, Value> {
        @Override
        public Value apply(String name) {
            Tensor t = quantizer.state().get(name);
            return values.computeIfAbsent(name, n -> Value.input(n, t.dtype(), t.shape()));
        }
    }

    @Test
    void convolvingWithTheMixtureIsMixingTheConvolutions() {
        MixedQuantizer mixed = new MixedQuantizer(UniformQuantizer.standard(), WIDTHS);
        TensorQuantizer q = mixed.weight(new ParameterSpec("w", ParameterSpec.Kind.CONV_WEIGHT, FILTER, "block"),
                DType.FLOAT64, BitWidth.B8);
        Tensor filter = random(FILTER, 1);
        q.fit(filter);
        q.state().get("theta").copyFrom(random(Shape.of(WIDTHS.size()), 2));
        mixed.draw(SplitMix64.of(3), 0.7);
        Inputs state = new Inputs(q, new LinkedHashMap<>());
        Value x = Value.input("x", DType.FLOAT64, IMAGES);
        Value w = Value.input("w", DType.FLOAT64, FILTER);
        Value once = Functions.conv2d(x, q.apply(w, state), 1, 1);
        Value shares = Mixture.shares(state);
        Value apart = once.like(0);
        for (int k = 0; k < WIDTHS.size(); k++) {
            TensorQuantizer single = UniformQuantizer.standard().weight(FILTER, DType.FLOAT64, WIDTHS.get(k));
            String prefix = WIDTHS.get(k) + "/";
            Value y = Functions.conv2d(x, single.apply(w, name -> state.apply(prefix + name)), 1, 1);
            apart = apart.add(y.multiply(
                    shares.slice(new int[] {k}, new int[] {k + 1}, new int[] {1}).reshape().broadcast(y.shape())));
        }
        Value weighting = Value.input("c", DType.FLOAT64, once.shape());
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("shares", shares);
        List<Value> by = List.of(x, w, state.apply("theta"));
        for (Map.Entry<String, Value> e : Map.of("once", once, "apart", apart).entrySet()) {
            outputs.put(e.getKey(), e.getValue());
            List<Value> gradients = ReverseMode.gradient(e.getValue().multiply(weighting).sum(), by);
            IntStream.range(0, 3).forEach(i -> outputs.put(e.getKey() + i, gradients.get(i)));
        }
        Executable run = Backends.defaultBackend().compile(Graph.of(outputs));
        run.bind("x", random(IMAGES, 4));
        run.bind("w", filter);
        run.bind("c", random(once.shape(), 5));
        state.values().keySet().forEach(name -> run.bind(name, q.state().get(name)));
        run.run();
        for (String what : List.of("", "0", "1", "2")) {
            double[] expected = run.output("apart" + what).toDoubles();
            assertArrayEquals(expected, run.output("once" + what).toDoubles(), 1e-12, what);
            assertTrue(Arrays.stream(expected).map(Math::abs).max().orElse(0) > 0.01, what);
        }
        double[] m = run.output("shares").toDoubles();
        assertEquals(1, Arrays.stream(m).sum(), 1e-12);
        assertTrue(Arrays.stream(m).allMatch(s -> s > 0 && s < 1));
    }

    @Test
    void theWeightsOfABlockHaveOneThetaThatIsTrainedOnce() {
        Parameters parameters = SmallTraining.parameters();
        MixedQuantizer mixed = new MixedQuantizer(Quantizers.byName("lsq"), List.of(BitWidth.B2, BitWidth.B4));
        QuantizedNetwork network = new QuantizedNetwork(SmallTraining.NETWORK, parameters, mixed, BitWidth.FLOAT);
        for (String block : List.of("first", "middle", "last")) {
            network.quantize(block, BitWidth.B4);
        }
        List<String> trained = network.trained().stream().map(QuantizedNetwork.TrainedTensor::name).toList();
        assertEquals(List.of("quantizer/conv.weight/theta", "quantizer/middle.conv1.weight/theta",
                "quantizer/fc.weight/theta"), trained.stream().filter(mixed::isArchitecture).toList());
        assertTrue(trained.contains("quantizer/middle.conv2.weight/2/step"), trained.toString());
        assertEquals(Map.of("quantizer/conv.weight/theta", "first", "quantizer/middle.conv1.weight/theta", "middle",
                "quantizer/fc.weight/theta", "last"), mixed.architectures());
        QuantizedNetwork.Traced traced = network.trace(2, 8, 8, dev.goshawk.models.Mode.TRAINING);
        assertEquals(3, traced.inputs().keySet().stream().filter(n -> n.endsWith("/theta")).count(),
                "both weights of the middle block take the same input");
        assertEquals(trained.size(), traced.trained().size());
        assertThrows(UnsupportedOperationException.class,
                () -> network.weight("conv.weight").quantized(parameters.get("conv.weight")));
    }

    @Test
    void noiseIsGumbelSoThatProbabilitiesAreThoseOfTheta() {
        Mixture mixture = new Mixture("w", DType.FLOAT64, 3);
        mixture.state().get("theta").copyFrom(Tensor.of(Shape.of(3), Math.log(0.6), Math.log(0.3), Math.log(0.1)));
        int[] largest = new int[3];
        for (int draw = 0; draw < 20_000; draw++) {
            mixture.draw(SplitMix64.of(7, draw), 1);
            double[] noise = mixture.state().get("noise").toDoubles();
            double[] theta = mixture.state().get("theta").toDoubles();
            int best = 0;
            for (int k = 1; k < 3; k++) {
                best = theta[k] + noise[k] > theta[best] + noise[best] ? k : best;
            }
            largest[best]++;
        }
        double[] p = mixture.probabilities();
        for (int k = 0; k < 3; k++) {
            assertEquals(List.of(0.6, 0.3, 0.1).get(k), p[k], 1e-12);
            assertEquals(p[k], largest[k] / 20_000.0, 0.015);
        }
    }
}
