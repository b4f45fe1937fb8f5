package dev.goshawk.onnx.form;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OrtException;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.onnx.BlockPatterns;
import dev.goshawk.onnx.OnnxBytes;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.export.CodeFormat;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.packed.integer.IntegerModel;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Networks as other tools write them give ONNX Runtime's logits. */
class NetworkFormsTest {
    private static final int SIDE = FormSamples.SIDE;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> logitsAreTheSame() {
        return FormSamples.all().stream().map(s -> DynamicTest.dynamicTest(s.name(), () -> compare(s)));
    }

    private void compare(FormSamples.Sample sample) throws IOException, OrtException {
        Path file = Files.write(folder.resolve("f.onnx"), sample.model().toBytes());
        OnnxNetwork network = read(file);
        assertEquals(4, network.classes());
        Tensor images = images();
        double[] expected = Runtime.output(file, given(network, images));
        TracedNetwork traced = network.trace(DType.FLOAT32, 2, SIDE, SIDE, Mode.EVALUATION, LayerHooks.NONE);
        assertArrayEquals(expected, logits(network, traced, images),
                (sample.name().contains("16 bits") ? 2e-3 : 2e-6) * most(expected));
    }

    private static OnnxNetwork read(Path file) {
        return OnnxNetwork.read(file, new OnnxNetwork.Settings(BlockPatterns.NONE, SIDE, true));
    }

    /** [2, side, side, 3], of numbers that 16 bits hold. */
    private static Tensor images() {
        Tensor images = Tensor.zeros(DType.FLOAT32, Shape.of(2, SIDE, SIDE, 3));
        for (int i = 0; i < images.size(); i++) {
            images.set(i, Float.float16ToFloat(Float.floatToFloat16((float) Math.cos(0.37 * i))));
        }
        return images;
    }

    /** What the file takes of images. */
    private static Tensor given(OnnxNetwork network, Tensor images) {
        int channels = network.isGray() ? 1 : 3;
        boolean last = network.isChannelsLast();
        Tensor given = Tensor.zeros(DType.FLOAT32,
                last ? Shape.of(2, SIDE, SIDE, channels) : Shape.of(2, channels, SIDE, SIDE));
        int area = SIDE * SIDE;
        for (int i = 0; i < given.size(); i++) {
            int pixel = last ? i / channels : i / (channels * area) * area + i % area;
            int channel = last ? i % channels : i / area % channels;
            int at = pixel * 3;
            given.set(i, network.isGray()
                    ? (77 * images.get(at) + 150 * images.get(at + 1) + 29 * images.get(at + 2)) / 256
                    : images.get(at + channel));
        }
        return given;
    }

    private static double most(double... numbers) {
        return Arrays.stream(numbers).map(Math::abs).max().orElse(0);
    }

    private static double[] logits(OnnxNetwork network, TracedNetwork traced, Tensor images) {
        Executable run = Backends.defaultBackend().compile(Graph.of("logits", traced.logits()));
        Parameters.load(network, network.weights(), DType.FLOAT32).bindTo(run);
        run.bind(TracedNetwork.IMAGES, images);
        run.run();
        return run.output("logits").toDoubles();
    }

    /** What is normalized, and left out, while training is evaluated as in any network: with the file's statistics. */
    @Test
    void networksInTrainingModeAreEvaluated() throws IOException, OrtException {
        Path file = Files.write(folder.resolve("f.onnx"), FormSamples.training(false).toBytes());
        OnnxNetwork evaluated = read(file);
        double[] expected = Runtime.output(file, given(evaluated, images()));
        OnnxNetwork trained = read(Files.write(folder.resolve("t.onnx"), FormSamples.training(true).toBytes()));
        TracedNetwork traced = trained.trace(DType.FLOAT32, 2, SIDE, SIDE, Mode.EVALUATION, LayerHooks.NONE);
        assertArrayEquals(expected, logits(trained, traced, images()), 2e-6 * most(expected));
        assertEquals(evaluated.describe(), trained.describe());
        PackedModel packed = PackedModel.of(trained, PackedSamples.of(trained, 8, SIDE));
        Path left = folder.resolve("left.onnx");
        OnnxExport.write(left, packed, CodeFormat.QCDQ);
        double[] quantized = logits(packed, images());
        assertArrayEquals(quantized, Runtime.output(left, given(trained, images())), 0.03 * most(quantized));
    }

    /** Whatever rounds the probabilities, too. */
    @Test
    void aSoftmaxAtTheEndIsLeftOut() throws IOException, OrtException {
        OnnxBytes model = FormSamples.pictures(13).initializer(FormSamples.weight("w", 4, 3, 8, 8))
                .initializer(OnnxBytes.floats("s", new long[0], 1 / 256f))
                .node("Conv", List.of("x", "w"), List.of("c")).node("Flatten", List.of("c"), List.of("y"))
                .node("Softmax", List.of("y"), List.of("p")).node("QuantizeLinear", List.of("p", "s"), List.of("q"))
                .node("DequantizeLinear", List.of("q", "s"), List.of("d")).output("d").output("y");
        Path file = Files.write(folder.resolve("f.onnx"), model.toBytes());
        OnnxNetwork network = read(file);
        double[] expected = Runtime.output(file, given(network, images()));
        TracedNetwork traced = network.trace(DType.FLOAT32, 2, SIDE, SIDE, Mode.EVALUATION, LayerHooks.NONE);
        assertArrayEquals(expected, logits(network, traced, images()), 2e-6 * most(expected));
    }

    @Test
    void whatIsNoImageIsNamed() throws IOException {
        assertEquals("input 'x': expected square images, got 8x12",
                refusal(new OnnxBytes(13).input("x", 1, 0, 3, 8, 12)));
        for (long[] dims : new long[][] {{0, 2, 8, 8}, {0, 8, 8, 4}, {0, 1, 28}, {3, 8, 8}}) {
            assertEquals(
                    "input 'x': expected floating images [batch, 3, height, width] or [batch, 1, height, width], got "
                            + "float" + Arrays.toString(dims).replace("[0", "[-1"),
                    refusal(new OnnxBytes(13).input("x", 1, dims)));
        }
    }

    private String refusal(OnnxBytes model) throws IOException {
        Path file = Files.write(folder.resolve("f.onnx"),
                model.node("Relu", List.of("x"), List.of("y")).output("y").toBytes());
        return assertThrows(OnnxException.class, () -> OnnxNetwork.read(file)).getMessage()
                .substring(file.toString().length() + 2);
    }

    private static double[] logits(PackedModel packed, Tensor images) {
        PackedModel.Traced traced = packed.trace(DType.FLOAT32, 2, SIDE, SIDE);
        Executable run = Backends.defaultBackend().compile(Graph.of("logits", traced.network().logits()));
        traced.bindTo(run);
        run.bind(TracedNetwork.IMAGES, images);
        run.run();
        return run.output("logits").toDoubles();
    }

    @TestFactory
    Stream<DynamicTest> theyLeaveQuantized() {
        return FormSamples.all().stream().map(s -> DynamicTest.dynamicTest(s.name(), () -> leave(s)));
    }

    private void leave(FormSamples.Sample sample) throws IOException, OrtException {
        OnnxNetwork network = read(Files.write(folder.resolve("f.onnx"), sample.model().toBytes()));
        PackedModel packed = PackedModel.of(network, PackedSamples.of(network, 8, SIDE));
        Tensor images = images();
        double[] expected = logits(packed, images);
        double most = most(expected);
        if (sample.refusal().isEmpty()) {
            IntegerModel integers = new IntegerModel(packed, SIDE, SIDE, IntegerKernels.PLAIN);
            for (int i = 0; i < 2; i++) {
                int from = images.offset() + i * images.size() / 2;
                assertArrayEquals(Arrays.copyOfRange(expected, 4 * i, 4 * i + 4),
                        integers.logits(images.floats(), from).values(), 0.03 * most);
            }
        } else {
            assertEquals("integer arithmetic: " + sample.refusal(), assertThrows(IllegalArgumentException.class,
                    () -> new IntegerModel(packed, SIDE, SIDE, IntegerKernels.PLAIN)).getMessage());
        }
        Path left = folder.resolve("left.onnx");
        OnnxExport.write(left, packed, CodeFormat.QCDQ);
        OnnxNetwork back = read(left);
        assertEquals(network.isGray(), back.isGray());
        TracedNetwork again = back.trace(DType.FLOAT32, 2, SIDE, SIDE, Mode.EVALUATION, LayerHooks.NONE);
        assertArrayEquals(expected, logits(back, again, images), 1e-5 * most);
        assertArrayEquals(expected, Runtime.output(left, given(back, images)), 0.03 * most);
    }
}
