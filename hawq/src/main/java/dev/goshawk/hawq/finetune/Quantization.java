package dev.goshawk.hawq.finetune;

import dev.goshawk.hawq.quantize.ActivationRange;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks of a network are quantized, and the levels of their weights and activations at this moment. Graphs
 * traced with {@link QuantizedLayers} read the scales held here, so they follow training without being traced again.
 */
final class Quantization {
    private static final String SCALE = "scale/";
    private static final String ZERO = "zero/";
    private static final String RANGE = "range/";

    private final UniformQuantizer quantizer;
    private final BitWidth activationBits;
    private final Parameters parameters;
    private final Map<String, BitWidth> blocks = new LinkedHashMap<>();
    private final SequencedMap<String, WeightGrid> grids = new LinkedHashMap<>();
    private final SequencedMap<String, Site> sites = new LinkedHashMap<>();

    /** An activation's range and the scale it gives. */
    private static final class Site {
        private ActivationRange range = new ActivationRange();
        private final Tensor scale;

        Site(DType dtype) {
            scale = Tensor.zeros(dtype, Shape.scalar());
            scale.fill(1);
        }
    }

    /** Nothing quantized yet. */
    Quantization(UniformQuantizer quantizer, BitWidth activationBits, Parameters parameters) {
        this.quantizer = quantizer;
        this.activationBits = activationBits;
        this.parameters = parameters;
    }

    BitWidth activationBits() {
        return activationBits;
    }

    boolean holds(String block) {
        return blocks.containsKey(block);
    }

    /** Whether the block's activations are quantized. */
    boolean quantizesActivations(String block) {
        BitWidth bits = blocks.get(block);
        return bits != null && !bits.isFloat() && !activationBits.isFloat();
    }

    /** Quantizes one more block, with levels fitted to its weights as they are. */
    void enter(String block, BitWidth bits) {
        admit(block, bits);
        for (ParameterSpec spec : weights(block)) {
            WeightGrid grid = grids.get(spec.name());
            if (grid != null) {
                grid.fit(parameters.get(spec.name()));
            }
        }
    }

    /** Quantizes one more block without levels yet: enough to trace, or to restore levels into. */
    void admit(String block, BitWidth bits) {
        List<ParameterSpec> weights = weights(block);
        if (weights.isEmpty() || blocks.putIfAbsent(block, bits) != null) {
            throw new IllegalArgumentException(
                    "quantization: expected a block with weights that is still float, got '" + block
                            + "'");
        }
        if (!bits.isFloat()) {
            weights.forEach(s -> grids.put(s.name(), new WeightGrid(quantizer, bits, parameters.get(s.name()).dtype(),
                    s.shape().dim(-1))));
        }
    }

    private List<ParameterSpec> weights(String block) {
        return parameters.specs().stream().filter(s -> s.isWeight() && s.block().equals(block)).toList();
    }

    /** The levels of a weight, or null where it is float. */
    @Nullable WeightGrid grid(String weight) {
        return grids.get(weight);
    }

    /** Adapts the levels of all weights to what training made of them. */
    void followWeights() {
        grids.forEach((name, grid) -> grid.follow(parameters.get(name)));
    }

    /** The scale of an activation's levels, a scalar, shared. */
    Tensor activationScale(String site, DType dtype) {
        return sites.computeIfAbsent(site, name -> new Site(dtype)).scale;
    }

    /** Takes a batch's maximum into an activation's moving average. */
    void observe(String site, double maximum) {
        Site s = site(site);
        s.range.observe(maximum);
        s.scale.fill(s.range.scale(activationBits));
    }

    /** Moving average of an activation's maxima. */
    double range(String site) {
        return site(site).range.range();
    }

    /** Names of the quantized activations. */
    List<String> sites() {
        return List.copyOf(sites.keySet());
    }

    private Site site(String name) {
        Site s = sites.get(name);
        if (s == null) {
            throw new IllegalArgumentException("quantization: no activation '" + name + "' is quantized");
        }
        return s;
    }

    /** The network's parameters with every quantized weight replaced by the values it stands for; a copy. */
    Parameters quantizedParameters() {
        Parameters copy = parameters.copy();
        grids.forEach((name, grid) -> copy.get(name).copyFrom(grid.quantized(parameters.get(name))));
        return copy;
    }

    /** Everything training changes, to go on from later; tensors are shared. */
    void save(Map<String, Tensor> tensors, Map<String, String> bits) {
        blocks.forEach((block, width) -> bits.put(block, width.toString()));
        grids.forEach((name, grid) -> {
            tensors.put(SCALE + name, grid.scale());
            tensors.put(ZERO + name, grid.zero());
        });
        sites.forEach((name, site) -> {
            ActivationRange.State s = site.range.state();
            tensors.put(RANGE + name, Tensor.of(Shape.of(3), s.momentum(), s.range(), (double) s.observations()));
        });
    }

    /** Takes up what {@link #save} gave. */
    void restore(Map<String, Tensor> tensors, Map<String, String> bits) {
        bits.forEach((block, width) -> admit(block, BitWidth.of(Integer.parseInt(width))));
        grids.forEach((name, grid) -> {
            grid.scale().copyFrom(tensor(tensors, SCALE + name));
            grid.zero().copyFrom(tensor(tensors, ZERO + name));
        });
        DType dtype = parameters.tensors().firstEntry().getValue().dtype();
        tensors.forEach((name, t) -> {
            if (name.startsWith(RANGE)) {
                Site site = new Site(dtype);
                site.range = new ActivationRange(new ActivationRange.State(t.get(0), t.get(1), (long) t.get(2)));
                site.scale.fill(site.range.scale(activationBits));
                sites.put(name.substring(RANGE.length()), site);
            }
        });
    }

    private static Tensor tensor(Map<String, Tensor> tensors, String name) {
        Tensor t = tensors.get(name);
        if (t == null) {
            throw new IllegalArgumentException("checkpoint: expected a tensor '" + name + "', it has none");
        }
        return t;
    }
}
