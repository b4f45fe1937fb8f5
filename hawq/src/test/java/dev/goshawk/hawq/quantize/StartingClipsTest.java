package dev.goshawk.hawq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.family.StartingClips;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Mode;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StartingClipsTest {
    private static final List<ActivationSite> SITES = SmallTraining.NETWORK.trace(DType.FLOAT32, 1, Mode.EVALUATION)
            .activations();

    /** The largest value of each site after calibration over images of noise. */
    private static SequencedMap<String, Double> largest(Quantizer quantizer) {
        Parameters parameters = Parameters.initialize(SmallTraining.NETWORK, DType.FLOAT32, 1);
        QuantizedNetwork network = new QuantizedNetwork(SmallTraining.NETWORK, parameters, quantizer, BitWidth.B4);
        SITES.stream().map(ActivationSite::block).distinct().forEach(b -> network.quantize(b, BitWidth.B4));
        int side = SmallTraining.NETWORK.inputSize();
        Tensor images = Tensor.zeros(DType.FLOAT32, Shape.of(4, side, side, 3));
        network.calibrate(Set.copyOf(network.blocks().keySet()), images, 3, batch -> {
            for (int i = 0; i < images.size(); i++) {
                images.set(i, Math.sin(batch + 1.7 * i));
            }
        }, new ReferenceBackend());
        SequencedMap<String, Double> largest = new LinkedHashMap<>();
        network.activations().forEach((site, q) -> largest.put(site, q.largest()));
        return largest;
    }

    @Test
    void aGivenRangeIsStillThereAfterCalibration() {
        String first = SITES.getFirst().name();
        SequencedMap<String, Double> clips = new LinkedHashMap<>();
        clips.put(first, 0.625);
        for (String name : List.of("uniform", "pact", "lsq")) {
            Quantizer family = Quantizers.byName(name);
            SequencedMap<String, Double> without = largest(family);
            SequencedMap<String, Double> with = largest(new StartingClips(family, clips));
            assertEquals(0.625, with.get(first), 1e-7, name);
            assertTrue(Math.abs(without.get(first) - 0.625) > 1e-3, name);
            without.remove(first);
            with.remove(first);
            assertTrue(!with.isEmpty(), name);
            if (!name.equals("pact")) {
                assertTrue(with.values().stream().allMatch(range -> range > 0), name);
            } else {
                assertEquals(without, with, name);
            }
        }
    }

    @Test
    void aFactorOnRangesLeavesGivenOnesAlone() {
        TensorQuantizer q = new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MSE, 0.5).activation("s",
                DType.FLOAT64, BitWidth.B2);
        q.start(3);
        assertEquals(3, q.largest(), 1e-15);
        assertEquals(1, q.state().firstEntry().getValue().item(), 1e-15);
    }

    @Test
    void theRestIsTheFamilys() {
        Quantizer family = Quantizers.byName("rvquant");
        Quantizer starting = new StartingClips(family, new LinkedHashMap<>());
        Tensor weight = Tensor.of(Shape.of(2, 2), 0.1, -0.7, 3, 0.2);
        assertEquals(family.perturbation(weight, BitWidth.B2), starting.perturbation(weight, BitWidth.B2));
        assertEquals(family.storedBits(100, BitWidth.B3), starting.storedBits(100, BitWidth.B3));
        assertEquals(family.weightWidths(), starting.weightWidths());
        assertEquals(family.hasUniformActivations(), starting.hasUniformActivations());
    }
}
