package dev.goshawk.models;

import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.parameters.TorchLayout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.GoshawkData;
import dev.goshawk.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whole networks against PyTorch in float64: logits, loss, gradient and Hessian-vector product, by parameter. */
class ReferenceValuesTest {
    /** Both sides compute in float64 with sums in another order. */
    private static final double WIDE = 1e-9;
    /** Rounding to float32 at every step of some hundred layers; a product has the largest cancellations. */
    private static final double NARROW = 1e-3;

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "inception_v3", "sqnxt23_w2", "sqnxt23v5_w1"})
    void parametersAreTheReferencesTensors(String name) {
        JsonNode reference = reference(name + "_seed7.json");
        List<String> expected = new ArrayList<>();
        for (JsonNode t : reference.get("tensors")) {
            expected.add(t.get(0).asString() + " " + t.get(1).toString());
        }
        TracedNetwork net = Networks.byName(name).trace(DType.FLOAT32, 1, Mode.EVALUATION);

        assertEquals(expected, net.specs().stream().map(s -> s.name() + " " + TorchLayout.shape(s)).toList());
        assertEquals(reference.get("parameters").asLong(), net.parameterCount());
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void squeezeNext(DType dtype) {
        assertSecondOrder("sqnxt23v5_w1", dtype);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void resnet18(DType dtype) {
        assertSecondOrder("resnet18", dtype);
    }

    @ParameterizedTest
    @CsvSource({"resnet50, FLOAT32", "resnet50, FLOAT64", "inception_v3, FLOAT32", "inception_v3, FLOAT64",
            "sqnxt23_w2, FLOAT32", "sqnxt23_w2, FLOAT64"})
    void large(String name, DType dtype) {
        assumeTrue(Boolean.getBoolean("goshawk.slowTests"), "skipped: takes long (set -Dgoshawk.slowTests=true)");
        assertSecondOrder(name, dtype);
    }

    private static void assertSecondOrder(String name, DType dtype) {
        double relative = dtype == DType.FLOAT64 ? WIDE : NARROW;
        JsonNode reference = reference(name + "_seed7.json");
        Network network = Networks.byName(name);
        int batch = reference.get("batch").asInt();
        ClosedFormWeights closedForm = new ClosedFormWeights(reference.get("seed").asLong(),
                reference.get("bn_weight_centre").asDouble());
        int[] labels = StreamSupport.stream(reference.get("labels").spliterator(), false).mapToInt(JsonNode::asInt)
                .toArray();

        SecondOrderRun run = new SecondOrderRun(network,
                Parameters.load(network, closedForm.weights(network.parameters()), dtype),
                closedForm.images(batch, reference.get("size").asInt()), oneHot(labels, network.classes()),
                closedForm::direction);

        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < 8; k++) {
                assertClose(relative, "logit " + k, reference.get("logits_first8").get(n).get(k),
                        run.logits().get(n * network.classes() + k));
            }
        }
        assertClose(relative, "logits", reference.get("logits_norm"), SecondOrderRun.norm(run.logits()));
        for (ParameterSpec spec : run.specs) {
            assertClose(relative, "gradient of " + spec.name(),
                    reference.get("grad_norm_by_parameter").get(spec.name()),
                    SecondOrderRun.norm(run.gradient(spec)));
        }
        assertTotals(relative, reference, run, reference.get("Hv_norm_by_parameter"));
    }

    @Test
    void publicResnet20() throws IOException {
        JsonNode reference = reference("resnet20_public.json");
        Path data = GoshawkData.require();
        Network network = Networks.byName("resnet20");
        byte[] pixels = Files.readAllBytes(data.resolve("reference/resnet20_public_pixels.bin"));
        double[] mean = {0.485, 0.456, 0.406};
        double[] deviation = {0.229, 0.224, 0.225};
        Tensor images = Tensor.zeros(DType.FLOAT64, Shape.of(100, 32, 32, 3));
        for (int i = 0; i < pixels.length; i++) {
            images.set(i, ((pixels[i] & 0xff) / 255.0 - mean[i % 3]) / deviation[i % 3]);
        }
        // Ten images of each class, in label order.
        int[] labels = IntStream.range(0, 100).map(i -> i / 10).toArray();
        Parameters parameters = Parameters.load(network,
                WeightFile.read(data.resolve("checkpoints/resnet20-12fca82f.th")), DType.FLOAT64);
        int[] counted = {0};

        SecondOrderRun run = new SecondOrderRun(network, parameters, images, oneHot(labels, 10), (spec, i) -> {
            Tensor v = Tensor.zeros(DType.FLOAT64, TorchLayout.shape(spec));
            for (int k = 0; k < v.size(); k++) {
                v.set(k, Math.sin(0.37 * counted[0]++ + 0.1));
            }
            return TorchLayout.fromTorch(spec, v, DType.FLOAT64);
        });

        for (int k = 0; k < 10; k++) {
            assertClose(WIDE, "logit " + k, reference.get("logits0").get(k), run.logits().get(k));
        }
        long right = IntStream.range(0, 100).filter(n -> labels[n] == best(run.logits(), n)).count();
        assertEquals(reference.get("acc").asDouble(), right / 100.0);
        assertTotals(WIDE, reference, run, reference.get("Hv_by_param"));
    }

    private static void assertTotals(double relative, JsonNode reference, SecondOrderRun run, JsonNode products) {
        assertEquals(products.size(), run.specs.size());
        for (ParameterSpec spec : run.specs) {
            assertClose(relative, "Hv of " + spec.name(), products.get(spec.name()),
                    SecondOrderRun.norm(run.product(spec)));
        }
        assertClose(relative, "loss", reference.get("loss"), run.loss());
        assertClose(relative, "gradient", reference.get("grad_norm"), run.gradientNorm());
        assertClose(relative, "Hv", reference.get("Hv_norm"), run.productNorm());
        assertClose(relative, "v'Hv", reference.get("vHv"), run.curvature());
    }

    private static JsonNode reference(String file) {
        return ReferenceValues.read(file);
    }

    private static Tensor oneHot(int[] labels, int classes) {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(labels.length, classes));
        for (int i = 0; i < labels.length; i++) {
            t.set(i * classes + labels[i], 1);
        }
        return t;
    }

    private static int best(Tensor logits, int image) {
        int classes = logits.shape().dim(1);
        int best = 0;
        for (int k = 1; k < classes; k++) {
            if (logits.get(image * classes + k) > logits.get(image * classes + best)) {
                best = k;
            }
        }
        return best;
    }

    private static void assertClose(double relative, String what, JsonNode expected, double actual) {
        double value = expected.asDouble();
        assertEquals(value, actual, relative * Math.abs(value), what);
    }
}
