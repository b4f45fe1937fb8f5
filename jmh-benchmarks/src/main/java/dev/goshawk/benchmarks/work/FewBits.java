package dev.goshawk.benchmarks.work;

import dev.goshawk.data.Normalization;
import dev.goshawk.models.Network;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.Codes;
import dev.goshawk.packed.format.LevelRule;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedInfo;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Networks of few bits with weights drawn from a normal distribution, as trained ones have: what they compute means nothing, how long it takes does. */
public final class FewBits {
    /** Standard deviations that the outermost level stands for. */
    private static final double OUTERMOST = 2.5;

    private FewBits() {
    }

    /** A network with all weights and activations of so many bits. */
    public static PackedModel of(Network network, int bits) {
        SplittableRandom random = new SplittableRandom(1);
        NetworkDescription d = network.describe();
        int half = (1 << bits - 1) - 1;
        List<PackedWeight> weights = new ArrayList<>();
        for (ParameterSpec spec : PackedNetwork.weightsOf(d)) {
            int[] codes = new int[spec.shape().size()];
            Arrays.setAll(codes, i -> half + (int) Math.round(
                    Math.clamp(random.nextGaussian() / OUTERMOST, -1, 1) * half));
            float[] scales = new float[spec.shape().dim(-1)];
            Arrays.fill(scales, (float) (OUTERMOST * Math.sqrt(2.0 / spec.fanIn()) / half));
            weights.add(new PackedWeight(codes.length,
                    new LevelRule(LevelRule.Form.LINEAR, bits, 2 * half + 1, scales.length, -half, 1), scales,
                    Codes.pack(codes, bits)));
        }
        PackedInfo info = new PackedInfo(network.name(), PackedNetwork.structure(d),
                IntStream.range(0, network.classes()).mapToObj(i -> "class " + i).toList(), Normalization.IMAGENET,
                network.inputSize(), network.inputSize(), 0);
        float step = (float) (3.0 / ((1 << bits) - 1));
        return PackedModel.of(network, new PackedNetwork(info, weights,
                d.sites().stream().map(s -> new PackedActivation(PackedActivation.Form.LINEAR, bits,
                        new float[] {step})).toList(),
                constants(d, ParameterSpec.Kind.BN_WEIGHT, 0.7f), constants(d, ParameterSpec.Kind.BN_WEIGHT, 0),
                constants(d, ParameterSpec.Kind.BIAS, 0), new float[0]));
    }

    private static float[] constants(NetworkDescription d, ParameterSpec.Kind kind, float value) {
        float[] all = new float[d.parameters().stream().filter(s -> s.kind() == kind).mapToInt(s -> s.shape().size())
                .sum()];
        Arrays.fill(all, value);
        return all;
    }
}
