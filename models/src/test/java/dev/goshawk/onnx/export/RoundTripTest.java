package dev.goshawk.onnx.export;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;

import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.data.Normalization;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.OnnxSamples;
import dev.goshawk.onnx.Operators;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedInfo;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be imported can be exported, and is the same network then: in Goshawk and in ONNX Runtime. */
class RoundTripTest {
    private static final int BATCH = 3;
    /** A sample of them that every build checks. */
    private static final Set<String> SOME = Set.of("ConvTranspose", "BatchNormalization", "MatMul", "Split", "Shape",
            "PRelu");

    private static final int SIDE = 8;

    @TempDir
    private Path folder;

    /** A network with the weights of its file, nothing quantized. */
    static PackedModel packed(OnnxNetwork network, int side) {
        int floats = 0;
        int biases = 0;
        float[] all = new float[1 << 16];
        float[] bias = new float[1 << 10];
        float[][] folded = {new float[0], new float[0]};
        for (ParameterSpec spec : network.parameters()) {
            Tensor t = network.weights().get(spec.name());
            switch (spec.kind()) {
                case BIAS -> {
                    System.arraycopy(t.floats(), t.offset(), bias, biases, t.size());
                    biases += t.size();
                }
                case BN_WEIGHT -> folded = folded(network, spec);
                case BN_BIAS, BN_MEAN, BN_VARIANCE -> {
                }
                case CONV_WEIGHT, LINEAR_WEIGHT, ARRAY, CONSTANT -> {
                    System.arraycopy(t.floats(), t.offset(), all, floats, t.size());
                    floats += t.size();
                }
            }
        }
        PackedInfo info = new PackedInfo(network.name(), PackedNetwork.structure(network.describe()),
                IntStream.range(0, network.classes()).mapToObj(Integer::toString).toList(), Normalization.IMAGENET,
                side,
                side, 0);
        return PackedModel.of(network, new PackedNetwork(info,
                PackedNetwork.weightsOf(network.describe()).stream().map(s -> PackedWeight.ofFloats()).toList(),
                network.describe().sites().stream().map(s -> PackedActivation.ofFloats()).toList(), folded[0],
                folded[1],
                Arrays.copyOf(bias, biases), Arrays.copyOf(all, floats)));
    }

    private static float[][] folded(OnnxNetwork network, ParameterSpec scale) {
        int at = network.parameters().indexOf(scale);
        Tensor[] t = IntStream.range(at, at + 4)
                .mapToObj(i -> network.weights().get(network.parameters().get(i).name()))
                .toArray(Tensor[]::new);
        float[][] folded = new float[2][scale.shape().size()];
        for (int c = 0; c < folded[0].length; c++) {
            double factor = t[0].get(c) / Math.sqrt(t[3].get(c) + 1e-5);
            folded[0][c] = (float) factor;
            folded[1][c] = (float) (t[1].get(c) - t[2].get(c) * factor);
        }
        return folded;
    }

    static double[] logits(OnnxNetwork network, int batch, int side, float[] images) {
        TracedNetwork traced = network.trace(DType.FLOAT32, batch, side, side, Mode.EVALUATION, LayerHooks.NONE);
        Executable forward = new ReferenceBackend().compile(Graph.of("logits", traced.logits()));
        Parameters.load(network, network.weights(), DType.FLOAT32).bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, Tensor.of(traced.images().shape(), images));
        forward.run();
        return forward.output("logits").toDoubles();
    }

    @Test
    void everyOperatorLeavesAsItCame() {
        Map<String, OnnxBytes> samples = OperatorSamples.all();
        assertEquals(Operators.names(), samples.keySet());
        if (!Boolean.getBoolean("goshawk.slowTests")) {
            samples.keySet().retainAll(SOME);
        }
        float[] images = OnnxExportTest.images(OperatorSamples.SIDE);
        assertAll(samples.entrySet().stream().map(s -> () -> leavesAsItCame(s.getKey(), s.getValue(), images)));
    }

    private void leavesAsItCame(String name, OnnxBytes sample, float[] images) throws IOException, OrtException {
        Path file = Files.write(folder.resolve("in.onnx"), sample.toBytes());
        OnnxNetwork network = OnnxNetwork.read(file);
        double[] expected = logits(network, BATCH, OperatorSamples.SIDE, images);
        Path left = folder.resolve("out.onnx");
        OnnxExport.write(left, packed(network, OperatorSamples.SIDE), CodeFormat.QCDQ);
        OnnxNetwork back = OnnxNetwork.read(left);
        assertArrayEquals(expected, logits(back, BATCH, OperatorSamples.SIDE, images), 1e-5, name);
        assertTrue(Arrays.stream(expected).distinct().count() > 1, name);
        if (!name.startsWith("qonnx.")) {
            assertArrayEquals(expected, OnnxExportTest.onnxRuntime(left, OperatorSamples.SIDE, images), 1e-4, name);
        }
    }

    /** Gates that depend on the image, a transposed convolution, normalization and a matrix [in, out], with names that an export makes up. */
    private static OnnxBytes gated() {
        return new OnnxBytes(21).input("logits", 1, 0, 3, SIDE, SIDE).initializer(OnnxSamples.weight("v0", 4, 3, 3, 3))
                .initializer(OnnxSamples.weight("g", 4)).initializer(OnnxSamples.weight("zero", 4))
                .initializer(OnnxSamples.weight("m", 4)).initializer(OnnxBytes.floats("q", new long[] {4}, 1, 2, 3, 4))
                .initializer(OnnxSamples.weight("site0.scale", 4, 5, 2, 2))
                .initializer(OnnxSamples.weight("images", 2, 5, 1, 1))
                .initializer(OnnxSamples.weight("site1", 5, 2, 1, 1)).initializer(OnnxSamples.weight("highest8", 5, 3))
                .node("Conv", List.of("logits", "v0"), List.of("1"))
                .node("BatchNormalization", List.of("1", "g", "zero", "m", "q"), List.of("2"))
                .named("", "same", "Relu", List.of("2"), List.of("3"))
                .node("ConvTranspose", List.of("3", "site0.scale"), List.of("4"), OnnxBytes.attribute("strides", 2, 2))
                .named("", "same", "Relu", List.of("4"), List.of("5"))
                .node("GlobalAveragePool", List.of("5"), List.of("6"))
                .node("Conv", List.of("6", "images"), List.of("7"))
                .named("", "same", "Relu", List.of("7"), List.of("8")).node("Conv", List.of("8", "site1"), List.of("9"))
                .node("Sigmoid", List.of("9"), List.of("10")).node("Mul", List.of("5", "10"), List.of("11"))
                .node("GlobalAveragePool", List.of("11"), List.of("12")).node("Flatten", List.of("12"), List.of("13"))
                .node("MatMul", List.of("13", "highest8"), List.of("14")).node("Softmax", List.of("14"), List.of("15"))
                .output("15");
    }

    /** Nodes beyond those of Goshawk's own networks are the file's, with codes in the places of their weights. */
    @Test
    void quantizedNetworksKeepTheirNodes() throws IOException, OrtException {
        OnnxNetwork network = OnnxNetwork.read(Files.write(folder.resolve("gated.onnx"), gated().toBytes()));
        assertEquals(List.of("same", "same.2", "same.3"),
                network.describe().sites().stream().map(s -> s.name()).toList());
        PackedModel quantized = PackedModel.of(network, PackedSamples.of(network, 8, SIDE));
        float[] images = OnnxExportTest.images(SIDE);
        double[] expected = OnnxExportTest.goshawk(quantized, SIDE, images);
        Path left = folder.resolve("left.onnx");
        OnnxExport.write(left, quantized, CodeFormat.QCDQ);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, logits(OnnxNetwork.read(left), BATCH, SIDE, images), 1e-5 * most);
        assertArrayEquals(expected, OnnxExportTest.onnxRuntime(left, SIDE, images), 0.03 * most);
        OnnxExport.write(left, quantized, CodeFormat.QONNX);
        assertArrayEquals(expected, logits(OnnxNetwork.read(left), BATCH, SIDE, images), 1e-5 * most);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> OnnxExport.write(folder.resolve("none.onnx"), quantized, CodeFormat.QCDQ2));
        assertEquals("ONNX: expected a network of operator set 25 or newer for quantized numbers, "
                + folder.resolve("gated.onnx") + " is of 21: convert it by onnx.version_converter first",
                e.getMessage());
        assertTrue(Files.notExists(folder.resolve("none.onnx")));
    }

    /** A dense layer of whole numbers before the first operator set in which DequantizeLinear has an axis. */
    private static OnnxBytes integer(String... zero) {
        return new OnnxBytes(11).input("x", 1, 0, 3, SIDE, SIDE).initializer(OnnxSamples.weight("w", 4, 3, 3, 3))
                .initializer(OnnxBytes.tensor("k", 3, new long[] {4, 3},
                        new byte[] {9, -8, 7, 100, 5, 4, 3, -2, 1, 9, 90, 7}))
                .initializer(OnnxBytes.tensor("zeros", 3, new long[] {3}, new byte[] {1, -2, 3}))
                .initializer(OnnxBytes.floats("s", new long[0], 0.01f)).node("Conv", List.of("x", "w"), List.of("c"))
                .node("Sigmoid", List.of("c"), List.of("a")).node("GlobalAveragePool", List.of("a"), List.of("p"))
                .node("Flatten", List.of("p"), List.of("f"))
                .node("DynamicQuantizeLinear", List.of("f"), List.of("q", "scale", "z"))
                .node("MatMulInteger", Stream.concat(Stream.of("q", "k"), Stream.of(zero)).toList(), List.of("i"))
                .node("Cast", List.of("i"), List.of("j"), OnnxBytes.attribute("to", 1))
                .node("Mul", List.of("scale", "s"), List.of("t")).node("Mul", List.of("j", "t"), List.of("y"))
                .output("y");
    }

    @Test
    void integerLayersOfOldOperatorSetsLeaveWithoutAnAxis() throws IOException, OrtException {
        float[] images = OnnxExportTest.images(SIDE);
        OnnxNetwork network = OnnxNetwork
                .read(Files.write(folder.resolve("old.onnx"), integer("z", "zeros").toBytes()));
        Path left = folder.resolve("left.onnx");
        OnnxExport.write(left, packed(network, SIDE), CodeFormat.QCDQ);
        double[] expected = logits(network, BATCH, SIDE, images);
        assertArrayEquals(expected, OnnxExportTest.onnxRuntime(left, SIDE, images), 1e-5);
        assertArrayEquals(expected, logits(OnnxNetwork.read(left), BATCH, SIDE, images), 1e-5);
    }

    @Test
    void scalesAlongAnAxisNeedAnOperatorSetThatHasThem() throws IOException {
        OnnxBytes model = new OnnxBytes(11).input("x", 1, 0, 3, SIDE, SIDE)
                .initializer(OnnxSamples.weight("w", 4, 3, 3, 3)).initializer(OnnxSamples.weight("scales", 4))
                .node("Conv", List.of("x", "w"), List.of("c")).node("Sigmoid", List.of("c"), List.of("a"))
                .node("GlobalAveragePool", List.of("a"), List.of("p")).node("Flatten", List.of("p"), List.of("f"))
                .node("DynamicQuantizeLinear", List.of("f"), List.of("q", "s", "z"))
                .named("com.microsoft", "back", "DequantizeLinear", List.of("q", "scales", "z"), List.of("y"),
                        OnnxBytes.attribute("axis", 1))
                .output("y");
        OnnxNetwork network = OnnxNetwork.read(Files.write(folder.resolve("old.onnx"), model.toBytes()));
        PackedModel floats = packed(network, SIDE);
        Path left = folder.resolve("left.onnx");
        assertEquals(
                "ONNX: expected a network of operator set 13 or newer for scales along an axis, as those of node 5 "
                        + "(DequantizeLinear 'back'), " + network.file()
                        + " is of 11: convert it by onnx.version_converter first",
                assertThrows(IllegalArgumentException.class, () -> OnnxExport.write(left, floats, CodeFormat.QCDQ))
                        .getMessage());
        assertTrue(Files.notExists(left));
    }
}
