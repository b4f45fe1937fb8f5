package dev.goshawk.packed;

import dev.goshawk.data.Normalization;
import dev.goshawk.models.Network;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.packed.format.Codes;
import dev.goshawk.packed.format.LevelRule;
import dev.goshawk.packed.format.LevelRule.Form;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedInfo;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Packed networks with random codes. */
public final class PackedSamples {
    private PackedSamples() {
    }

    /** ResNet20 for three classes, weights of 2 to 5 bits, activations of 4. */
    public static PackedNetwork resnet20() {
        return of(Networks.byName("resnet20", 3), 4);
    }

    /** A network with linear weights of 2 to 5 bits. Its numbers are such that no value is halfway between two levels. */
    public static PackedNetwork of(Network network, int activationBits) {
        return of(network, activationBits, network.inputSize());
    }

    /** As {@link #of(Network, int)}, for images of another side. */
    public static PackedNetwork of(Network network, int activationBits, int side) {
        SplittableRandom random = new SplittableRandom(5);
        NetworkDescription d = network.describe();
        List<PackedWeight> weights = new ArrayList<>();
        int bits = 2;
        for (ParameterSpec spec : PackedNetwork.weightsOf(d)) {
            int half = (1 << bits - 1) - 1;
            int[] codes = random.ints(spec.shape().size(), 0, 2 * half + 1).toArray();
            float scale = (float) (0.8 / half / Math.sqrt(spec.fanIn()));
            int channels = spec.shape().dim(-1);
            float[] scales = floats(channels, i -> scale * (0.9871f + i % 5 / 8f));
            weights.add(new PackedWeight(codes.length,
                    new LevelRule(Form.LINEAR, bits, 2 * half + 1, channels, -half, 1), scales,
                    Codes.pack(codes, bits)));
            bits = bits == 5 ? 2 : bits + 1;
        }
        int channels = d.parameters().stream().filter(s -> s.kind() == ParameterSpec.Kind.BN_WEIGHT)
                .mapToInt(s -> s.shape().size()).sum();
        int biases = d.parameters().stream().filter(s -> s.kind() == ParameterSpec.Kind.BIAS)
                .mapToInt(s -> s.shape().size()).sum();
        int arrays = d.parameters().stream()
                .filter(s -> s.kind() == ParameterSpec.Kind.ARRAY || s.kind() == ParameterSpec.Kind.CONSTANT)
                .mapToInt(s -> s.shape().size()).sum();
        PackedInfo info = new PackedInfo(network.name(), PackedNetwork.structure(d),
                IntStream.range(0, network.classes()).mapToObj(i -> "class " + i).toList(), Normalization.IMAGENET,
                side, side, 0);
        return new PackedNetwork(info, weights,
                d.sites().stream().map(s -> new PackedActivation(PackedActivation.Form.LINEAR, activationBits,
                        new float[] {0.2437f})).toList(),
                floats(channels, i -> 0.9973f + i % 7 / 16f), floats(channels, i -> 0.0131f + i % 3 / 8f),
                floats(biases, i -> i / 10f), floats(arrays, i -> 0.3f + i % 5 / 8f));
    }

    /** The same network with float weights of the same values, and float activations. */
    public static PackedNetwork floats(PackedNetwork p, Network network) {
        List<ParameterSpec> specs = PackedNetwork.weightsOf(network.describe());
        float[] all = new float[specs.stream().mapToInt(s -> s.shape().size()).sum()];
        int at = 0;
        for (int i = 0; i < specs.size(); i++) {
            PackedWeight.Order order = new PackedWeight.Order(specs.get(i).shape());
            Tensor values = p.weights().get(i).values(specs.get(i).shape());
            for (int k = 0; k < values.size(); k++) {
                all[at++] = values.floats()[order.target(k)];
            }
        }
        return new PackedNetwork(p.info(), specs.stream().map(s -> PackedWeight.ofFloats()).toList(),
                p.activations().stream().map(a -> PackedActivation.ofFloats()).toList(), p.normalizationScales(),
                p.normalizationBiases(), p.biases(), all);
    }

    private interface Numbers {
        float of(int i);
    }

    private static float[] floats(int count, Numbers numbers) {
        float[] all = new float[count];
        for (int i = 0; i < count; i++) {
            all[i] = numbers.of(i);
        }
        return all;
    }
}
