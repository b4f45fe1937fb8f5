package dev.goshawk.models;

import dev.goshawk.models.parameters.Parameters;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.GoshawkData;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CifarResNetTest {
    private final Network resnet20 = Networks.byName("resnet20");

    @Test
    void resnet20HasThePapersCounts() {
        TracedNetwork net = resnet20.trace(DType.FLOAT32, 5, Mode.EVALUATION);

        assertEquals(Shape.of(5, 10), net.logits().shape());
        assertEquals(Shape.of(5, 32, 32, 3), net.images().shape());
        assertEquals(Shape.scalar(), net.loss().shape());
        assertEquals(269_722, net.parameterCount());
        assertEquals(268_336, net.weightCount());
        assertEquals(40_551_040, net.macs());
    }

    /** Two projections: 512 and 2,048 weights, and batch normalization of 32 and 64 channels. */
    @Test
    void shortcutsOfOptionBHaveParameters() {
        TracedNetwork net = Networks.byName("resnet20b").trace(DType.FLOAT32, 1, Mode.EVALUATION);

        assertEquals(269_722 + 512 + 2048 + 2 * (32 + 64), net.parameterCount());
        assertEquals(40_551_040 + 512 * 16 * 16 + 2048 * 8 * 8, net.macs());
        assertEquals("fc", net.blocks().getLast().name());
        assertEquals(
                List.of("layer2.0.conv1.weight", "layer2.0.conv2.weight", "layer2.0.downsample.0.weight"),
                net.blocks().get(4).weights());
    }

    @Test
    void resnet20HasElevenBlocks() {
        List<Block> blocks = resnet20.trace(DType.FLOAT32, 1, Mode.EVALUATION).blocks();

        assertEquals(
                List.of("conv1", "layer1.0", "layer1.1", "layer1.2", "layer2.0", "layer2.1", "layer2.2", "layer3.0",
                        "layer3.1", "layer3.2", "linear"),
                blocks.stream().map(Block::name).toList());
        assertEquals(List.of(432L, 4608L, 4608L, 4608L, 13824L, 18432L, 18432L, 55296L, 73728L, 73728L, 640L),
                blocks.stream().map(Block::weightCount).toList());
        assertEquals(List.of("layer2.0.conv1.weight", "layer2.0.conv2.weight"), blocks.get(4).weights());
    }

    @Test
    void depthSetsTheNumberOfBlocks() {
        assertEquals(List.of(11, 17, 23, 29, 56),
                List.of("resnet20", "resnet32", "resnet44", "resnet56", "resnet110").stream()
                        .map(n -> Networks.byName(n).trace(DType.FLOAT32, 1, Mode.EVALUATION).blocks().size())
                        .toList());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new CifarResNet(21, 10));
        assertEquals("resnet: expected a depth of 6n + 2, got 21", e.getMessage());
    }

    @Test
    void parametersAreThoseOfThePublicCheckpoints() {
        for (String[] pair : new String[][] {{"resnet20", "checkpoints/resnet20-12fca82f.th"},
                {"resnet56", "checkpoints/resnet56-4bfd9763.th"}}) {
            Weights weights = WeightFile.read(GoshawkData.require().resolve(pair[1]))
                    .renamed(name -> name.substring("module.".length()));
            List<ParameterSpec> specs = Networks.byName(pair[0]).parameters();

            assertEquals(new ArrayList<>(weights.names()), specs.stream().map(ParameterSpec::name).toList());
            Parameters loaded = Parameters.load(Networks.byName(pair[0]), weights, DType.FLOAT32);
            assertEquals(weights.get("layer3.0.conv1.weight").get((7 * 32 + 11) * 9 + 5),
                    loaded.get("layer3.0.conv1.weight").get((5 * 32 + 11) * 64 + 7), "element [7,11,1,2] of OIHW");
        }
    }

    @Test
    void theShortcutTakesEverySecondPixelAndPadsChannelsOnBothSides() {
        Value x = Value.input("x", DType.FLOAT64, Shape.of(1, 3, 3, 2));
        double[] pixels = new double[18];
        Arrays.setAll(pixels, i -> i + 1);

        Graph graph = Graph.of("y", CifarResNet.shortcut(x, 4, 2));
        Tensor y = Interpreter.run(graph, Map.of("x", Tensor.of(x.shape(), pixels))).get("y");

        assertEquals(Shape.of(1, 2, 2, 4), y.shape());
        assertArrayEquals(new double[] {0, 1, 2, 0, 0, 5, 6, 0, 0, 13, 14, 0, 0, 17, 18, 0}, y.toDoubles());
        assertSame(x, CifarResNet.shortcut(x, 2, 1));
    }

    @Test
    void trainingModeReportsEachBatchStatistic() {
        TracedNetwork net = resnet20.trace(DType.FLOAT64, 2, 8, 8, Mode.TRAINING, LayerHooks.NONE);

        List<String> averages = net.specs().stream().filter(s -> !s.isTrainable()).map(ParameterSpec::name).toList();
        assertEquals(averages, net.statistics().stream().map(BatchStatistic::parameter).toList());
        Set<String> inputs = Graph.of("loss", net.loss()).inputs().keySet();
        assertTrue(averages.stream().noneMatch(inputs::contains), "running averages are not read");
        // 2 x 8 x 8 numbers go into each variance of the first group, 2 x 2 x 2 into those of the last.
        assertEquals(128.0 / 127, net.statistics().get(1).correction());
        assertEquals(8.0 / 7, net.statistics().getLast().correction());
    }

    @Test
    void aRunningAverageMovesByTheMomentum() {
        Tensor running = Tensor.of(Shape.of(2), 1.0, 2.0);
        Value biased = Value.input("variance", DType.FLOAT64, Shape.of(2));
        BatchStatistic variance = new BatchStatistic("bn.running_var", biased, 1.25);

        variance.average(running, Tensor.of(Shape.of(2), 4.0, 8.0));

        assertEquals(0.9 * 1 + 0.1 * 5, running.get(0), 1e-15);
        assertEquals(0.9 * 2 + 0.1 * 10, running.get(1), 1e-15);
    }

    @Test
    void hooksSeeEveryWeightAndEveryRectifierOnce() {
        List<String> weights = new ArrayList<>();
        List<String> sites = new ArrayList<>();
        LayerHooks hooks = new LayerHooks() {
            @Override
            public Value weight(ParameterSpec spec, Value weight) {
                weights.add(spec.name());
                return weight.scale(0);
            }

            @Override
            public Value activation(ActivationSite site, Value activation) {
                sites.add(site.name());
                return activation;
            }
        };
        TracedNetwork net = resnet20.trace(DType.FLOAT64, 1, 8, 8, Mode.EVALUATION, hooks);

        assertEquals(net.blocks().stream().flatMap(b -> b.weights().stream()).toList(), weights);
        assertEquals(net.activations().stream().map(ActivationSite::name).toList(), sites);
        assertEquals(19, sites.size());
        assertEquals(19, new HashSet<>(sites).size());
        assertEquals("layer2.0", net.activations().get(7).block());

        Parameters parameters = Parameters.initialize(resnet20, DType.FLOAT64, 1);
        parameters.get("linear.bias").set(3, 0.75);
        Map<String, Tensor> inputs = new HashMap<>(parameters.tensors());
        Tensor images = Tensor.zeros(DType.FLOAT64, net.images().shape());
        images.fill(0.3);
        inputs.put(TracedNetwork.IMAGES, images);
        Tensor logits = Interpreter.run(Graph.of("logits", net.logits()), inputs).get("logits");
        assertEquals(List.of(0.0, 0.0, 0.0, 0.75), List.of(logits.get(0), logits.get(1), logits.get(2), logits.get(3)),
                "with every weight scaled to 0 only the bias is left");
    }

    @Test
    void anUnknownNameListsTheNetworks() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Networks.byName("resnet21"));
        assertTrue(e.getMessage().startsWith("network: expected one of resnet20, resnet32, "), e.getMessage());
        assertTrue(e.getMessage().endsWith(", got 'resnet21'"), e.getMessage());
        assertEquals(3,
                Networks.byName("resnet20", 3).trace(DType.FLOAT32, 1, Mode.EVALUATION).logits().shape().dim(1));
        assertEquals("resnet20: expected at least 2 classes, got 1",
                assertThrows(IllegalArgumentException.class, () -> Networks.byName("resnet20", 1)).getMessage());
    }

    @Test
    void anUnknownBlockListsTheBlocks() {
        TracedNetwork net = resnet20.trace(DType.FLOAT32, 1, Mode.EVALUATION);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> net.block("layer9"));
        assertTrue(e.getMessage().matches("block: expected one of \\[conv1, layer1.0, .*linear\\], got 'layer9'"),
                e.getMessage());
    }

    @Test
    void imagesWithoutPixelsAreRefusedNamingBothSizes() {
        ShapeMismatchException e = assertThrows(ShapeMismatchException.class,
                () -> Networks.byName("resnet20").trace(DType.FLOAT32, 1, 0, 0, Mode.EVALUATION, LayerHooks.NONE));
        assertTrue(e.getMessage().startsWith("resnet20 on images of 0x0 (made for 32x32): "), e.getMessage());
    }
}
