package dev.goshawk.packed.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Integers on networks from ONNX files. */
class ImportedIntegersTest {
    private static final int SIDE = 12;

    @TempDir
    private Path folder;

    private PackedModel packed(OnnxBytes network) throws IOException {
        OnnxNetwork read = OnnxNetwork.read(Files.write(folder.resolve("n.onnx"), network.toBytes()));
        return PackedModel.of(read, PackedSamples.of(read, 8, SIDE));
    }

    private static OnnxBytes network() {
        return new OnnxBytes(13).input("x", 1, 0, 3, SIDE, SIDE);
    }

    private static byte[] weight(String name, long... dims) {
        float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return OnnxBytes.floats(name, dims, values);
    }

    private static void assertSame(PackedModel packed) {
        float[] image = IntegerModelTest.image(SIDE, SIDE, 2);
        double[] expected = IntegerModelTest.floats(packed, SIDE, SIDE, image);
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        for (IntegerKernels kernels : List.of(IntegerKernels.PLAIN, Backends.defaultBackend().integers())) {
            assertArrayEquals(expected, new IntegerModel(packed, SIDE, SIDE, kernels).logits(image, 0).values(),
                    1e-7 * most);
        }
        assertTrue(most > 0.01, "the image says something");
    }

    /** Filters with gaps, groups, rectifiers that end at 6, and a vector of all pixels. */
    @Test
    void whatOtherNetworksHaveIsTheSameInIntegers() throws IOException {
        OnnxBytes network = network().initializer(weight("a", 6, 3, 3, 3)).initializer(weight("b", 8, 3, 3, 3))
                .initializer(weight("c", 5, 8 * 3 * 3)).initializer(weight("c.bias", 5))
                .initializer(OnnxBytes.floats("low", new long[0], 0))
                .initializer(OnnxBytes.floats("high", new long[0], 1.1f))
                .node("Conv", List.of("x", "a"), List.of("1"), OnnxBytes.attribute("dilations", 2, 3),
                        OnnxBytes.attribute("pads", 2, 3, 2, 3))
                .node("Clip", List.of("1", "low", "high"), List.of("2"))
                .node("Conv", List.of("2", "b"), List.of("3"), OnnxBytes.attribute("group", 2),
                        OnnxBytes.attribute("strides", 2, 2), OnnxBytes.attribute("pads", 1, 1, 1, 1))
                .node("Relu", List.of("3"), List.of("4"))
                .node("MaxPool", List.of("4"), List.of("5"), OnnxBytes.attribute("kernel_shape", 2, 2),
                        OnnxBytes.attribute("strides", 2, 2))
                .node("Flatten", List.of("5"), List.of("6"))
                .node("Gemm", List.of("6", "c", "c.bias"), List.of("y"), OnnxBytes.attribute("transB", 1)).output("y");
        PackedModel packed = packed(network);
        assertSame(packed);
    }

    @Test
    void whatCannotBeComputedIsNamedWithItsNode() throws IOException {
        OnnxBytes squeezed = network().initializer(weight("a", 4, 3, 3, 3)).initializer(weight("b", 5, 4))
                .node("Conv", List.of("x", "a"), List.of("1")).node("Relu", List.of("1"), List.of("2"))
                .node("Sigmoid", List.of("2"), List.of("3")).node("Mul", List.of("2", "3"), List.of("4"))
                .node("GlobalAveragePool", List.of("4"), List.of("5")).node("Flatten", List.of("5"), List.of("6"))
                .node("Gemm", List.of("6", "b"), List.of("y"), OnnxBytes.attribute("transB", 1)).output("y");
        assertEquals("integer arithmetic: node 2 (Sigmoid): expected what integers can compute, got sigmoid",
                refusal(squeezed));
        OnnxBytes leaky = network().initializer(weight("a", 4, 3, 3, 3)).initializer(weight("b", 5, 4))
                .node("Conv", List.of("x", "a"), List.of("1")).node("LeakyRelu", List.of("1"), List.of("2"))
                .node("GlobalAveragePool", List.of("2"), List.of("5")).node("Flatten", List.of("5"), List.of("6"))
                .node("Gemm", List.of("6", "b"), List.of("y"), OnnxBytes.attribute("transB", 1)).output("y");
        assertTrue(
                refusal(leaky).startsWith("integer arithmetic: node 1 (LeakyRelu): expected what integers can compute"),
                refusal(leaky));
    }

    /** Nothing is rounded between three layers, whose sums leave 31 bits. */
    @Test
    void sumsThatCouldOverflowAreRefused() throws IOException {
        OnnxBytes linear = network().initializer(weight("a", 16, 3, 3, 3)).initializer(weight("b", 5, 16))
                .node("Conv", List.of("x", "a"), List.of("1")).node("GlobalAveragePool", List.of("1"), List.of("5"))
                .node("Flatten", List.of("5"), List.of("6"))
                .node("Gemm", List.of("6", "b"), List.of("y"), OnnxBytes.attribute("transB", 1)).output("y");
        String message = refusal(linear);
        assertTrue(message.startsWith("integer arithmetic: node ") && message.contains("expected sums below 2^31"),
                message);
    }

    private String refusal(OnnxBytes network) throws IOException {
        PackedModel packed = packed(network);
        return String.valueOf(assertThrows(IllegalArgumentException.class,
                () -> new IntegerModel(packed, SIDE, SIDE, IntegerKernels.PLAIN)).getMessage());
    }
}
