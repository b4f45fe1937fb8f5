package dev.goshawk.models;

import dev.goshawk.models.parameters.ParameterMismatchException;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.parameters.TorchLayout;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageNetNetworksTest {
    /** Parameters as torchvision and pytorchcv print them; multiply-adds of convolutions and linear layers. */
    @ParameterizedTest
    @CsvSource({"resnet18, 11689512, 11678912, 1814073344, 10", "resnet34, 21797672, 21779648, 3663761408, 18",
            "resnet50, 25557032, 25502912, 4089184256, 18", "resnet101, 44549160, 44442816, 7801405440, 35",
            "inception_v3, 23834568, 23799136, 5713216096, 17", "sqnxt23_w1, 724056, 705728, 275920640, 24",
            "sqnxt23_w3d2, 1511824, 1484832, 535347840, 24", "sqnxt23_w2, 2583752, 2548096, 875752960, 24",
            "sqnxt23v5_w1, 921816, 899264, 276943616, 24", "sqnxt23v5_w3d2, 1953616, 1920288, 537649536, 24",
            "sqnxt23v5_w2, 3366344, 3322240, 879844864, 24"})
    void counts(String name, long parameters, long weights, long macs, int blocks) {
        TracedNetwork net = Networks.byName(name).trace(DType.FLOAT32, 2, Mode.EVALUATION);

        assertEquals(Shape.of(2, 1000), net.logits().shape());
        assertEquals(parameters, net.parameterCount());
        assertEquals(weights, net.weightCount());
        assertEquals(macs, net.macs());
        assertEquals(blocks, net.blocks().size());
        assertEquals(net.activations().size(), new HashSet<>(net.activations()).size());
        assertEquals(net.activations().size(),
                Graph.of("y", net.logits()).nodes().stream().filter(v -> v.op() instanceof Op.Unary).filter(
                        v -> ((Op.Unary) v.op()).function() == Op.Unary.Function.RELU).count());
    }

    @Test
    void resnet50IsCutIntoTheStemItsBottlenecksAndTheClassifier() {
        assertEquals(List.of("conv1 9408", "layer1.0 73728", "layer1.1 69632", "layer1.2 69632", "layer2.0 376832",
                "layer2.1 278528", "layer2.2 278528", "layer2.3 278528", "layer3.0 1507328", "layer3.1 1114112",
                "layer3.2 1114112", "layer3.3 1114112", "layer3.4 1114112", "layer3.5 1114112", "layer4.0 6029312",
                "layer4.1 4456448", "layer4.2 4456448", "fc 2048000"), blocks("resnet50"));
        assertEquals(List.of("layer2.0.conv1.weight", "layer2.0.conv2.weight", "layer2.0.conv3.weight",
                "layer2.0.downsample.0.weight"),
                Networks.byName("resnet50").trace(DType.FLOAT32, 1, Mode.EVALUATION).block("layer2.0").weights());
    }

    @Test
    void inceptionIsCutIntoStemConvolutionsMixedModulesAndTheClassifier() {
        assertEquals(List.of("Conv2d_1a_3x3 864", "Conv2d_2a_3x3 9216", "Conv2d_2b_3x3 18432", "Conv2d_3b_1x1 5120",
                "Conv2d_4a_3x3 138240", "Mixed_5b 254976", "Mixed_5c 276480", "Mixed_5d 284160", "Mixed_6a 1152000",
                "Mixed_6b 1294336", "Mixed_6c 1687552", "Mixed_6d 1687552", "Mixed_6e 2138112", "Mixed_7a 1695744",
                "Mixed_7b 5038080", "Mixed_7c 6070272", "fc 2048000"), blocks("inception_v3"));
    }

    @Test
    void squeezeNextIsCutIntoTheStemItsUnitsTheFinalConvolutionAndTheClassifier() {
        List<String> names = new ArrayList<>(List.of("init_block"));
        int[] units = {6, 6, 8, 1};
        for (int stage = 1; stage <= 4; stage++) {
            for (int unit = 1; unit <= units[stage - 1]; unit++) {
                names.add("stage" + stage + ".unit" + unit);
            }
        }
        names.addAll(List.of("final_block", "output"));
        assertEquals(names, Networks.byName("sqnxt23_w2").trace(DType.FLOAT32, 1, Mode.EVALUATION).blocks().stream()
                .map(Block::name).toList());
    }

    private static List<String> blocks(String network) {
        return Networks.byName(network).trace(DType.FLOAT32, 1, Mode.EVALUATION).blocks().stream()
                .map(b -> b.name() + " " + b.weightCount()).toList();
    }

    @Test
    void aCheckpointsAuxiliaryHeadIsPassedOver() {
        Network inception = Networks.byName("inception_v3");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        inception.parameters().forEach(s -> tensors.put(s.name(), Tensor.zeros(DType.FLOAT32, TorchLayout.shape(s))));
        tensors.put("AuxLogits.fc.weight", Tensor.zeros(DType.FLOAT32, Shape.of(1000, 768)));

        assertEquals(472, Parameters.load(inception, Weights.of("file", tensors), DType.FLOAT32).tensors().size());
        tensors.put("Aux.fc.weight", Tensor.zeros(DType.FLOAT32, Shape.of(1)));
        String message = String.valueOf(assertThrows(ParameterMismatchException.class,
                () -> Parameters.load(inception, Weights.of("file", tensors), DType.FLOAT32)).getMessage());
        assertEquals("file: not the weights of inception_v3 with 1000 classes: 1 unexpected (Aux.fc.weight)", message);
    }

    @Test
    void inceptionsInputTransformMovesImageNetsNormalisationToOneHalf() {
        Value images = Value.input("images", DType.FLOAT64, Shape.of(1, 1, 1, 3));
        // A pixel of (0.2, 0.6, 1.0), normalized by ImageNet's means and deviations.
        Tensor pixel = Tensor.of(images.shape(), (0.2 - 0.485) / 0.229, (0.6 - 0.456) / 0.224, (1.0 - 0.406) / 0.225);

        Tensor moved = Interpreter.run(Graph.of("y", InceptionV3.transformed(images)), Map.of("images", pixel))
                .get("y");

        assertArrayEquals(new double[] {-0.6, 0.2, 1.0}, moved.toDoubles(), 1e-12);
        TracedNetwork net = new InceptionV3(1000, true).trace(DType.FLOAT32, 1, Mode.EVALUATION);
        assertTrue(Graph.of("y", net.logits()).useCounts().keySet().stream().anyMatch(v -> v.op() instanceof Op.Concat
                && v.shape().equals(Shape.of(3))), "the network begins with the transform");
    }

    @Test
    void imagesTooSmallForANetworkAreRefusedNamingBothSizes() {
        ShapeMismatchException e = assertThrows(ShapeMismatchException.class,
                () -> Networks.byName("inception_v3")
                        .trace(DType.FLOAT32, 1, 64, 64, Mode.EVALUATION, LayerHooks.NONE));
        assertTrue(e.getMessage().startsWith("inception_v3 on images of 64x64 (made for 299x299): "), e.getMessage());
    }

    @Test
    void otherDepthsAndWidthsAreRefused() {
        assertEquals("resnet: expected depth 18, 34, 50 or 101, got 19",
                assertThrows(IllegalArgumentException.class, () -> new ResNet(19, 1000)).getMessage());
        assertEquals("squeezenext: expected units of 4 stages and a positive width, got [6, 6] and 1.0",
                assertThrows(IllegalArgumentException.class, () -> new SqueezeNext("x", List.of(6, 6), 1, 10))
                        .getMessage());
    }
}
