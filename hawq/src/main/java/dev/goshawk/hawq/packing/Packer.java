package dev.goshawk.hawq.packing;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.ResizeFilter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.Objective;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.format.Codes;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedInfo;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Puts a quantized network into the packed format. */
public final class Packer {
    private static final int MOST_STEPS = Short.MAX_VALUE;

    private final Network network;
    private final NetworkDescription description;
    private final Parameters parameters;
    private final QuantizedNetwork quantized;
    private final Quantizer quantizer;

    private Packer(Network network, Parameters parameters, QuantizedNetwork quantized, Quantizer quantizer) {
        this.network = network;
        this.description = network.describe();
        this.parameters = parameters;
        this.quantized = quantized;
        this.quantizer = quantizer;
    }

    /**
     * Packs a network. Every weight is unpacked again and compared with what the network computes with.
     *
     * @param parameters the network's float parameters, float32
     * @param quantized the network as it is quantized
     * @param quantizer what it is quantized by
     * @param images those that its accuracy is measured on: classes, size and preprocessing are taken from them
     * @param normalization of the images
     * @param backend folds batch normalization
     * @throws IllegalArgumentException in one line, if there is something that the format has no place for
     */
    public static PackedNetwork pack(Network network, Parameters parameters, QuantizedNetwork quantized,
            Quantizer quantizer, ImageDataset images, Normalization normalization, Backend backend) {
        return new Packer(network, parameters, quantized, quantizer).pack(images.classes(), images.height(),
                images.width(), images.resize(), images.filter(), normalization, backend);
    }

    /** A float network in the same form, classes named by their numbers, for images of the size that it was made for. */
    public static PackedNetwork ofFloats(Network network, Parameters parameters, Normalization normalization,
            Backend backend) {
        Quantizer none = UniformQuantizer.standard();
        List<String> classes = IntStream.range(0, network.classes()).mapToObj(Integer::toString).toList();
        return new Packer(network, parameters, new QuantizedNetwork(network, parameters, none, BitWidth.FLOAT), none)
                .pack(classes, network.inputSize(), network.inputSize(), 0, ResizeFilter.BILINEAR, normalization,
                        backend);
    }

    private PackedNetwork pack(List<String> classes, int height, int width, int resize, ResizeFilter filter,
            Normalization normalization,
            Backend backend) {
        if (parameters.dtype() != DType.FLOAT32) {
            throw new IllegalArgumentException("packed model: expected float32 parameters, got " + parameters.dtype());
        }
        PackedInfo info = new PackedInfo(network.name(), PackedNetwork.structure(description), classes,
                normalization, height, width, resize, filter);
        List<PackedWeight> weights = new ArrayList<>();
        List<float[]> floats = new ArrayList<>();
        List<float[]> biases = new ArrayList<>();
        for (ParameterSpec spec : description.parameters()) {
            Tensor tensor = parameters.get(spec.name());
            if (spec.isWeight()) {
                TensorQuantizer q = quantized.weight(spec.name());
                weights.add(q == null ? PackedWeight.ofFloats() : weight(spec, tensor, q));
                if (q == null) {
                    floats.add(ordered(tensor));
                }
            } else if (spec.kind() == ParameterSpec.Kind.BIAS) {
                biases.add(PackedLevels.floats(tensor));
            } else if (PackedNetwork.isArray(spec)) {
                floats.add(PackedLevels.floats(tensor));
            }
        }
        Folded folded = fold(backend);
        return new PackedNetwork(info, weights,
                description.sites().stream().map(s -> activation(s, quantized.activations().get(s.name()))).toList(),
                folded.scales(), folded.biases(), joined(biases), joined(floats));
    }

    private static float[] ordered(Tensor weight) {
        PackedWeight.Order order = new PackedWeight.Order(weight.shape());
        float[] all = new float[weight.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) weight.get(order.target(i));
        }
        return all;
    }

    private static float[] joined(List<float[]> lists) {
        float[] all = new float[lists.stream().mapToInt(l -> l.length).sum()];
        int at = 0;
        for (float[] list : lists) {
            System.arraycopy(list, 0, all, at, list.length);
            at += list.length;
        }
        return all;
    }

    private static PackedWeight weight(ParameterSpec spec, Tensor weight, TensorQuantizer quantizer) {
        PackedLevels levels = PackedLevels.of(quantizer);
        PackedWeight.Order order = new PackedWeight.Order(weight.shape());
        Tensor codes = quantizer.codes(weight);
        int[] ordered = new int[codes.size()];
        for (int i = 0; i < ordered.length; i++) {
            ordered[i] = (int) codes.get(order.target(i));
        }
        byte[] packed = Codes.pack(ordered, levels.rule().bits());
        PackedWeight plain = new PackedWeight(ordered.length, levels.rule(), levels.numbers(), packed);
        Tensor wanted = quantizer.quantized(weight);
        PackedWeight whole = withLarge(plain, wanted, order, quantizer.large().orElse(null));
        requireEqual(spec, whole.values(weight.shape()), wanted);
        return whole;
    }

    /** Adds the elements that are none of the levels, where the quantizer keeps such. */
    private static PackedWeight withLarge(PackedWeight plain, Tensor wanted, PackedWeight.Order order,
            TensorQuantizer.@Nullable LargeValues large) {
        if (large == null) {
            return plain;
        }
        Tensor values = plain.values(wanted.shape());
        int[] places = new int[wanted.size()];
        short[] steps = new short[wanted.size()];
        int count = 0;
        for (int i = 0; i < places.length; i++) {
            double value = wanted.get(order.target(i));
            if (value != values.get(order.target(i))) {
                places[count] = i;
                steps[count++] = (short) Math.clamp(Math.round(value / large.step()), -MOST_STEPS, MOST_STEPS);
            }
        }
        return count == 0
                ? plain
                : new PackedWeight(plain.elements(), plain.rule(), plain.numbers(), plain.codes(),
                        Arrays.copyOf(places, count), Arrays.copyOf(steps, count), (float) large.step());
    }

    private static void requireEqual(ParameterSpec spec, Tensor unpacked, Tensor wanted) {
        for (int i = 0; i < wanted.size(); i++) {
            if (unpacked.get(i) != wanted.get(i)) {
                throw new IllegalArgumentException("packed model: weight '" + spec.name() + "' holds "
                        + wanted.get(i) + ", which is none of its quantizer's levels and cannot be packed");
            }
        }
    }

    private PackedActivation activation(ActivationSite site, @Nullable TensorQuantizer q) {
        if (q == null) {
            return PackedActivation.ofFloats();
        }
        int bits = q.bits().bits();
        if (quantizer.hasUniformActivations()) {
            return new PackedActivation(PackedActivation.Form.LINEAR, bits, new float[] {(float) q.levels().get(1)});
        }
        Tensor basis = q.basis().orElse(null);
        if (basis != null) {
            return new PackedActivation(PackedActivation.Form.BASIS, bits, PackedLevels.floats(basis));
        }
        TensorQuantizer.LargeValues large = q.large().orElseThrow(() -> new IllegalArgumentException(
                "packed model: the activations of '" + site.name() + "' are rounded by "
                        + quantizer.describeActivations() + ", which the packed format has no place for"));
        return new PackedActivation(PackedActivation.Form.SPLIT, bits,
                new float[] {(float) q.levels().get(1), (float) large.from(), (float) large.step()});
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Folded(float[] scales, float[] biases) {
    }

    /** Batch normalization as a factor and a sum, computed as the network in evaluation mode computes them. */
    private Folded fold(Backend backend) {
        SequencedMap<String, Value> scales = new LinkedHashMap<>();
        SequencedMap<String, Value> shifts = new LinkedHashMap<>();
        network.trace(DType.FLOAT32, network.inputShape(1), Mode.EVALUATION, new LayerHooks() {
            @Override
            public Value normalization(String name, Value x, Value scale, Value shift) {
                scales.put("scale/" + name, scale);
                shifts.put("shift/" + name, shift);
                return x;
            }
        }, Objective.CROSS_ENTROPY);
        if (scales.isEmpty()) {
            return new Folded(new float[0], new float[0]);
        }
        SequencedMap<String, Value> all = new LinkedHashMap<>(scales);
        all.putAll(shifts);
        Executable folding = backend.compile(Graph.of(all));
        parameters.bindTo(folding);
        folding.run();
        return new Folded(joined(scales.keySet().stream().map(n -> PackedLevels.floats(folding.output(n))).toList()),
                joined(shifts.keySet().stream().map(n -> PackedLevels.floats(folding.output(n))).toList()));
    }
}
