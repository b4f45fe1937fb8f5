package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.Block;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxNetworkTest {
    private static final int SIZE = 6;
    private static final int CLASSES = 3;

    @TempDir
    Path folder;

    /** A convolution, batch norm, a rectifier, a residual sum, a shape computed in the file, a dense layer and a softmax. */
    private static OnnxBytes network() {
        return new OnnxBytes(13).input("x", 1, 1, 3, SIZE, SIZE)
                .initializer(OnnxBytes.floats("conv.weight", new long[] {4, 3, 3, 3}, wave(108, 0.3f)))
                .initializer(OnnxBytes.floats("conv.bias", new long[] {4}, wave(4, 0.7f)))
                .initializer(OnnxBytes.floats("bn.gamma", new long[] {4}, 1, 2, 0.5f, 1.5f))
                .initializer(OnnxBytes.floats("bn.beta", new long[] {4}, wave(4, 1.1f)))
                .initializer(OnnxBytes.floats("bn.mean", new long[] {4}, wave(4, 0.2f)))
                .initializer(OnnxBytes.floats("bn.var", new long[] {4}, 1, 4, 0.25f, 2))
                .initializer(OnnxBytes.floats("fc", new long[] {4, CLASSES}, wave(12, 0.9f)))
                .initializer(OnnxBytes.integers("zero", new long[] {1}, 0))
                .initializer(OnnxBytes.integers("rest", new long[] {1}, -1))
                .node("Conv", List.of("x", "conv.weight", "conv.bias"), List.of("c"),
                        OnnxBytes.attribute("pads", 1, 1, 1, 1), OnnxBytes.attribute("strides", 2, 2))
                .node("BatchNormalization", List.of("c", "bn.gamma", "bn.beta", "bn.mean", "bn.var"), List.of("b"))
                .node("Relu", List.of("b"), List.of("r"))
                .node("Add", List.of("r", "c"), List.of("s"))
                .node("GlobalAveragePool", List.of("s"), List.of("g"))
                .node("Shape", List.of("g"), List.of("shape"))
                .node("Gather", List.of("shape", "zero"), List.of("n"))
                .node("Concat", List.of("n", "rest"), List.of("to"), OnnxBytes.attribute("axis", 0))
                .node("Reshape", List.of("g", "to"), List.of("f"))
                .node("MatMul", List.of("f", "fc"), List.of("y"))
                .node("Softmax", List.of("y"), List.of("p")).output("p");
    }

    private static float[] wave(int n, float step) {
        float[] w = new float[n];
        for (int i = 0; i < n; i++) {
            w[i] = (float) Math.sin(1 + step * i);
        }
        return w;
    }

    private OnnxNetwork read() throws IOException {
        return OnnxNetwork.read(Files.write(folder.resolve("small.onnx"), network().toBytes()));
    }

    @Test
    void aSizeThatTheFileCannotTakeIsNamed() throws IOException {
        Path file = Files.write(folder.resolve("fixed.onnx"), new OnnxBytes(13).input("x", 1, 1, 3, 4, 4)
                .initializer(OnnxBytes.floats("map", new long[] {3, 4, 4}, new float[48]))
                .node("Add", List.of("x", "map"), List.of("a")).node("GlobalAveragePool", List.of("a"), List.of("y"))
                .output("y").toBytes());
        assertEquals(4, OnnxNetwork.read(file).inputSize());
        String message = assertThrows(OnnxException.class,
                () -> OnnxNetwork.read(file, new OnnxNetwork.Settings(BlockPatterns.NONE, 6, true))).getMessage();
        assertTrue(message.endsWith("; the file takes images of 4 pixels, not of 6"), message);
    }

    @Test
    void initializersAreParametersUnderTheirNames() throws IOException {
        OnnxNetwork network = read();
        assertEquals("small", network.name());
        assertEquals(SIZE, network.inputSize());
        assertEquals(CLASSES, network.classes());
        assertEquals(List.of("conv.weight CONV_WEIGHT [3,3,3,4]", "conv.bias BIAS [4]", "bn.gamma BN_WEIGHT [4]",
                "bn.beta BN_BIAS [4]", "bn.mean BN_MEAN [4]", "bn.var BN_VARIANCE [4]", "fc LINEAR_WEIGHT [4,3]"),
                network.parameters().stream().map(OnnxNetworkTest::line).toList());
    }

    private static String line(ParameterSpec s) {
        return s.name() + " " + s.kind() + " " + s.shape();
    }

    @Test
    void eachLayerWithAWeightIsABlock() throws IOException {
        List<Block> blocks = read().trace(DType.FLOAT64, 1, Mode.EVALUATION).blocks();
        assertEquals(List.of(new Block("conv", List.of("conv.weight"), 108, 9 * 108),
                new Block("fc", List.of("fc"), 12, 12)), blocks);
    }

    /** The file says a batch of 1; the same layers in plain loops, at a batch of 2. */
    @Test
    void logitsAreThoseOfPlainLoops() throws IOException {
        OnnxNetwork network = read();
        Parameters parameters = Parameters.load(network, network.weights(), DType.FLOAT64);
        TracedNetwork traced = network.trace(DType.FLOAT64, 2, SIZE, SIZE, Mode.EVALUATION, LayerHooks.NONE);
        Executable run = new ReferenceBackend().compile(Graph.of("logits", traced.logits()));
        parameters.bindTo(run);
        Tensor images = Tensor.zeros(DType.FLOAT64, Shape.of(2, SIZE, SIZE, 3));
        for (int i = 0; i < images.size(); i++) {
            images.set(i, Math.cos(0.37 * i));
        }
        run.bind(TracedNetwork.IMAGES, images);
        run.run();
        double[] expected = plain(images);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], run.output("logits").get(i), 1e-6, "logit " + i);
        }
    }

    private static double[] plain(Tensor images) {
        float[] w = wave(108, 0.3f);
        float[] bias = wave(4, 0.7f);
        double[] gamma = {1, 2, 0.5, 1.5};
        float[] beta = wave(4, 1.1f);
        float[] mean = wave(4, 0.2f);
        double[] variance = {1, 4, 0.25, 2};
        float[] fc = wave(12, 0.9f);
        double[] logits = new double[2 * CLASSES];
        for (int n = 0; n < 2; n++) {
            for (int o = 0; o < 4; o++) {
                double pooled = 0;
                for (int p = 0; p < 3; p++) {
                    for (int q = 0; q < 3; q++) {
                        double c = bias[o];
                        for (int i = 0; i < 3; i++) {
                            for (int r = 0; r < 3; r++) {
                                for (int s = 0; s < 3; s++) {
                                    int y = 2 * p - 1 + r;
                                    int x = 2 * q - 1 + s;
                                    if (y >= 0 && y < SIZE && x >= 0 && x < SIZE) {
                                        c += w[((o * 3 + i) * 3 + r) * 3 + s]
                                                * images.get(((n * SIZE + y) * SIZE + x) * 3 + i);
                                    }
                                }
                            }
                        }
                        double b = (c - mean[o]) / Math.sqrt(variance[o] + 1e-5) * gamma[o] + beta[o];
                        pooled += (Math.max(b, 0) + c) / 9;
                    }
                }
                for (int k = 0; k < CLASSES; k++) {
                    logits[n * CLASSES + k] += pooled * fc[o * CLASSES + k];
                }
            }
        }
        return logits;
    }

    @Test
    void aSeedGivesOtherWeights() throws IOException {
        OnnxNetwork network = read();
        Parameters drawn = Parameters.initialize(network, DType.FLOAT32, 7);
        assertEquals(7, drawn.specs().size());
        assertEquals(0.0, drawn.get("conv.bias").get(0));
    }
}
