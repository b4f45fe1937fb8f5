package dev.goshawk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
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

/** Files of quantized networks: QuantizeLinear, Clip, DequantizeLinear and narrow arrays. */
class QuantizedImportTest {
    private static final int INT8 = 3;
    private static final int UINT8 = 2;
    private static final float[] WEIGHT = {1, 0.3f, -0.3f, -1, 0.26f, 9};

    @TempDir
    private Path folder;

    private OnnxNetwork read(OnnxBytes model, boolean rounded) throws IOException {
        return OnnxNetwork.read(Files.write(folder.resolve("q.onnx"), model.toBytes()),
                new OnnxNetwork.Settings(BlockPatterns.NONE, 0, rounded));
    }

    private static double[] logits(OnnxNetwork network, double... pixel) {
        TracedNetwork traced = network.trace(DType.FLOAT32, 1, 1, 1, Mode.EVALUATION, LayerHooks.NONE);
        return run(network, traced.logits(), pixel).toDoubles();
    }

    private static Tensor run(OnnxNetwork network, Value value, double... pixel) {
        Executable run = new ReferenceBackend().compile(Graph.of("y", value));
        Parameters.load(network, network.weights(), DType.FLOAT32).bindTo(run);
        Tensor images = Tensor.zeros(DType.FLOAT32, Shape.of(1, 1, 1, 3));
        for (int c = 0; c < 3; c++) {
            images.set(c, pixel[c]);
        }
        run.bind(TracedNetwork.IMAGES, images);
        run.run();
        return run.output("y");
    }

    private static OnnxBytes pixels() {
        return new OnnxBytes(21).input("x", 1, 1, 3, 1, 1);
    }

    /** A convolution whose float weights are rounded in the file, a scale an output: as training tools export them. */
    private static OnnxBytes roundedWeights() {
        return pixels().initializer(OnnxBytes.floats("w", new long[] {2, 3, 1, 1}, WEIGHT))
                .initializer(OnnxBytes.floats("s", new long[] {2}, 0.25f, 0.5f))
                .initializer(OnnxBytes.tensor("z", INT8, new long[] {2}, new byte[] {0, 1}))
                .initializer(OnnxBytes.tensor("low", INT8, new long[0], new byte[] {-3}))
                .initializer(OnnxBytes.tensor("high", INT8, new long[0], new byte[] {3}))
                .node("QuantizeLinear", List.of("w", "s", "z"), List.of("q"), OnnxBytes.attribute("axis", 0))
                .node("Clip", List.of("q", "low", "high"), List.of("c"))
                .node("DequantizeLinear", List.of("c", "s", "z"), List.of("d"), OnnxBytes.attribute("axis", 0))
                .node("Conv", List.of("x", "d"), List.of("y")).output("y");
    }

    @Test
    void roundedWeightsAreParametersUnderTheirNames() throws IOException {
        OnnxNetwork network = read(roundedWeights(), true);
        assertEquals(List.of("w"), network.parameters().stream().map(p -> p.name()).toList());
        assertFalse(network.roundsActivations());
        // 1 / 0.25 is clipped to 3; -1 / 0.5 + 1 = -1; 0.26 / 0.5 + 1 = 2 (0.52 rounds to 1); 9 is clipped to 3.
        assertArrayEquals(new double[] {0.75, 0.25, -0.25, -1, 0.5, 1}, network.weights().get("w").toDoubles());
    }

    private static OnnxBytes roundedPixels(double scaleBack, byte zero) {
        return pixels().initializer(OnnxBytes.floats("w", new long[] {2, 3, 1, 1}, 1, 0, 0, 0, 1, 1))
                .initializer(OnnxBytes.floats("s", new long[0], 0.5f))
                .initializer(OnnxBytes.floats("back", new long[0], (float) scaleBack))
                .initializer(OnnxBytes.tensor("z", UINT8, new long[0], new byte[] {zero}))
                .initializer(OnnxBytes.tensor("high", UINT8, new long[0], new byte[] {7}))
                .node("QuantizeLinear", List.of("x", "s", "z"), List.of("q"))
                .node("Clip", List.of("q", "z", "high"), List.of("c"))
                .node("DequantizeLinear", List.of("c", "back", "z"), List.of("d"))
                .node("Conv", List.of("d", "w"), List.of("y")).output("y");
    }

    @Test
    void activationsAreRoundedOrLeftAlone() throws IOException {
        OnnxNetwork network = read(roundedPixels(0.5, (byte) 0), true);
        assertTrue(network.roundsActivations());
        // 0.75 / 0.5 = 1.5 goes to the even 2, 1.25 to 2; 9 is clipped to 7 steps, -1 to none.
        assertArrayEquals(new double[] {1, 3.5 + 0}, logits(network, 0.75, 9, -1));
        // A rounding to numbers of 0 and more is a rectifier as well.
        assertArrayEquals(new double[] {0.75, 9 + 0}, logits(read(roundedPixels(0.5, (byte) 0), false), 0.75, 9, -1));
        // Another scale on the way back: what the file says, number by number.
        assertArrayEquals(new double[] {4, 14}, logits(read(roundedPixels(2, (byte) 0), true), 0.75, 9, -1));
        // With a zero point of 2 the clip at 2 is at 0 again, and 5 steps are left.
        assertArrayEquals(new double[] {1, 2.5}, logits(read(roundedPixels(0.5, (byte) 2), true), 0.75, 9, -1));
    }

    @Test
    void derivativesGoThroughRounding() throws IOException {
        OnnxNetwork network = read(roundedPixels(0.5, (byte) 0), true);
        TracedNetwork traced = network.trace(DType.FLOAT32, 1, 1, 1, Mode.EVALUATION, LayerHooks.NONE);
        Value slope = ReverseMode.gradient(traced.logits().sum(), List.of(traced.images())).getFirst();
        assertArrayEquals(new double[] {1, 0, 1}, run(network, slope, 0.75, 9, 0.3).toDoubles());
    }

    /** A scale a channel, at the limit of the type and where a zero point moves it. */
    @Test
    void channelsAreRoundedByTheirScales() throws IOException {
        OnnxBytes model = pixels().initializer(OnnxBytes.floats("s", new long[] {3}, 0.5f, 0.25f, 2))
                .initializer(OnnxBytes.tensor("z", UINT8, new long[] {3}, new byte[] {0, 100, 2}))
                .node("QuantizeLinear", List.of("x", "s", "z"), List.of("q"))
                .node("DequantizeLinear", List.of("q", "s", "z"), List.of("y")).output("y");
        OnnxNetwork network = read(model, true);
        assertArrayEquals(new double[] {1, -0.25, -4}, logits(network, 0.75, -0.3, -9));
        assertArrayEquals(new double[] {0.75, -0.3, -4}, logits(read(model, false), 0.75, -0.3, -9), 1e-5);
        TracedNetwork traced = network.trace(DType.FLOAT32, 1, 1, 1, Mode.EVALUATION, LayerHooks.NONE);
        Value slope = ReverseMode.gradient(traced.logits().sum(), List.of(traced.images())).getFirst();
        assertArrayEquals(new double[] {1, 1, 0}, run(network, slope, 0.75, -0.3, -9).toDoubles());
    }

    @Test
    void narrowNumbersShareBytes() throws IOException {
        for (Object[] c : new Object[][] {{22, new byte[] {0x2F, (byte) 0x81, 0x70}, new double[] {-1, 2, 1, -8, 0, 7}},
                {21, new byte[] {0x2F, (byte) 0x81, 0x70}, new double[] {15, 2, 1, 8, 0, 7}},
                {26, new byte[] {(byte) 0xE4, 0x0B}, new double[] {0, 1, -2, -1, -1, -2}},
                {25, new byte[] {(byte) 0xE4, 0x0B}, new double[] {0, 1, 2, 3, 3, 2}}}) {
            OnnxNetwork network = read(pixels()
                    .initializer(OnnxBytes.tensor("w", (int) c[0], new long[] {2, 3, 1, 1}, (byte[]) c[1]))
                    .initializer(OnnxBytes.floats("s", new long[0], 1))
                    .node("DequantizeLinear", List.of("w", "s"), List.of("d"))
                    .node("Conv", List.of("x", "d"), List.of("y")).output("y"), true);
            assertArrayEquals((double[]) c[2], network.weights().get("w").toDoubles());
        }
        assertEquals("tensor 'w': expected 3 bytes for shape [2,3,1,1] of int4, got 2",
                message(pixels().initializer(OnnxBytes.tensor("w", 22, new long[] {2, 3, 1, 1}, new byte[2]))
                        .node("Relu", List.of("x"), List.of("y")).output("y")));
    }

    private String message(OnnxBytes model) throws IOException {
        String message = assertThrows(OnnxException.class, () -> read(model, true)).getMessage();
        return message.substring(message.indexOf(": ") + 2);
    }

    @Test
    void whatIsNotSupportedIsNamedWithItsNode() throws IOException {
        OnnxBytes many = pixels().initializer(OnnxBytes.floats("s", new long[] {4}, 1, 2, 3, 4))
                .node("QuantizeLinear", List.of("x", "s"), List.of("q")).output("q");
        assertEquals("node 0 (QuantizeLinear): input 1: expected one number or 3 along axis 1, got shape [4]",
                message(many));
        OnnxBytes none = pixels().initializer(OnnxBytes.floats("s", new long[0], 0))
                .node("QuantizeLinear", List.of("x", "s"), List.of("q")).output("q");
        assertEquals("node 0 (QuantizeLinear): expected a scale above 0, got 0.0", message(none));
        OnnxBytes blocked = pixels().initializer(OnnxBytes.tensor("w", INT8, new long[] {2, 3}, new byte[6]))
                .initializer(OnnxBytes.floats("s", new long[] {2, 3}, 1, 2, 3, 4, 5, 6))
                .node("DequantizeLinear", List.of("w", "s"), List.of("y"), OnnxBytes.attribute("block_size", 2))
                .output("y");
        assertEquals("node 0 (DequantizeLinear): input 1: expected shape [2,2] for block_size 2, got [2,3]",
                message(blocked));
        OnnxBytes axis = pixels().initializer(OnnxBytes.tensor("w", INT8, new long[] {2, 3}, new byte[6]))
                .initializer(OnnxBytes.floats("s", new long[] {2}, 1, 2))
                .node("DequantizeLinear", List.of("w", "s"), List.of("y")).output("y");
        assertEquals("node 0 (DequantizeLinear): input 1: expected one number or 3 along axis 1, got shape [2]",
                message(axis));
        assertNotEquals("", message(pixels().node("QuantizeLinear", List.of("x"), List.of("y")).output("y")));
    }
}
