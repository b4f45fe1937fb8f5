package dev.goshawk.onnx.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.OnnxSamples;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quantized networks of old operator sets leave as operator set 13, with the results that ONNX Runtime has of it. */
class OlderNodesTest {
    private static final int SIDE = 8;
    private static final int BATCH = 3;

    @TempDir
    private Path folder;

    /** What goes between the images' convolution and the classes: from value c, [batch, 4, 8, 8], to value m. */
    private static OnnxBytes middle(OnnxBytes net, String what) {
        List<String> c = List.of("c");
        List<String> m = List.of("m");
        return switch (what) {
            case "Dropout" -> net.node("Dropout", c, m, OnnxBytes.real("ratio", 0.25f));
            case "Clip" -> net.node("Clip", c, m, OnnxBytes.real("min", -0.5f), OnnxBytes.real("max", 0.5f));
            case "Clip below" -> net.node("Clip", c, m, OnnxBytes.real("min", -0.25f));
            case "Pad" -> net.node("Pad", c, m, OnnxBytes.attribute("pads", 0, 0, 1, 2, 0, 0, 3, 0),
                    OnnxBytes.real("value", 0.5f));
            case "Slice" -> net.node("Slice", c, m, OnnxBytes.attribute("starts", 1, -7),
                    OnnxBytes.attribute("ends", 7, 100), OnnxBytes.attribute("axes", 2, 3));
            case "Softmax" -> net.node("Softmax", c, m);
            case "LogSoftmax" -> net.node("LogSoftmax", c, List.of("l")).node("Neg", List.of("l"), m);
            case "Shrink" -> net.node("Shrink", c, m);
            case "Softmax of the last" -> net.node("Softmax", c, m, OnnxBytes.attribute("axis", 3));
            case "Squeeze" -> net.node("Unsqueeze", c, List.of("u"), OnnxBytes.attribute("axes", 0, 3))
                    .node("Squeeze", List.of("u"), m, OnnxBytes.attribute("axes", 3, 0));
            case "ReduceSum" -> net.node("ReduceSum", c, List.of("s"), OnnxBytes.attribute("axes", 1L, 2L))
                    .node("Add", List.of("c", "s"), m);
            case "Split" -> net.node("Split", c, List.of("s1", "s2"), OnnxBytes.attribute("axis", 1),
                    OnnxBytes.attribute("split", 1, 3))
                    .node("Concat", List.of("s2", "s1"), m, OnnxBytes.attribute("axis", 1));
            case "Upsample by attribute" -> net.node("Upsample", c, m, OnnxBytes.reals("scales", 1f, 1f, 2f, 1.5f),
                    OnnxBytes.attribute("mode", "nearest"));
            case "Upsample", "Resize" -> net.initializer(OnnxBytes.floats("by", new long[] {4}, 1, 1, 2, 1.5f))
                    .node(what, List.of("c", "by"), m, OnnxBytes.attribute("mode", "linear"));
            case "nothing" -> net.node("Identity", c, m);
            default -> throw new IllegalArgumentException(what);
        };
    }

    private OnnxNetwork network(int opset, String what) throws IOException {
        OnnxBytes net = new OnnxBytes(opset).input("x", 1, 0, 3, SIDE, SIDE)
                .initializer(OnnxSamples.weight("w", 4, 3, 3, 3)).initializer(OnnxSamples.weight("v", 5, 4, 1, 1))
                .node("Conv", List.of("x", "w"), List.of("c"), OnnxBytes.attribute("pads", 1, 1, 1, 1));
        middle(net, what).node("Sigmoid", List.of("m"), List.of("g")).node("Conv", List.of("g", "v"), List.of("d"))
                .node("Relu", List.of("d"), List.of("r")).node("GlobalAveragePool", List.of("r"), List.of("p"))
                .node("Flatten", List.of("p"), List.of("y")).output("y");
        return OnnxNetwork.read(Files.write(folder.resolve("old.onnx"), net.toBytes()));
    }

    @ParameterizedTest
    @CsvSource({"7,Dropout", "7,Clip", "7,Clip below", "7,Pad", "7,Slice", "7,Softmax", "9,LogSoftmax", "12,Softmax",
            "11,Softmax of the last", "7,Squeeze", "11,Squeeze", "7,ReduceSum", "12,ReduceSum", "7,Split", "11,Split",
            "7,Upsample by attribute", "9,Upsample", "10,Resize", "8,nothing", "12,nothing"})
    void leaveAsOperatorSetThirteen(int opset, String what) throws IOException, OrtException {
        OnnxNetwork network = network(opset, what);
        PackedModel quantized = PackedModel.of(network, PackedSamples.of(network, 8, SIDE));
        float[] images = OnnxExportTest.images(SIDE);
        double[] expected = OnnxExportTest.goshawk(quantized, SIDE, images);
        assertTrue(Arrays.stream(expected).distinct().count() > 1);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        for (CodeFormat format : List.of(CodeFormat.QCDQ, CodeFormat.QONNX)) {
            Path left = folder.resolve("left.onnx");
            OnnxExport.write(left, quantized, format);
            OnnxNetwork back = OnnxNetwork.read(left);
            assertEquals(13, back.origin().model().opset());
            assertArrayEquals(expected, RoundTripTest.logits(back, BATCH, SIDE, images), 1e-5 * most, what);
            if (format == CodeFormat.QCDQ) {
                assertArrayEquals(expected, OnnxExportTest.onnxRuntime(left, SIDE, images), 1e-2 * most, what);
            }
        }
    }

    @Test
    void whatHasNoFormThereIsNamed() throws IOException {
        OnnxNetwork shrinking = network(9, "Shrink");
        PackedModel coded = PackedModel.of(shrinking, PackedSamples.of(shrinking, 8, SIDE));
        assertEquals("ONNX: expected a network of operator set 13 or newer for quantized numbers, " + shrinking.file()
                + " is of 9, and node 1 (Shrink) has no known form there: convert it by onnx.version_converter first",
                assertThrows(IllegalArgumentException.class,
                        () -> OnnxExport.write(folder.resolve("left.onnx"), coded, CodeFormat.QCDQ)).getMessage());
        OnnxNetwork network = network(12, "nothing");
        PackedModel quantized = PackedModel.of(network, PackedSamples.of(network, 4, SIDE));
        Path left = folder.resolve("left.onnx");
        assertEquals("ONNX: expected a network of operator set 21 or newer for quantized numbers, " + network.file()
                + " is of 12: convert it by onnx.version_converter first",
                assertThrows(IllegalArgumentException.class,
                        () -> OnnxExport.write(left, quantized, CodeFormat.QCDQ4)).getMessage());
        assertTrue(Files.notExists(left));
    }
}
