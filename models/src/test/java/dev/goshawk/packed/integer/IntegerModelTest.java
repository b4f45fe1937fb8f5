package dev.goshawk.packed.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.export.CodeFormat;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.packed.Classification;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.PackedSamples;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Integers against the same network in float64, on images of whole multiples of 2^-14 so that all codes are the same. */
class IntegerModelTest {
    @TempDir
    private Path folder;

    private PackedModel model(PackedNetwork content, Network network) {
        Path file = folder.resolve("m");
        PackedFile.write(file, content);
        return PackedModel.load(file, network);
    }

    static float[] image(int height, int width, int seed) {
        float[] pixels = new float[height * width * 3];
        SplitMix64 random = SplitMix64.of(seed, 9);
        double a = random.between(0.05, 0.3);
        double b = random.between(0.05, 0.3);
        for (int i = 0; i < pixels.length; i++) {
            double pixel = 2 * StrictMath.sin(a * (i / 3 / width) + i % 3) * StrictMath.cos(b * (i / 3 % width));
            pixels[i] = (float) Math.scalb(Math.rint(Math.scalb(pixel, 14)), -14);
        }
        return pixels;
    }

    static double[] floats(PackedModel model, int height, int width, float[] image) {
        PackedModel.Traced traced = model.trace(DType.FLOAT64, 1, height, width);
        Executable forward = Backends.defaultBackend().compile(Graph.of("logits", traced.network().logits()));
        traced.bindTo(forward);
        Tensor images = Tensor.zeros(DType.FLOAT64, traced.network().images().shape());
        for (int i = 0; i < image.length; i++) {
            images.set(i, image[i]);
        }
        forward.bind(TracedNetwork.IMAGES, images);
        forward.run();
        return forward.output("logits").toDoubles();
    }

    /** Sizes at which every layer still has pixels. */
    @ParameterizedTest
    @CsvSource({"resnet20,32", "resnet18,32", "resnet50,32", "inception_v3,75", "sqnxt23_w1,32", "sqnxt23v5_w1,32"})
    void everyKindOfNetworkGivesTheFloatNetworksLogits(String name, int side) {
        Network network = Networks.byName(name, 3);
        PackedModel packed = model(PackedSamples.of(network, 8), network);
        IntegerModel integers = new IntegerModel(packed, side, side, Backends.defaultBackend().integers());
        float[] image = image(side, side, 1);
        double[] expected = floats(packed, side, side, image);
        double[] found = integers.logits(image, 0).values();
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, found, 1e-7 * most, name);
        assertTrue(most > 0.01, "the image says something");
    }

    /** Its shortcuts are slices and paddings there, its pooling a sum of pixels. */
    @Test
    void aNetworkThatWasExportedIsTheSameInIntegers() throws IOException {
        Network network = Networks.byName("resnet20", 3);
        PackedNetwork content = PackedSamples.floats(PackedSamples.of(network, 8), network);
        Path file = folder.resolve("resnet20.onnx");
        OnnxExport.write(file, PackedModel.of(network, content), CodeFormat.QCDQ);
        Network read = OnnxNetwork.read(file);
        TracedNetwork traced = read.trace(DType.FLOAT32, 1, 32, 32, Mode.EVALUATION, LayerHooks.NONE);
        assertEquals(0, Graph.of("logits", traced.logits()).count(Op.Permute.class), "nothing is moved");
        PackedModel packed = model(PackedSamples.of(read, 8), read);
        float[] image = image(32, 32, 1);
        double[] expected = floats(packed, 32, 32, image);
        double[] found = new IntegerModel(packed, 32, 32, IntegerKernels.PLAIN).logits(image, 0).values();
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected, found, 1e-7 * most);
        assertTrue(most > 0.01, "the image says something");
    }

    @Test
    void everyRunAndBatchGivesTheSameBits() {
        Network network = Networks.byName("resnet20", 3);
        PackedModel packed = model(PackedSamples.of(network, 4), network);
        IntegerModel one = new IntegerModel(packed, 32, 32, IntegerKernels.PLAIN);
        int numbers = 32 * 32 * 3;
        Tensor images = Tensor.zeros(DType.FLOAT32, dev.goshawk.tensor.Shape.of(6, 32, 32, 3));
        for (int i = 0; i < 6; i++) {
            System.arraycopy(image(32, 32, i), 0, images.floats(), i * numbers, numbers);
        }
        IntegerBatch batch = new IntegerBatch(new IntegerModel(packed, 32, 32, Backends.defaultBackend().integers()), 6,
                3);
        batch.bind(TracedNetwork.IMAGES, images);
        batch.run();
        for (int i = 0; i < 6; i++) {
            IntegerModel.Logits logits = one.logits(images.floats(), i * numbers);
            assertEquals(1, Math.abs(logits.unit()) / Math.scalb(1, Math.getExponent(logits.unit())), "a power of two");
            for (int c = 0; c < 3; c++) {
                assertEquals(logits.numbers()[c] * logits.unit(), batch.output("logits").get(3 * i + c));
            }
        }
        // The same numbers on every machine: a change of these is a change of the arithmetic.
        assertEquals(FIRST, Arrays.toString(one.logits(images.floats(), 0).numbers()) + " * " + one
                .logits(images.floats(), 0).unit());
    }

    private static final String FIRST = "[11140504646076, -10130419742470, 14813446197980] * 2.842170943040401E-14";

    @Test
    void rescalingByHand() {
        // 3 * 0.5 + 1 = 2.5 rounds up, -3 * 0.5 + 1 is below 0, 31 * 0.5 + 1 above 15.
        Sums sums = new Sums(1, 3, List.of(new Term(new Source.Array(0), 0, new double[] {0.5}, true, 31)),
                new double[] {1});
        assertArrayEquals(new int[] {3, 0, 15}, codes(sums, 1, new int[] {3, -3, 31}));
        assertArrayEquals(new int[] {1, 0, 8}, codes(sums, 2, new int[] {3, -3, 31}));
        // A residual: 5 * 0.3 + 2 * 0.7 = 2.9.
        Sums residual = Sums.of(1, 1, 1, new Source.Array(0), 0.3, true, 10)
                .plus(Sums.of(1, 1, 1, new Source.Array(1), 0.7, true, 3));
        assertArrayEquals(new int[] {3}, codes(residual, 1, new int[] {5}, new int[] {2}));
    }

    @Test
    void whatIntegersCannotIsRefused() {
        Network network = Networks.byName("resnet20", 3);
        PackedNetwork p = PackedSamples.of(network, 4);
        List<dev.goshawk.packed.format.PackedActivation> floats = p.activations().stream()
                .map(a -> dev.goshawk.packed.format.PackedActivation.ofFloats()).toList();
        PackedModel model = model(new PackedNetwork(p.info(), p.weights(), floats, p.normalizationScales(),
                p.normalizationBiases(), p.biases(), p.floats()), network);
        assertEquals("integer arithmetic: expected activations in equal steps at 'relu', it has FLOAT",
                String.valueOf(assertThrows(IllegalArgumentException.class,
                        () -> new IntegerModel(model, 32, 32, IntegerKernels.PLAIN))
                        .getMessage()));
    }

    @Test
    void classifiesAsWithFloats() throws Exception {
        Network network = Networks.byName("resnet20", 3);
        PackedModel packed = model(PackedSamples.of(network, 8), network);
        Path image = dev.goshawk.data.image.Images.put(folder.resolve("i.png"),
                dev.goshawk.data.image.Images.encoded("png", 32, 5));
        Classification integers = IntegerModel.load(folder.resolve("m")).classify(image);
        Classification floats = dev.goshawk.packed.QuantizedModel.of(packed, Backends.defaultBackend()).classify(image);
        assertEquals(floats.best().label(), integers.best().label());
        assertEquals(floats.best().logit(), integers.best().logit(), 0.1 * Math.abs(floats.best().logit()));
    }

    private static int[] codes(Sums sums, double unit, int[]... numbers) {
        WholeNumbers codes = WholeNumbers.zeros(false, numbers[0].length);
        IntegerKernels.PLAIN.layer(Rescaling.of(sums, unit, 62, false, 15),
                sums.terms().stream().map(Term::operand).toList())
                .run(Arrays.stream(numbers).map(WholeNumbers.Ints::new).toArray(WholeNumbers[]::new), codes);
        return codes.toInts();
    }
}
