package dev.goshawk.hawq.packing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.Subset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.run.EmbeddedRun;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.LevelRule;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedSize;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quantized networks and their packed files give the same logits, to the bit. */
class PackerTest {
    private static final Backend BACKEND = Backends.defaultBackend();

    @TempDir
    private Path folder;

    private static void calibrate(QuantizedNetwork q, Set<String> blocks, ImageDataset images) {
        Batches batches = new Batches(images, Normalization.IMAGENET, 0);
        Tensor pixels = Tensor.zeros(DType.FLOAT32, batches.imageShape(8));
        Tensor labels = Tensor.zeros(DType.FLOAT32, batches.labelShape(8));
        q.calibrate(blocks, pixels, 2, i -> batches.fill(batches.inOrder(), 8 * i, pixels, labels), BACKEND);
    }

    /** A network quantized without training, a width for each block in turn. */
    private static QuantizedNetwork quantized(Network network, Parameters parameters, Quantizer quantizer,
            BitWidth activationBits, List<BitWidth> widths, ImageDataset images) {
        QuantizedNetwork q = new QuantizedNetwork(network, parameters, quantizer, activationBits);
        List<Block> blocks = network.describe().blocks();
        for (int i = 0; i < blocks.size(); i++) {
            q.quantize(blocks.get(i).name(), widths.get(i % widths.size()));
        }
        calibrate(q, blocks.stream().map(Block::name).collect(Collectors.toSet()), images);
        return q;
    }

    private PackedSize pack(Network network, Parameters parameters, QuantizedNetwork q, Quantizer quantizer,
            ImageDataset images, Path file) {
        return PackedFile.write(file,
                Packer.pack(network, parameters, q, quantizer, images, Normalization.IMAGENET, BACKEND));
    }

    private static List<double[]> logits(Evaluator evaluator, ImageDataset images) {
        List<double[]> rows = new ArrayList<>();
        Evaluation _ = evaluator.evaluate(new Batches(images, Normalization.IMAGENET, 0),
                (image, row) -> rows.add(row));
        return rows;
    }

    private static Evaluator evaluator(PackedModel model, int batch, ImageDataset images) {
        PackedModel.Traced t = model.trace(DType.FLOAT32, batch, images.height(), images.width());
        return new Evaluator(t.network(), t::bindTo, BACKEND);
    }

    @Test
    void everyQuantizerAtEveryWidth() throws IOException {
        ImageDataset images = SmallTraining.data().test();
        Map<String, Set<LevelRule.Form>> forms = new LinkedHashMap<>();
        SequencedMap<String, Quantizer> all = new LinkedHashMap<>(Quantizers.all());
        all.put("asymmetric", new UniformQuantizer(Scheme.ASYMMETRIC_PER_LAYER, ScaleRule.MAX));
        for (Map.Entry<String, Quantizer> e : all.entrySet()) {
            for (int bits : new int[] {1, 2, 3, 4, 8}) {
                if (bits == 1 && e.getKey().equals("lsq")) {
                    continue;
                }
                Parameters parameters = SmallTraining.parameters();
                // A chain of 2^8 comparisons takes long to compile.
                BitWidth activations = BitWidth.of(e.getKey().equals("lq-nets") ? Math.min(4, bits) : bits);
                QuantizedNetwork q = quantized(SmallTraining.NETWORK, parameters, e.getValue(), activations,
                        List.of(BitWidth.of(bits)), images);
                Path file = folder.resolve(e.getKey() + bits);
                PackedSize size = pack(SmallTraining.NETWORK, parameters, q, e.getValue(), images, file);
                String what = e.getKey() + " at " + bits + " bits";
                assertEquals(Files.size(file), size.bytes(), what);
                assertTrue(size.header() < 2048, what + " " + size);
                PackedModel model = PackedModel.load(file, SmallTraining.NETWORK);
                assertEquals(images.classes(), model.info().classes());
                forms.computeIfAbsent(e.getKey(), n -> new java.util.TreeSet<>()).addAll(
                        model.content().weights().stream().map(w -> w.rule().form()).toList());
                assertTrue(model.content().weights().stream()
                        .allMatch(w -> w.large().length > 0 == e.getKey().equals("rvquant")), what);
                List<double[]> expected = logits(q.evaluator(8, 8, 8, BACKEND), images);
                List<double[]> found = logits(evaluator(model, 8, images), images);
                for (int i = 0; i < expected.size(); i++) {
                    assertArrayEquals(expected.get(i), found.get(i), what + ", image " + i);
                }
            }
        }
        assertEquals("{uniform=[LINEAR], lsq=[LINEAR], pact=[LINEAR, UNIT], dorefa=[LINEAR, UNIT], "
                + "lq-nets=[LINEAR, BASIS], rvquant=[LINEAR], asymmetric=[LINEAR]}", forms.toString());
    }

    @Test
    void floatBlocksAndFloatActivationsStayFloat() {
        ImageDataset images = SmallTraining.data().test();
        for (BitWidth activations : List.of(BitWidth.FLOAT, BitWidth.B4)) {
            Parameters parameters = SmallTraining.parameters();
            Quantizer uniform = UniformQuantizer.standard();
            QuantizedNetwork q = quantized(SmallTraining.NETWORK, parameters, uniform, activations,
                    List.of(BitWidth.B3, BitWidth.FLOAT), images);
            Path file = folder.resolve("m");
            pack(SmallTraining.NETWORK, parameters, q, uniform, images, file);
            PackedModel model = PackedModel.load(file, SmallTraining.NETWORK);
            assertEquals(List.of(3, 32, 32, 3),
                    model.content().weights().stream().map(w -> w.rule().bits()).toList());
            List<double[]> expected = logits(q.evaluator(8, 8, 8, BACKEND), images);
            List<double[]> found = logits(evaluator(model, 8, images), images);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), found.get(i), "image " + i);
            }
        }
    }

    /** ResNet20 with its trained weights on the embedded shapes: which images get another answer from the file. */
    @Test
    void theEmbeddedShapesGetTheSameAnswers() throws IOException {
        Network network = Networks.byName("resnet20");
        Parameters parameters = Parameters.load(network, EmbeddedRun.weights(), DType.FLOAT32);
        ImageDataset test = SyntheticShapes.open("test");
        ImageDataset images = new Subset(test, IntStream.range(0, 256).map(i -> i * 7 % test.size()).toArray());
        Quantizer uniform = UniformQuantizer.standard();
        QuantizedNetwork q = quantized(network, parameters, uniform, BitWidth.B4,
                List.of(BitWidth.B8, BitWidth.B4, BitWidth.B3, BitWidth.B6, BitWidth.B2), images);
        Path file = folder.resolve("m.packed.safetensors");
        PackedSize size = pack(network, parameters, q, uniform, images, file);
        PackedModel model = PackedModel.load(file);
        List<double[]> expected = logits(q.evaluator(64, 32, 32, BACKEND), images);
        List<double[]> found = logits(evaluator(model, 64, images), images);
        List<String> others = IntStream.range(0, images.size())
                .filter(i -> best(expected.get(i)) != best(found.get(i))).mapToObj(images::name).toList();
        System.out.println("packed resnet20, embedded shapes: " + others.size() + " of " + images.size()
                + " images with another answer " + others + "; " + size);
        assertEquals(List.of(), others);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i), images.name(i));
        }
        long content = size.codes() + size.scales() + size.biases() + size.header();
        assertTrue(Files.size(file) <= 1.03 * content, size.toString());
        assertTrue(size.header() < 2048, size.toString());
    }

    private static int best(double[] row) {
        return IntStream.range(0, row.length).boxed().max((a, b) -> Double.compare(row[a], row[b])).orElseThrow();
    }

    @Test
    void whatTheFormatHasNoPlaceForIsRefused() {
        ImageDataset images = SmallTraining.data().test();
        Quantizer odd = new Quantizer() {
            @Override
            public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
                return UniformQuantizer.standard().weight(shape, dtype, bits);
            }

            @Override
            public TensorQuantizer activation(DType dtype, BitWidth bits) {
                return UniformQuantizer.standard().activation(dtype, bits);
            }

            @Override
            public String describeWeights() {
                return "weights";
            }

            @Override
            public String describeActivations() {
                return "odd levels";
            }

            @Override
            public boolean hasUniformActivations() {
                return false;
            }
        };
        Parameters parameters = SmallTraining.parameters();
        QuantizedNetwork q = quantized(SmallTraining.NETWORK, parameters, odd, BitWidth.B4, List.of(BitWidth.B4),
                images);
        assertEquals(
                "packed model: the activations of 'relu' are rounded by odd levels, which the packed format has no "
                        + "place for",
                refusal(() -> Packer.pack(SmallTraining.NETWORK, parameters, q, odd, images,
                        Normalization.IMAGENET, BACKEND)));
        Parameters wide = parameters.to(DType.FLOAT64);
        QuantizedNetwork w = new QuantizedNetwork(SmallTraining.NETWORK, wide, odd, BitWidth.FLOAT);
        assertEquals("packed model: expected float32 parameters, got float64", refusal(() -> Packer.pack(
                SmallTraining.NETWORK, wide, w, odd, images, Normalization.IMAGENET, BACKEND)));
    }

    private static String refusal(org.junit.jupiter.api.function.Executable what) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, what).getMessage());
    }

    /** A quantizer of somebody else's, whose levels follow no rule. */
    @Test
    void levelsWithoutARuleAreATable() {
        Tensor levels = Tensor.of(Shape.of(3, 2), -1f, -2f, 0.3f, 0.1f, 1.5f, 7f);
        TensorQuantizer free = new Free(levels);
        PackedLevels packed = PackedLevels.of(free);
        assertEquals(new LevelRule(LevelRule.Form.TABLE, 2, 3, 2, 0, 0), packed.rule());
        assertArrayEquals(levels.floats(), packed.rule().table(packed.numbers()));
    }

    private record Free(Tensor levels) implements TensorQuantizer {
        @Override
        public BitWidth bits() {
            return BitWidth.B2;
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            return new LinkedHashMap<>();
        }

        @Override
        public dev.goshawk.graph.Value apply(dev.goshawk.graph.Value x,
                Function<String, dev.goshawk.graph.Value> state) {
            return x;
        }

        @Override
        public Tensor codes(Tensor values) {
            return Tensor.zeros(DType.INT32, values.shape());
        }
    }

    @Test
    void theEstimateIsTheSizeForWidthsOfBlocks() {
        ImageDataset images = SmallTraining.data().test();
        Parameters parameters = SmallTraining.parameters();
        List<BitWidth> widths = List.of(BitWidth.B8, BitWidth.B3, BitWidth.FLOAT);
        QuantizedNetwork q = quantized(SmallTraining.NETWORK, parameters, UniformQuantizer.standard(), BitWidth.B4,
                widths,
                images);
        PackedSize size = pack(SmallTraining.NETWORK, parameters, q, UniformQuantizer.standard(), images,
                folder.resolve("m"));
        NetworkDescription network = SmallTraining.NETWORK.describe();
        assertEquals(new PackedSize(size.codes(), size.scales(), size.biases(), size.other(), 0),
                PackedEstimate.of(network, new BitAllocation(network.blocks(), widths)));
    }
}
