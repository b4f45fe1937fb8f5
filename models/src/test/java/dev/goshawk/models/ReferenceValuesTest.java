package dev.goshawk.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.GoshawkData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whole networks against PyTorch in float64: logits, loss, gradient and Hessian-vector product, parameter by parameter.
 */
class ReferenceValuesTest {
    /** Both sides compute in float64 with sums in another order. */
    private static final double RELATIVE = 1e-9;

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "inception_v3", "sqnxt23_w2", "sqnxt23v5_w1"})
    void parametersAreTheReferencesTensors(String name) {
        JsonNode reference = reference(name);
        List<String> expected = new ArrayList<>();
        for (JsonNode t : reference.get("tensors")) {
            expected.add(t.get(0).asString() + " " + t.get(1).toString());
        }
        TracedNetwork net = Networks.byName(name).trace(DType.FLOAT32, 1, Mode.EVALUATION);

        assertEquals(expected, net.specs().stream().map(s -> s.name() + " " + TorchLayout.shape(s)).toList());
        assertEquals(reference.get("parameters").asLong(), net.parameterCount());
    }

    @Test
    void squeezeNext() {
        assertSecondOrder("sqnxt23v5_w1");
    }

    @Test
    void resnet18() {
        assertSecondOrder("resnet18");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50", "inception_v3", "sqnxt23_w2"})
    void large(String name) {
        assumeTrue(Boolean.getBoolean("goshawk.slowTests"), "skipped: takes long (set -Dgoshawk.slowTests=true)");
        assertSecondOrder(name);
    }

    private static void assertSecondOrder(String name) {
        JsonNode reference = reference(name);
        Network network = Networks.byName(name);
        int batch = reference.get("batch").asInt();
        int size = reference.get("size").asInt();
        ClosedFormWeights closedForm = new ClosedFormWeights(reference.get("seed").asLong(),
                reference.get("bn_weight_centre").asDouble());
        TracedNetwork net = network.trace(DType.FLOAT64, batch, size, size, Mode.EVALUATION, LayerHooks.NONE);

        List<ParameterSpec> specs = net.trainable();
        List<Value> at = specs.stream().map(s -> net.parameter(s.name())).toList();
        List<Value> direction = specs.stream().map(s -> Value.input("v." + s.name(), DType.FLOAT64, s.shape()))
                .toList();
        List<Value> gradient = ReverseMode.gradient(net.loss(), at);
        List<Value> product = ForwardMode.jvp(gradient, at, direction);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("logits", net.logits());
        outputs.put("loss", net.loss());
        for (int i = 0; i < specs.size(); i++) {
            outputs.put("g." + specs.get(i).name(), gradient.get(i));
            outputs.put("Hv." + specs.get(i).name(), product.get(i));
        }

        Executable run = backend().compile(Graph.of(outputs));
        Parameters.load(network, closedForm.weights(net.specs()), DType.FLOAT64).bindTo(run);
        run.bind(TracedNetwork.IMAGES, closedForm.images(batch, size));
        run.bind(TracedNetwork.LABELS, oneHot(reference.get("labels"), network.classes()));
        List<Tensor> v = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            v.add(closedForm.direction(specs.get(i), i));
            run.bind("v." + specs.get(i).name(), v.get(i));
        }
        run.run();

        Tensor logits = run.output("logits");
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < 8; k++) {
                assertClose("logit " + k, reference.get("logits_first8").get(n).get(k),
                        logits.get(n * network.classes() + k));
            }
        }
        assertClose("logits", reference.get("logits_norm"), Math.sqrt(dot(logits, logits)));
        assertClose("loss", reference.get("loss"), run.output("loss").item());
        double g2 = 0;
        double h2 = 0;
        double vHv = 0;
        for (int i = 0; i < specs.size(); i++) {
            String parameter = specs.get(i).name();
            Tensor g = run.output("g." + parameter);
            Tensor h = run.output("Hv." + parameter);
            assertClose("gradient of " + parameter, reference.get("grad_norm_by_parameter").get(parameter),
                    Math.sqrt(dot(g, g)));
            assertClose("Hv of " + parameter, reference.get("Hv_norm_by_parameter").get(parameter),
                    Math.sqrt(dot(h, h)));
            g2 += dot(g, g);
            h2 += dot(h, h);
            vHv += dot(v.get(i), h);
        }
        assertClose("gradient", reference.get("grad_norm"), Math.sqrt(g2));
        assertClose("Hv", reference.get("Hv_norm"), Math.sqrt(h2));
        assertClose("v'Hv", reference.get("vHv"), vHv);
    }

    private static JsonNode reference(String name) {
        return JsonMapper.shared()
                .readTree(GoshawkData.require().resolve("reference/" + name + "_seed7.json").toFile());
    }

    private static Backend backend() {
        boolean usable = Backends.providers().stream().filter(p -> p.name().equals("vector"))
                .map(BackendProvider::unusableReason).anyMatch(reason -> reason.isEmpty());
        assumeTrue(usable, "skipped: the vector backend is not usable here, plain loops would take minutes");
        return Backends.select("vector", ThreadPool.ofThreads(Backends.defaultThreads()));
    }

    private static Tensor oneHot(JsonNode labels, int classes) {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(labels.size(), classes));
        for (int i = 0; i < labels.size(); i++) {
            t.set(i * classes + labels.get(i).asInt(), 1);
        }
        return t;
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i) * b.get(i);
        }
        return sum;
    }

    private static void assertClose(String what, JsonNode expected, double actual) {
        double value = expected.asDouble();
        assertEquals(value, actual, RELATIVE * Math.abs(value), what);
    }
}
