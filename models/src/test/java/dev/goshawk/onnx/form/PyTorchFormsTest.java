package dev.goshawk.onnx.form;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PyTorch's exporter writes around layers. */
class PyTorchFormsTest {
    @TempDir
    private Path folder;

    private OnnxNetwork checked(OnnxBytes model) throws IOException, OrtException {
        Path file = Files.write(folder.resolve("f.onnx"), model.output("y").toBytes());
        OnnxNetwork network = OnnxNetwork.read(file);
        for (int batch : new int[] {1, 2}) {
            double[] expected = Runtime.output(file, FlowTest.images(batch, true));
            double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
            assertArrayEquals(expected, FlowTest.logits(network, FlowTest.images(batch, false)), 2e-6 * most);
        }
        return network;
    }

    /** A recurrent layer's first state has as many rows as the batch, and is no parameter. */
    @Test
    void zerosOfTheBatchAreNoParameter() throws IOException, OrtException {
        OnnxNetwork network = checked(FormSamples.pictures(17).initializer(FormSamples.weight("w", 1, 20, 24))
                .initializer(FormSamples.weight("r", 1, 20, 5)).initializer(integers("at", new long[] {1}, 0))
                .initializer(integers("two", new long[] {1}, 2)).initializer(integers("five", new long[] {1}, 5))
                .initializer(integers("one", new long[] {1}, 1)).initializer(integers("rows", new long[] {3}, 0, 8, 24))
                .node("Shape", List.of("x"), List.of("s")).node("Gather", List.of("s", "at"), List.of("n"))
                .node("Concat", List.of("two", "n", "five"), List.of("size"), attribute("axis", 0))
                .node("ConstantOfShape", List.of("size"), List.of("zeros"))
                .node("Slice", List.of("zeros", "at", "one", "at"), List.of("h"))
                .node("Reshape", List.of("x", "rows"), List.of("b"))
                .node("Transpose", List.of("b"), List.of("t"), attribute("perm", 1, 0, 2))
                .node("LSTM", List.of("t", "w", "r", "", "", "h", "h"), List.of("", "last"),
                        attribute("hidden_size", 5))
                .node("Squeeze", List.of("last", "at"), List.of("y")));
        assertEquals(List.of("w", "r"), network.parameters().stream().map(ParameterSpec::name).toList());
    }

    /** Weights that are equal are written once, and called otherwise by nodes that do nothing. */
    @Test
    void oneWeightOfTwoNamesIsOneLayerWeight() throws IOException, OrtException {
        OnnxNetwork network = checked(FormSamples.pictures(17).initializer(FormSamples.weight("w", 4, 3, 8, 8))
                .initializer(FormSamples.weight("fc", 4, 4)).initializer(FormSamples.weight("bias", 4))
                .node("Identity", List.of("bias"), List.of("second.bias"))
                .node("Identity", List.of("fc"), List.of("second"))
                .node("Conv", List.of("x", "w", "second.bias"), List.of("c"))
                .node("Flatten", List.of("c"), List.of("f"))
                .node("MatMul", List.of("f", "fc"), List.of("m")).node("Add", List.of("m", "bias"), List.of("r"))
                .node("MatMul", List.of("r", "second"), List.of("y")));
        assertEquals(List.of("w", "bias", "fc"), network.parameters().stream().map(ParameterSpec::name).toList());
        assertEquals(List.of(Kind.CONV_WEIGHT, Kind.BIAS, Kind.LINEAR_WEIGHT),
                network.parameters().stream().map(ParameterSpec::kind).toList());
    }
}
