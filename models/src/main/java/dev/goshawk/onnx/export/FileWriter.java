package dev.goshawk.onnx.export;

import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.onnx.export.GraphBytes.Attributes;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.onnx.op.Translation;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes an imported network as the nodes of its own file, for operators of any kind: arrays that became parameters are the network's,
 * batch normalization has the folded numbers, and activations are rounded after their nodes.
 */
final class FileWriter {
    private static final String LOGITS = "logits";
    private static final int FLOAT = 1;
    /** ONNX's numbers of float32's siblings, which become float32: float16, float64 and bfloat16. */
    private static final Set<Long> OTHER_FLOATS = Set.of(10L, 11L, 16L);
    /** Of the operator sets 19 to 25, the least version of the container. */
    private static final int[] VERSIONS = {9, 9, 10, 10, 11, 12, 13};
    private static final int FIRST_OF_VERSIONS = 19;
    /** The first operator set whose QuantizeLinear and DequantizeLinear have scales along an axis. */
    private static final int AXIS_OF_SCALES = 13;
    /** The first operator sets of what stands for layers that ONNX Runtime's optimizer writes. */
    private static final Map<String, Integer> FIRST = Map.of("LayerNormalization", 17, "Einsum", 12, "Erf", 9);
    private static final Set<String> QUANTIZATION = Set.of("QuantizeLinear", "DequantizeLinear");

    private final PackedModel model;
    private final OnnxNetwork.Origin origin;
    private final CodeFormat format;
    private final GraphBytes out = new GraphBytes(TracedNetwork.IMAGES, LOGITS);
    private final CodeWriter codes;
    /** Parameters and what they are called here. */
    private final Map<String, String> arrays = new HashMap<>();
    /** Values of the file and what they are called here. */
    private final Map<String, String> names = new HashMap<>();
    private int channel;
    /** Not the file's own where nodes are written anew. */
    private int opset;
    private @Nullable OlderNodes older;

    FileWriter(PackedModel model, OnnxNetwork.Origin origin, CodeFormat format) {
        this.model = model;
        this.origin = origin;
        this.format = format;
        this.codes = new CodeWriter(out, format);
        this.opset = origin.model().opset();
    }

    byte[] bytes(OnnxNetwork network) {
        PackedNetwork content = model.content();
        boolean coded = content.weights().stream().anyMatch(w -> !w.rule().isFloat())
                || content.activations().stream().anyMatch(a -> a.form() != PackedActivation.Form.FLOAT);
        List<OnnxNode> needed = needed();
        if (coded && opset < format.opset()) {
            renew(network, needed);
        }
        if (network.roundsActivations() && !network.isRounded()) {
            throw new IllegalArgumentException("ONNX: expected a network without QuantizeLinear of activations, "
                    + network.file() + " has some, and operators that Goshawk's own networks have not");
        }
        content.visit(model.description(), new Parameters());
        String images = origin.model().inputs().getFirst().name();
        names.put(images, TracedNetwork.IMAGES);
        List<Integer> dims = origin.model().inputs().getFirst().dims();
        int height = model.info().height();
        int width = model.info().width();
        int channels = network.isGray() ? 1 : 3;
        out.input(TracedNetwork.IMAGES, network.isChannelsLast()
                ? new long[] {dims.getFirst(), height, width, channels}
                : new long[] {dims.getFirst(), channels, height, width});
        needed.forEach(n -> requireOpset(network, n));
        needed.forEach(this::write);
        // Flattened from its second axis on, what has two axes stays as it is.
        out.last(origin.rank() == 2 ? "Identity" : "Flatten", LOGITS, input(origin.logits()));
        out.output(LOGITS, dims.getFirst(), network.classes());
        int version = opset < FIRST_OF_VERSIONS
                ? CodeFormat.QCDQ.irVersion()
                : VERSIONS[Math.min(opset - FIRST_OF_VERSIONS, VERSIONS.length - 1)];
        return out.model(network.name(), "goshawk", version, opset);
    }

    /** Takes the operator set of the format, if all nodes can be written as its. */
    private void renew(OnnxNetwork network, List<OnnxNode> needed) {
        boolean beyond = format.opset() > OlderNodes.WRITTEN;
        List<String> formless = needed.stream().filter(n -> !beyond && !OlderNodes.takes(n, opset))
                .map(OnnxNode::describe).toList();
        if (beyond || !formless.isEmpty()) {
            throw new IllegalArgumentException("ONNX: expected a network of operator set " + format.opset()
                    + " or newer for quantized numbers, " + network.file() + " is of " + opset
                    + (formless.isEmpty()
                            ? ""
                            : ", and " + String.join(", ", formless) + (formless.size() > 1 ? " have" : " has")
                                    + " no known form there")
                    + ": convert it by onnx.version_converter first");
        }
        older = new OlderNodes(out, opset);
        opset = OlderNodes.WRITTEN;
    }

    /** Fused and integer layers are written as nodes that the file's own operator set may not have yet. */
    private void requireOpset(OnnxNetwork network, OnnxNode node) {
        boolean axis = QUANTIZATION.contains(node.operator()) && node.has("axis");
        int first = axis ? AXIS_OF_SCALES : FIRST.getOrDefault(node.operator(), 0);
        if (node.isStandard() && opset < first) {
            throw new IllegalArgumentException("ONNX: expected a network of operator set " + first + " or newer for "
                    + (axis ? "scales along an axis, as those of " : "what stands for ") + node.describe() + ", "
                    + network.file() + " is of " + origin.model().opset()
                    + ": convert it by onnx.version_converter first");
        }
    }

    /** The nodes that the logits depend on, without those that only made what are parameters now. */
    private List<OnnxNode> needed() {
        Set<String> wanted = new HashSet<>(List.of(origin.logits()));
        List<OnnxNode> nodes = new ArrayList<>();
        for (OnnxNode node : origin.model().nodes().reversed()) {
            if (node.outputs().stream().anyMatch(o -> wanted.contains(o) && !origin.uses().containsKey(o))) {
                wanted.addAll(isFolded(node) ? node.inputs().subList(0, 1) : given(node));
                nodes.add(node);
            }
        }
        return nodes.reversed();
    }

    /** What a node takes: dropout in training mode is left out as any other. */
    private static List<String> given(OnnxNode node) {
        return "Dropout".equals(node.operator()) ? node.inputs().subList(0, 1) : node.inputs();
    }

    private boolean isFolded(OnnxNode node) {
        return origin.normalizations().containsKey(node.index());
    }

    private void write(OnnxNode node) {
        List<String> inputs = isFolded(node)
                ? normalization(node)
                : given(node).stream().map(this::input).toList();
        Map<String, Attribute> attributes = new HashMap<>(node.attributes());
        if (isFolded(node)) {
            attributes.put("epsilon", new Attribute.Real(0));
            attributes.remove("training_mode");
        }
        if ("Cast".equals(node.operator()) && attributes.get("to") instanceof Attribute.Whole(long to)
                && OTHER_FLOATS.contains(to)) {
            attributes.put("to", new Attribute.Whole(FLOAT));
        }
        List<String> outputs = isFolded(node) ? node.outputs().subList(0, 1) : node.outputs();
        OnnxNode written = new OnnxNode(node.index(), node.place(), node.name(), node.operator(), node.domain(),
                node.inputs(), outputs, attributes);
        List<String> made = older == null ? out.node(written, inputs) : older.write(written, inputs);
        for (int i = 0; i < made.size(); i++) {
            names.put(node.outputs().get(i), made.get(i));
        }
        String site = origin.sites().get(node.index());
        if (site != null) {
            names.put(node.outputs().getFirst(), rounded(site, made.getFirst()));
        }
    }

    private String rounded(String site, String value) {
        List<ActivationSite> sites = model.description().sites();
        for (int i = 0; i < sites.size(); i++) {
            if (sites.get(i).name().equals(site)) {
                return codes.activation(model.content().activations().get(i), value, "site" + i);
            }
        }
        throw new IllegalStateException("no activation '" + site + "'");
    }

    /** Inputs of a normalization with the folded numbers in place of scale, shift, mean and variance. */
    private List<String> normalization(OnnxNode node) {
        int channels = origin.normalizations().getOrDefault(node.index(), 0);
        float[] zeros = new float[channels];
        float[] ones = new float[channels];
        Arrays.fill(ones, 1);
        float[][] all = {Arrays.copyOfRange(model.content().normalizationScales(), channel, channel + channels),
                Arrays.copyOfRange(model.content().normalizationBiases(), channel, channel + channels), zeros, ones};
        channel += channels;
        List<String> inputs = new ArrayList<>(List.of(input(node.inputs().getFirst())));
        for (int i = 0; i < all.length; i++) {
            inputs.add(out.floats(node.inputs().get(i + 1), new long[] {channels}, all[i]));
        }
        return inputs;
    }

    /** What a value of the file is called here; one that no node made is a parameter or an array of the file. */
    private String input(String name) {
        if (name.isEmpty()) {
            return name;
        }
        Translation.Use use = origin.uses().get(name);
        String known = names.get(name);
        if (known == null && use != null) {
            String array = arrays.getOrDefault(use.parameter(), "");
            known = use.transposed()
                    ? out.node("Transpose", use.parameter() + ".rows", new Attributes().add("perm", 1, 0), array)
                    : array;
        } else if (known == null) {
            known = out.array(name, Objects.requireNonNull(origin.model().initializers().get(name), name));
        }
        names.put(name, known);
        return known;
    }

    private final class Parameters implements PackedNetwork.Visitor {
        @Override
        public void weight(ParameterSpec spec, PackedWeight weight, float[] floats) {
            long[] dims = OnnxExport.torch(spec.shape());
            arrays.put(spec.name(), weight.rule().isFloat()
                    ? out.floats(spec.name(), dims, floats)
                    : codes.weight(spec.name(), dims, weight, OnnxExport.values(spec, weight)));
        }

        @Override
        public void bias(ParameterSpec spec, float[] values) {
            array(spec, values);
        }

        @Override
        public void array(ParameterSpec spec, float[] values) {
            Shape s = spec.shape();
            arrays.put(spec.name(), out.floats(spec.name(), Arrays.stream(s.dims()).asLongStream().toArray(), values));
        }
    }
}
