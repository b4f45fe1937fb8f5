package dev.goshawk.packed.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.IntegerKernels;
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

/** Integers on networks from ONNX files. */
class ImportedIntegersTest {
    private static final int SIDE = 12;

    @TempDir
    private Path folder;

    private PackedModel packed(OnnxBytes network) throws IOException {
        OnnxNetwork read = OnnxNetwork.read(Files.write(folder.resolve("n.onnx"), network.toBytes()));
        return PackedModel.of(read, PackedSamples.of(read, 8, SIDE));
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

    @Test
    void whatOtherNetworksHaveIsTheSameInIntegers() throws IOException {
        PackedModel packed = packed(OnnxSamples.mixed(SIDE));
        assertSame(packed);
    }

    @Test
    void whatCannotBeComputedIsNamedWithItsNode() throws IOException {
        OnnxBytes squeezed = OnnxSamples.of(SIDE).initializer(OnnxSamples.weight("a", 4, 3, 3, 3))
                .initializer(OnnxSamples.weight("b", 5, 4))
                .node("Conv", List.of("x", "a"), List.of("1")).node("Relu", List.of("1"), List.of("2"))
                .node("Sigmoid", List.of("2"), List.of("3")).node("Mul", List.of("2", "3"), List.of("4"))
                .node("GlobalAveragePool", List.of("4"), List.of("5")).node("Flatten", List.of("5"), List.of("6"))
                .node("Gemm", List.of("6", "b"), List.of("y"), OnnxBytes.attribute("transB", 1)).output("y");
        assertEquals("integer arithmetic: node 2 (Sigmoid): expected what integers can compute, got sigmoid",
                refusal(squeezed));
        OnnxBytes leaky = OnnxSamples.of(SIDE).initializer(OnnxSamples.weight("a", 4, 3, 3, 3))
                .initializer(OnnxSamples.weight("b", 5, 4))
                .node("Conv", List.of("x", "a"), List.of("1")).node("LeakyRelu", List.of("1"), List.of("2"))
                .node("GlobalAveragePool", List.of("2"), List.of("5")).node("Flatten", List.of("5"), List.of("6"))
                .node("Gemm", List.of("6", "b"), List.of("y"), OnnxBytes.attribute("transB", 1)).output("y");
        assertTrue(
                refusal(leaky).startsWith("integer arithmetic: node 1 (LeakyRelu): expected what integers can compute"),
                refusal(leaky));
    }

    @Test
    void transposedConvolutionsAreNamedWithTheirNode() throws IOException {
        OnnxBytes up = OnnxSamples.of(SIDE).initializer(OnnxSamples.weight("a", 4, 3, 3, 3))
                .initializer(OnnxSamples.weight("up", 4, 5, 2, 2))
                .node("Conv", List.of("x", "a"), List.of("1")).node("Relu", List.of("1"), List.of("2"))
                .named("", "up", "ConvTranspose", List.of("2", "up"), List.of("3"),
                        OnnxBytes.attribute("strides", 2, 2))
                .node("GlobalAveragePool", List.of("3"), List.of("y")).output("y");
        assertEquals("integer arithmetic: node 2 (ConvTranspose 'up'): expected what integers can compute, got "
                + "conv_input_grad", refusal(up));
    }

    /** Nothing is rounded between three layers, whose sums leave 31 bits. */
    @Test
    void sumsThatCouldOverflowAreRefused() throws IOException {
        OnnxBytes linear = OnnxSamples.of(SIDE).initializer(OnnxSamples.weight("a", 16, 3, 3, 3))
                .initializer(OnnxSamples.weight("b", 5, 16))
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
