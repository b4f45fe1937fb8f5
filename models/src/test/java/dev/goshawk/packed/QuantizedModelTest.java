package dev.goshawk.packed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.image.Images;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizedModelTest {
    @TempDir
    private static Path folder;
    private static Path file;
    private static Path image;
    private static QuantizedModel model;

    @BeforeAll
    static void write() throws IOException {
        file = folder.resolve("m.packed.safetensors");
        PackedFile.write(file, PackedSamples.resnet20());
        image = Images.put(folder.resolve("image.png"), Images.encoded("png", 32, 7));
        model = QuantizedModel.load(file);
    }

    @Test
    void classifiesAsTheTracedNetworkDoes() throws IOException {
        PackedModel packed = PackedModel.load(file);
        PackedModel.Traced traced = packed.trace(DType.FLOAT64, 1, 32, 32);
        Executable forward = Backends.defaultBackend().compile(Graph.of("logits", traced.network().logits()));
        traced.bindTo(forward);
        Tensor pixels = Tensor.zeros(DType.FLOAT64, traced.network().images().shape());
        for (int i = 0; i < pixels.size(); i++) {
            int rgb = Images.color(7, i / 3 % 32, i / 96);
            pixels.set(i, packed.info().normalization().normalized(i % 3, rgb >> 16 - 8 * (i % 3) & 0xFF));
        }
        forward.bind(TracedNetwork.IMAGES, pixels);
        forward.run();
        double[] expected = forward.output("logits").toDoubles();
        Classification found = model.classify(image);
        assertEquals(3, found.ranked().size());
        double sum = 0;
        for (Classification.Ranked r : found.ranked()) {
            assertEquals(expected[r.label()], r.logit(), 1e-2 * (1 + Math.abs(expected[r.label()])), r.toString());
            assertEquals("class " + r.label(), r.name());
            sum += r.probability();
        }
        assertEquals(1, sum, 1e-12);
        assertTrue(found.best().probability() >= found.ranked().get(1).probability());
        assertEquals(2, found.top(2).size());
        assertEquals(3, found.top(9).size());
    }

    @Test
    void ofEqualLogitsTheLowerLabelIsFirst() {
        Classification c = Classification.of(List.of("a", "b", "c", "d"), new double[] {-0.0, 0.0, -1, 0.0});
        assertEquals(List.of(0, 1, 3, 2), c.ranked().stream().map(Classification.Ranked::label).toList());
    }

    @Test
    void takesImagesOfAnySizeAndKind() throws IOException {
        BufferedImage read = ImageIO.read(image.toFile());
        assertEquals(model.classify(image), model.classify(read));
        for (int type : new int[] {BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR, BufferedImage.TYPE_4BYTE_ABGR_PRE, BufferedImage.TYPE_INT_BGR}) {
            BufferedImage other = new BufferedImage(32, 32, type);
            other.createGraphics().drawImage(read, 0, 0, null);
            assertEquals(model.classify(read), model.classify(other), "type " + type);
        }
        Path large = Images.put(folder.resolve("large.png"), Images.encoded("png", 80, 7));
        assertNotEquals(model.classify(image), model.classify(large));
        BufferedImage wide = new BufferedImage(100, 40, BufferedImage.TYPE_USHORT_GRAY);
        assertEquals(3, model.classify(wide).ranked().size());
    }

    /** By workers of the common pool, who run each other's tasks where they wait in it, from the moment of loading. */
    @Test
    void manyThreadsClassifyTheirOwnImages() throws IOException {
        List<Path> images = new ArrayList<>();
        List<Classification> expected = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            images.add(Images.put(folder.resolve("one" + i + ".png"), Images.encoded("png", 32, 20 + i)));
            expected.add(model.classify(images.get(i)));
        }
        for (int round = 0; round < 5; round++) {
            QuantizedModel fresh = QuantizedModel.load(file);
            assertEquals(expected, images.parallelStream().map(fresh::classify).toList());
        }
    }

    @Test
    void whatKernelsEndWithIsThrownByEachImage() {
        IllegalArgumentException reason = new IllegalArgumentException("no kernel for this");
        QuantizedModel broken = QuantizedModel.of(PackedModel.load(file), new Backend() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public String description() {
                return "broken";
            }

            @Override
            public Executable compile(Graph graph) {
                throw reason;
            }
        });
        for (int i = 0; i < 2; i++) {
            assertSame(reason, assertThrows(IllegalArgumentException.class, () -> broken.classify(image)));
        }
    }

    @Test
    void photographsArePreparedAsForTheAccuracy() throws IOException {
        PackedNetwork p = PackedSamples.resnet20();
        PackedNetwork resized = new PackedNetwork(new dev.goshawk.packed.format.PackedInfo(p.info().network(),
                p.info().structure(), p.info().classes(), p.info().normalization(), 32, 32, 37), p.weights(),
                p.activations(), p.normalizationScales(), p.normalizationBiases(), p.biases(), p.floats());
        Path other = folder.resolve("resized.packed.safetensors");
        PackedFile.write(other, resized);
        assertEquals(37, PackedModel.load(other).info().resize());
        assertNotEquals(model.classify(image), QuantizedModel.load(other).classify(image));
    }

    @Test
    void writingWhatWasReadGivesTheSameBytes() throws IOException {
        Path again = folder.resolve("again");
        PackedFile.write(again, PackedModel.load(file).content());
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
    }

    /** Neither JSON, nor pickle, nor protobuf, nor derivatives are on the class path. */
    @Test
    void twoJarsAreEnough() throws IOException, InterruptedException, URISyntaxException {
        Path program = Files.writeString(folder.resolve("Classify.java"),
                """
                        import dev.goshawk.packed.QuantizedModel;
                        import java.nio.file.Path;

                        public class Classify {
                            public static void main(String[] arguments) {
                                System.out.println(QuantizedModel.load(Path.of(arguments[0])).classify(Path.of(arguments[1])).best());
                            }
                        }
                        """);
        String classPath = place(Tensor.class) + System.getProperty("path.separator") + place(QuantizedModel.class);
        Path out = folder.resolve("out.txt");
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "-cp", classPath, program.toString(), file.toString(),
                image.toString()).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        assertTrue(java.waitFor(120, TimeUnit.SECONDS));
        String said = Files.readString(out, StandardCharsets.UTF_8);
        assertEquals(0, java.exitValue(), said);
        assertEquals(List.of(model.classify(image).best().toString()),
                said.lines().filter(line -> line.startsWith("Ranked")).toList(), said);
    }

    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
