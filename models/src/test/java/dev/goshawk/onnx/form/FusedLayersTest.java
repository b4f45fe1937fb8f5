package dev.goshawk.onnx.form;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.graph;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static dev.goshawk.onnx.OnnxBytes.real;
import static dev.goshawk.onnx.OnnxBytes.reals;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.export.CodeFormat;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks with layers that ONNX Runtime's optimizer made of several nodes. */
class FusedLayersTest {
    @TempDir
    private Path folder;

    /** They are layers with weights, and leave as standard nodes. */
    @Test
    void fusedLayersAreLayersLikeAnyOther() throws IOException, OrtException {
        OnnxBytes model = FormSamples.pictures(13).initializer(FormSamples.weight("w", 4, 3, 3, 3))
                .initializer(FormSamples.weight("b", 4)).initializer(FormSamples.weight("fc", 6, 4))
                .initializer(FormSamples.weight("c", 6)).initializer(FormSamples.weight("d", 6))
                .initializer(FormSamples.weight("head", 4, 6))
                .initializer(FormSamples.weight("v", 4, 4, 3, 3))
                .named("com.microsoft", "conv", "FusedConv", List.of("x", "w", "b"), List.of("r"),
                        attribute("activation", "Relu"), attribute("pads", 1, 1, 1, 1))
                .named("com.microsoft", "clipped", "FusedConv", List.of("r", "v"), List.of("s"),
                        attribute("activation", "Clip"), reals("activation_params", 0, 6))
                .node("GlobalAveragePool", List.of("s"), List.of("p")).node("Flatten", List.of("p"), List.of("f"))
                .named("com.microsoft", "gemm", "FusedGemm", List.of("f", "fc", "c"), List.of("g"),
                        attribute("activation", "Relu"), attribute("transB", 1))
                .named("com.microsoft", "gelu", "BiasGelu", List.of("g", "d"), List.of("h"))
                .named("com.microsoft", "head", "FusedMatMul", List.of("h", "head"), List.of("y"),
                        attribute("transB", 1), real("alpha", 0.5f))
                .output("y");
        Path file = Files.write(folder.resolve("f.onnx"), model.toBytes());
        OnnxNetwork network = OnnxNetwork.read(file);
        assertEquals(List.of("w", "b", "v", "fc", "c", "d", "head"),
                network.parameters().stream().map(ParameterSpec::name).toList());
        assertEquals(Kind.LINEAR_WEIGHT, network.parameters().getLast().kind());
        assertEquals(List.of("conv", "clipped", "gemm"),
                network.describe().sites().stream().map(ActivationSite::name).toList());
        Tensor images = FlowTest.images(2, true);
        double[] expected = Runtime.output(file, images);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, FlowTest.logits(network, FlowTest.images(2, false)), 2e-6 * most);
        Path left = folder.resolve("left.onnx");
        OnnxExport.write(left, PackedModel.of(network, PackedSamples.of(network, 8, FormSamples.SIDE)),
                CodeFormat.QCDQ);
        assertArrayEquals(FlowTest.logits(OnnxNetwork.read(left), FlowTest.images(2, false)),
                Runtime.output(left, images), 0.03 * most);
    }

    /** Nodes behind a loop depend on shapes of what its bodies make. */
    @Test
    void fusedLayersInABodyAreKnownToWhatFollows() throws IOException, OrtException {
        OnnxBytes body = new OnnxBytes(13).input("i", 7).input("on", 9).input("v", 1, 0, 4, 8, 8)
                .node("Identity", List.of("on"), List.of("go"))
                .named("com.microsoft", "", "FusedConv", List.of("v", "again"), List.of("r"),
                        attribute("activation", "Relu"), attribute("pads", 1, 1, 1, 1))
                .output("go", 9).output("r");
        OnnxBytes model = FormSamples.pictures(13).initializer(FormSamples.weight("w", 4, 3, 3, 3))
                .initializer(FormSamples.weight("again", 4, 4, 3, 3)).initializer(integers("two", new long[0], 2))
                .initializer(integers("one", new long[0], 1)).initializer(integers("four", new long[0], 4))
                .node("Conv", List.of("x", "w"), List.of("a"), attribute("pads", 1, 1, 1, 1))
                .node("Loop", List.of("two", "", "a"), List.of("b"), graph("body", body))
                .node("Shape", List.of("b"), List.of("shape")).node("Gather", List.of("shape", "one"), List.of("c"))
                .node("Equal", List.of("c", "four"), List.of("is"))
                .node("If", List.of("is"), List.of("d"),
                        graph("then_branch", new OnnxBytes(13).node("Neg", List.of("b"), List.of("m")).output("m")),
                        graph("else_branch", new OnnxBytes(13).node("Sin", List.of("b"), List.of("m")).output("m")))
                .node("GlobalAveragePool", List.of("d"), List.of("p")).node("Flatten", List.of("p"), List.of("y"))
                .output("y");
        Path file = Files.write(folder.resolve("f.onnx"), model.toBytes());
        double[] expected = Runtime.output(file, FlowTest.images(2, true));
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, FlowTest.logits(OnnxNetwork.read(file), FlowTest.images(2, false)), 2e-6 * most);
    }

    /** An exported file keeps its operator set, which may not have yet what stands for a fused layer. */
    @Test
    void whatAnOldOperatorSetHasNotIsNotWritten() throws IOException {
        assertEquals("17 or newer for what stands for node 2 (LayerNormalization 'skip'), FILE is of 13",
                refusal(13, "SkipLayerNormalization", List.of("f", "f", "g")));
        assertEquals("12 or newer for what stands for node 2 (Einsum 'skip'), FILE is of 11",
                refusal(11, "FusedMatMul", List.of("f", "f"), attribute("transB", 1)));
    }

    private String refusal(int opset, String operator, List<String> inputs, byte[]... attributes) throws IOException {
        OnnxBytes model = FormSamples.pictures(opset).initializer(FormSamples.weight("g", 3))
                .node("GlobalAveragePool", List.of("x"), List.of("p")).node("Flatten", List.of("p"), List.of("f"))
                .named("com.microsoft", "skip", operator, inputs, List.of("s"), attributes)
                .node("ReduceSum", List.of("s"), List.of("t"))
                .node("Add", List.of("f", "t"), List.of("y")).output("y");
        OnnxNetwork network = OnnxNetwork.read(Files.write(folder.resolve("old.onnx"), model.toBytes()));
        PackedModel packed = PackedModel.of(network, PackedSamples.of(network, 32, FormSamples.SIDE));
        Path left = folder.resolve("left.onnx");
        String message = assertThrows(IllegalArgumentException.class,
                () -> OnnxExport.write(left, packed, CodeFormat.QCDQ)).getMessage();
        assertTrue(Files.notExists(left));
        String begin = "ONNX: expected a network of operator set ";
        String end = ": convert it by onnx.version_converter first";
        assertTrue(message.startsWith(begin) && message.endsWith(end), message);
        return message.substring(begin.length(), message.length() - end.length())
                .replace(network.file().toString(), "FILE");
    }
}
