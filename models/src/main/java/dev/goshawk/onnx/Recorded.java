package dev.goshawk.onnx;

import dev.goshawk.files.Printable;
import dev.goshawk.graph.Value;
import dev.goshawk.models.Layers;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.op.Source;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** Puts what is found into a network's layers. */
final class Recorded implements Source {
    private static final String FIRST_BLOCK = "input";

    private final Layers net;
    private final Map<String, String> blocks;
    private final boolean rounded;
    private final Map<String, Tensor> arrays;
    private final List<BlockPatterns.Layer> layers = new ArrayList<>();
    private final Map<Integer, String> sites = new HashMap<>();
    private final SequencedMap<Integer, Integer> normalizations = new LinkedHashMap<>();
    /** Names of parameters, and of what a traced network is given besides. */
    private final Set<String> made = new HashSet<>(List.of(TracedNetwork.IMAGES, TracedNetwork.LABELS));
    private String block = FIRST_BLOCK;
    private String layer = "";
    private int node;

    /**
     * For one tracing.
     *
     * @param blocks by layers; others are a block each
     * @param rounded whether activations are rounded where the file says so
     * @param arrays given the file's array of each parameter, in PyTorch's layout
     */
    Recorded(Layers net, Map<String, String> blocks, boolean rounded, Map<String, Tensor> arrays) {
        this.net = net;
        this.blocks = blocks;
        this.rounded = rounded;
        this.arrays = arrays;
    }

    /** Layers with a weight, in the order of the network. */
    List<BlockPatterns.Layer> layers() {
        return layers;
    }

    /** Names of activations, by the index of their node. */
    Map<Integer, String> sites() {
        return sites;
    }

    /** Channels of batch normalizations, by the index of their node. */
    SequencedMap<Integer, Integer> normalizations() {
        return normalizations;
    }

    @Override
    public void begins(OnnxNode next) {
        node = next.index();
    }

    @Override
    public DType dtype() {
        return net.dtype();
    }

    @Override
    public boolean hasMode() {
        return true;
    }

    @Override
    public boolean rounds() {
        return rounded;
    }

    @Override
    public void layer(String name) {
        layer = Printable.line(name);
    }

    @Override
    public Value parameter(String given, ConstantArray array, Kind kind, boolean frozen) {
        String parameter = unused(given);
        if (kind == Kind.CONV_WEIGHT || kind == Kind.LINEAR_WEIGHT) {
            String own = parameter.endsWith(".weight")
                    ? parameter.substring(0, parameter.length() - ".weight".length())
                    : parameter;
            layers.add(new BlockPatterns.Layer(own, layer));
            block = blocks.getOrDefault(own, own);
        }
        arrays.computeIfAbsent(parameter, n -> array.tensor(DType.FLOAT32));
        int[] d = array.shape().dims();
        Shape shape = switch (kind) {
            case CONV_WEIGHT -> Shape.of(d[2], d[3], d[1], d[0]);
            case LINEAR_WEIGHT -> Shape.of(d[1], d[0]);
            case BIAS, BN_WEIGHT, BN_BIAS, BN_MEAN, BN_VARIANCE, ARRAY, CONSTANT -> array.shape();
        };
        return net.block(block).parameter(parameter, frozen ? Kind.CONSTANT : kind, shape);
    }

    @Override
    public void addMacs(long count) {
        net.block(block).addMacs(count);
    }

    @Override
    public void computed(String name, Value value) {
        net.computed(Printable.line(name), value);
    }

    @Override
    public Value activation(String site, Value rectified) {
        String shown = Printable.line(site);
        String name = shown;
        for (int i = 2; sites.containsValue(name); i++) {
            name = shown + "." + i;
        }
        sites.put(node, name);
        return net.block(block).activation(name, rectified);
    }

    @Override
    public Value batchNorm(Value x, Normalized names, double epsilon) {
        normalizations.put(node, x.shape().dim(-1));
        List<String> own = new ArrayList<>();
        for (Named named : List.of(names.gamma(), names.beta(), names.mean(), names.variance())) {
            String parameter = unused(named.name());
            arrays.computeIfAbsent(parameter, n -> named.array().tensor(DType.FLOAT32));
            own.add(parameter);
        }
        return net.block(block).batchNorm(x, own.get(0), own.get(1), own.get(2), own.get(3), epsilon);
    }

    /** The name as it can be shown, or where it is taken another: an array that is used in two places may become two. */
    private String unused(String name) {
        String shown = Printable.line(name);
        String free = shown;
        for (int i = 2; !made.add(free); i++) {
            free = shown + "." + i;
        }
        return free;
    }
}
