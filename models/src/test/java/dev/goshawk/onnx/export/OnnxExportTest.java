package dev.goshawk.onnx.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exported networks in ONNX Runtime, against the same in Goshawk. */
class OnnxExportTest {
    private static final int BATCH = 3;

    @TempDir
    private Path folder;

    /** The same network with float weights of the same values, and float activations. */
    private static PackedNetwork floats(PackedNetwork p, Network network) {
        List<ParameterSpec> specs = PackedNetwork.weightsOf(network.describe());
        float[] all = new float[specs.stream().mapToInt(s -> s.shape().size()).sum()];
        int at = 0;
        for (int i = 0; i < specs.size(); i++) {
            PackedWeight.Order order = new PackedWeight.Order(specs.get(i).shape());
            Tensor values = p.weights().get(i).values(specs.get(i).shape());
            for (int k = 0; k < values.size(); k++) {
                all[at++] = values.floats()[order.target(k)];
            }
        }
        return new PackedNetwork(p.info(), specs.stream().map(s -> PackedWeight.ofFloats()).toList(),
                p.activations().stream().map(a -> PackedActivation.ofFloats()).toList(), p.normalizationScales(),
                p.normalizationBiases(), p.biases(), all);
    }

    private static float[] images(int side) {
        float[] pixels = new float[BATCH * side * side * 3];
        SplitMix64 random = SplitMix64.of(4, 2);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.between(-2, 2);
        }
        return pixels;
    }

    private static double[] goshawk(PackedModel model, int side, float[] images) {
        PackedModel.Traced traced = model.trace(DType.FLOAT32, BATCH, side, side);
        Executable forward = Backends.defaultBackend().compile(Graph.of("logits", traced.network().logits()));
        traced.bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, Tensor.of(traced.network().images().shape(), images));
        forward.run();
        return forward.output("logits").toDoubles();
    }

    private static double[] onnxRuntime(Path file, int side, float[] images) throws OrtException {
        float[] planes = new float[images.length];
        int pixels = side * side;
        for (int i = 0; i < images.length; i++) {
            planes[i / (3 * pixels) * 3 * pixels + i % 3 * pixels + i / 3 % pixels] = images[i];
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(file.toString(), options);
                    OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(planes),
                            new long[] {BATCH, 3, side, side});
                    OrtSession.Result result = session.run(Map.of(TracedNetwork.IMAGES, input))) {
                return Arrays.stream((float[][]) result.get(0).getValue()).flatMapToDouble(
                        row -> java.util.stream.IntStream.range(0, row.length).mapToDouble(c -> row[c])).toArray();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"resnet20,32,false", "resnet18,32,true", "resnet50,32,true", "inception_v3,75,false",
            "sqnxt23_w1,32,false"})
    void logitsAreTheSame(String name, int side, boolean slow) throws IOException, OrtException {
        assumeTrue(!slow || Boolean.getBoolean("goshawk.slowTests"),
                "skipped: takes long (set -Dgoshawk.slowTests=true)");
        Network network = Networks.byName(name, 3);
        PackedNetwork content = PackedSamples.of(network, 8, side);
        float[] images = images(side);
        Path file = folder.resolve("float.onnx");
        PackedModel floats = PackedModel.of(network, floats(content, network));
        OnnxExport.write(file, floats);
        double[] expected = goshawk(floats, side, images);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, onnxRuntime(file, side, images), 1e-5 * most, name + ", float");

        Path coded = folder.resolve("qcdq.onnx");
        PackedModel quantized = PackedModel.of(network, content);
        OnnxExport.write(coded, quantized);
        assertTrue(Files.size(coded) < 0.4 * Files.size(file), "a byte a weight");
        double[] wanted = goshawk(quantized, side, images);
        double[] found = onnxRuntime(coded, side, images);
        most = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
        // Sums in another order move some activations from one level to the next.
        assertArrayEquals(wanted, found, 0.03 * most, name + ", quantized");
        for (int i = 0; i < BATCH; i++) {
            assertEquals(best(wanted, i), best(found, i), name + ", image " + i);
        }
    }

    private static int best(double[] logits, int image) {
        int best = 0;
        for (int c = 1; c < 3; c++) {
            best = logits[3 * image + c] > logits[3 * image + best] ? c : best;
        }
        return best;
    }

    @Test
    void activationsInUnequalStepsAreRefused() {
        Network network = Networks.byName("resnet20", 3);
        PackedNetwork p = PackedSamples.of(network, 4);
        PackedNetwork split = new PackedNetwork(p.info(), p.weights(), p.activations().stream()
                .map(a -> new PackedActivation(PackedActivation.Form.SPLIT, 4, new float[] {1, 2, 3})).toList(),
                p.normalizationScales(), p.normalizationBiases(), p.biases(), p.floats());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> OnnxExport.write(folder.resolve("none.onnx"), PackedModel.of(network, split)));
        assertEquals("ONNX: expected activations in equal steps at 'relu', it has SPLIT", e.getMessage());
        assertTrue(Files.notExists(folder.resolve("none.onnx")));
    }
}
