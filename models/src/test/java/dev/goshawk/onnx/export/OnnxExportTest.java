package dev.goshawk.onnx.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static dev.goshawk.models.Window.window;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.OnnxSamples;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedNetwork;
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

    private static final int SIDE = 20;

    @TempDir
    private Path folder;

    /** Every kind of layer that Inception has, in a small network. */
    private record Mixed() implements Network {
        @Override
        public String name() {
            return "mixed";
        }

        @Override
        public int inputSize() {
            return SIDE;
        }

        @Override
        public int classes() {
            return 3;
        }

        @Override
        public Value logits(Layers net, Value images) {
            Layers stem = net.block("stem").in("stem");
            Value x = stem.relu("r",
                    stem.batchNorm("bn", stem.conv("c", images, 64, window(3).same().stride(2), 1, true)));
            Layers body = net.block("body").in("body");
            Value a = body.relu("a", body.batchNorm("bna", body.conv("a", x, 64, window(1, 3).same()), 1e-3));
            Value b = body.relu("b",
                    body.conv("b", body.avgPool(x, window(3).same()), 64, window(3, 1).same(), 4, true));
            Value c = body.maxPool(x, window(3).same());
            Value d = body.relu("d", body.batchNorm("bnd", body.conv("d", x, 64, window(1))));
            Value y = body.maxPoolCeil(Functions.concat(-1, List.of(a, b, c, d.add(x))), window(3).stride(2));
            return net.block("fc").linear("fc", net.globalAvgPool(y), classes());
        }
    }

    static float[] images(int side) {
        float[] pixels = new float[BATCH * side * side * 3];
        SplitMix64 random = SplitMix64.of(4, 2);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.between(-2, 2);
        }
        return pixels;
    }

    static double[] goshawk(PackedModel model, int side, float[] images) {
        PackedModel.Traced traced = model.trace(DType.FLOAT32, BATCH, side, side);
        Executable forward = Backends.defaultBackend().compile(Graph.of("logits", traced.network().logits()));
        traced.bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, Tensor.of(traced.network().images().shape(), images));
        forward.run();
        return forward.output("logits").toDoubles();
    }

    private static double[] readBack(Path file, int side, float[] images) {
        OnnxNetwork network = OnnxNetwork.read(file);
        TracedNetwork traced = network.trace(DType.FLOAT32, BATCH, side, side, Mode.EVALUATION, LayerHooks.NONE);
        Executable forward = Backends.defaultBackend().compile(Graph.of("logits", traced.logits()));
        Parameters.load(network, network.weights(), DType.FLOAT32).bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, Tensor.of(traced.images().shape(), images));
        forward.run();
        return forward.output("logits").toDoubles();
    }

    static double[] onnxRuntime(Path file, int side, float[] images) throws OrtException {
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
    @CsvSource({"mixed,20,false", "resnet20,32,false", "resnet18,32,true", "resnet50,32,true", "inception_v3,75,true",
            "sqnxt23_w1,32,true"})
    void logitsAreTheSame(String name, int side, boolean slow) throws IOException, OrtException {
        assumeTrue(!slow || Boolean.getBoolean("goshawk.slowTests"),
                "skipped: takes long (set -Dgoshawk.slowTests=true)");
        assertLogitsAreTheSame(name, name.equals("mixed") ? new Mixed() : Networks.byName(name, 3), side);
        assertTrue(Files.size(folder.resolve("qcdq.onnx")) < 0.4 * Files.size(folder.resolve("float.onnx")),
                "a byte a weight");
    }

    /** What other tools wrote leaves again. */
    @Test
    void logitsOfAnImportedNetworkAreTheSame() throws IOException, OrtException {
        Path file = Files.write(folder.resolve("from.onnx"), OnnxSamples.mixed(12).toBytes());
        assertLogitsAreTheSame("imported", OnnxNetwork.read(file), 12);
    }

    private void assertLogitsAreTheSame(String name, Network network, int side) throws IOException, OrtException {
        PackedNetwork content = PackedSamples.of(network, 8, side);
        float[] images = images(side);
        Path file = folder.resolve("float.onnx");
        PackedModel floats = PackedModel.of(network, PackedSamples.floats(content, network));
        OnnxExport.write(file, floats, CodeFormat.QCDQ);
        double[] expected = goshawk(floats, side, images);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, onnxRuntime(file, side, images), 1e-5 * most, name + ", float");

        Path coded = folder.resolve("qcdq.onnx");
        PackedModel quantized = PackedModel.of(network, content);
        OnnxExport.write(coded, quantized, CodeFormat.QCDQ);
        double[] wanted = goshawk(quantized, side, images);
        assertArrayEquals(wanted, readBack(coded, side, images), 1e-5 * most, name + ", read back");
        double[] found = onnxRuntime(coded, side, images);
        most = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
        // Sums in another order move some activations from one level to the next.
        assertArrayEquals(wanted, found, 0.03 * most, name + ", quantized");
        for (int i = 0; i < BATCH; i++) {
            assertEquals(best(wanted, i), best(found, i), name + ", image " + i);
        }
    }

    /** Narrow codes and nodes of QONNX come back as the same network; ONNX Runtime takes the narrow ones. */
    @ParameterizedTest
    @CsvSource({"QCDQ4,0.75", "QCDQ2,0.7", "QONNX,4.1"})
    void otherFormatsAreTheSameNetwork(CodeFormat format, double size) throws IOException, OrtException {
        Network network = new Mixed();
        PackedModel model = PackedModel.of(network, PackedSamples.of(network, 8, SIDE));
        Path bytes = folder.resolve("bytes.onnx");
        OnnxExport.write(bytes, model, CodeFormat.QCDQ);
        Path file = folder.resolve("other.onnx");
        OnnxExport.write(file, model, format);
        assertTrue(Files.size(file) < size * Files.size(bytes), Files.size(file) + " of " + Files.size(bytes));
        float[] images = images(SIDE);
        double[] wanted = goshawk(model, SIDE, images);
        assertArrayEquals(wanted, readBack(bytes, SIDE, images), 1e-5);
        assertArrayEquals(wanted, readBack(file, SIDE, images), 1e-5);
        if (format != CodeFormat.QONNX) {
            assertArrayEquals(onnxRuntime(bytes, SIDE, images), onnxRuntime(file, SIDE, images), 1e-5);
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
                () -> OnnxExport.write(folder.resolve("none.onnx"), PackedModel.of(network, split), CodeFormat.QCDQ));
        assertEquals("ONNX: expected activations in equal steps at 'relu', it has SPLIT", e.getMessage());
        assertTrue(Files.notExists(folder.resolve("none.onnx")));
    }
}
