package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.ParameterMismatchException;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.WeightFileException;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActivationClipsTest {
    private static final Network NETWORK = Networks.byName("resnet20");
    private static final Parameters FLOATS = Parameters.initialize(NETWORK, DType.FLOAT32, 3);

    private final List<String> notes = new ArrayList<>();

    /** The network's own weights in a wrapper, with more entries. */
    private LoadedWeights load(Map<String, Tensor> more) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        FLOATS.toWeights("").tensors().forEach((name, tensor) -> all.put("module." + name, tensor));
        all.putAll(more);
        return LoadedWeights.of(Weights.of("net.th", all), NETWORK, DType.FLOAT32, false, notes::add);
    }

    private static Tensor number(double value) {
        return Tensor.of(Shape.of(1), value);
    }

    @Test
    void clipsGoToTheSitesTheyWereTrainedAt() {
        Map<String, Tensor> alphas = new LinkedHashMap<>();
        alphas.put("module.alpha1", number(2.5));
        alphas.put("module.layer1.0.alpha1", number(1.5));
        alphas.put("module.layer3.2.alpha2", number(4));
        LoadedWeights loaded = load(alphas);
        assertEquals(Map.of("relu", 2.5, "layer1.0.relu1", 1.5, "layer3.2.relu2", 4.0), loaded.clips());
        assertEquals(FLOATS.get("conv1.weight").toString(), loaded.parameters().get("conv1.weight").toString());
        assertTrue(notes.contains(
                "3 trained clips of activations, 1.500 to 4.000: quantize starts from them, floats do not need "
                        + "them"),
                notes::toString);
    }

    @Test
    void aFileWithoutThemHasNone() {
        assertTrue(load(Map.of()).clips().isEmpty());
    }

    @Test
    void whatBelongsToNoSiteIsStillAStranger() {
        assertThrows(ParameterMismatchException.class, () -> load(Map.of("module.layer9.0.alpha1", number(1))));
    }

    @Test
    void clipsNotAboveZeroAreNoRanges() {
        Map<String, Tensor> alphas = new LinkedHashMap<>();
        alphas.put("module.layer1.0.alpha1", number(1.5));
        alphas.put("module.layer1.1.alpha1", number(-3));
        alphas.put("module.layer1.1.alpha2", number(0));
        assertEquals(Map.of("layer1.0.relu1", 1.5), load(alphas).clips());
        assertTrue(notes.getFirst().endsWith("; not above 0, so passed over: layer1.1.relu1, layer1.1.relu2"),
                notes::toString);
        alphas.remove("module.layer1.0.alpha1");
        assertTrue(load(alphas).clips().isEmpty());
        assertTrue(notes.stream().anyMatch(n -> n.startsWith("no trained clip of activations that is above 0; ")),
                notes::toString);
    }

    @Test
    void aClipIsOneFiniteNumber() {
        for (Tensor bad : List.of(number(Double.NaN), number(Double.POSITIVE_INFINITY))) {
            assertEquals(
                    "net.th: expected 'module.layer1.0.alpha1', where activations are clipped, to be one finite number, "
                            + "got " + bad.get(0),
                    assertThrows(WeightFileException.class, () -> load(Map.of("module.layer1.0.alpha1", bad)))
                            .getMessage());
        }
        assertEquals("net.th: expected 'alpha', where activations are clipped, to be one finite number, got shape [2]",
                assertThrows(WeightFileException.class, () -> load(Map.of("alpha", Tensor.of(Shape.of(2), 1, 2))))
                        .getMessage());
    }
}
