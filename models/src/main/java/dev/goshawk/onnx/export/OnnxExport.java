package dev.goshawk.onnx.export;

import dev.goshawk.files.AtomicFile;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.packed.FoldedNormalization;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.LevelRule;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a network as an ONNX file of operator set 13: images [batch, 3, height, width], normalized, to logits. Batch normalization is folded. Weights
 * that are whole multiples of a scale are int8 (or uint8) with DequantizeLinear, others float; activations are QuantizeLinear, Clip to the codes of their width, and
 * DequantizeLinear ("QCDQ"), in uint8.
 */
public final class OnnxExport {
    private final PackedModel model;
    private final GraphBytes out = new GraphBytes();
    private final NodeWriter nodes = new NodeWriter(out);
    private final List<Value> sites = new ArrayList<>();

    private OnnxExport(PackedModel model) {
        this.model = model;
    }

    /**
     * Writes the file, as a whole.
     *
     * @throws IllegalArgumentException in one line, if something of the network has no operator
     * @throws IOException in one line, if the file cannot be written
     */
    public static void write(Path file, PackedModel model) throws IOException {
        AtomicFile.write(file, new OnnxExport(model).bytes());
    }

    private byte[] bytes() {
        PackedNetwork content = model.content();
        for (int i = 0; i < content.activations().size(); i++) {
            PackedActivation.Form form = content.activations().get(i).form();
            if (form != PackedActivation.Form.LINEAR && form != PackedActivation.Form.FLOAT) {
                throw new IllegalArgumentException("ONNX: expected activations in equal steps at '"
                        + model.description().sites().get(i).name() + "', it has " + form);
            }
        }
        content.visit(model.description(), new Parameters());
        int height = model.info().height();
        int width = model.info().width();
        TracedNetwork traced = model.network().trace(DType.FLOAT32, 1, height, width, Mode.EVALUATION, new Hooks());
        out.input(TracedNetwork.IMAGES, 3, height, width);
        nodes.name(TracedNetwork.IMAGES, TracedNetwork.IMAGES);
        for (int i = 0; i < sites.size(); i++) {
            add(sites.get(i));
            nodes.name(site(i), quantized(content.activations().get(i), nodes.nameOf(sites.get(i)), site(i)));
        }
        add(traced.logits());
        out.node("Identity", "logits", nodes.nameOf(traced.logits()));
        out.output("logits", model.network().classes());
        return out.model(model.network().name(), "goshawk");
    }

    private static String site(int i) {
        return "site" + i;
    }

    private void add(Value result) {
        Graph.of("result", result).nodes().forEach(nodes::add);
    }

    private String quantized(PackedActivation a, String x, String name) {
        if (a.form() == PackedActivation.Form.FLOAT) {
            return x;
        }
        String scale = out.floats(name + ".scale", new long[0], a.numbers()[0]);
        String zero = out.bytes("zero", false, new long[0], (byte) 0);
        String codes = out.node("QuantizeLinear", name + ".q", x, scale, zero);
        if (a.bits() < Byte.SIZE) {
            codes = out.node("Clip", name + ".clip", codes, zero,
                    out.bytes("highest" + a.bits(), false, new long[0], (byte) a.highest()));
        }
        return out.node("DequantizeLinear", name, codes, scale, zero);
    }

    private final class Parameters implements PackedNetwork.Visitor {
        @Override
        public void weight(ParameterSpec spec, PackedWeight weight, float[] floats) {
            nodes.name(spec.name(), OnnxExport.this.weight(spec, weight,
                    weight.rule().isFloat() ? floats : values(spec, weight)));
        }

        @Override
        public void bias(ParameterSpec spec, float[] values) {
            nodes.byChannel(spec.name(), values);
        }

        @Override
        public void array(ParameterSpec spec, float[] values) {
            nodes.byChannel(spec.name(), values);
        }
    }

    /** The values of a quantized weight in PyTorch's order. */
    private static float[] values(ParameterSpec spec, PackedWeight packed) {
        float[] own = packed.values(spec.shape()).floats();
        PackedWeight.Order order = new PackedWeight.Order(spec.shape());
        float[] values = new float[own.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = own[order.target(i)];
        }
        return values;
    }

    /** Writes a weight in PyTorch's layout. */
    private String weight(ParameterSpec spec, PackedWeight packed, float[] values) {
        Shape s = spec.shape();
        long[] dims = s.rank() == 4
                ? new long[] {s.dim(3), s.dim(2), s.dim(0), s.dim(1)}
                : new long[] {s.dim(1), s.dim(0)};
        LevelRule rule = packed.rule();
        boolean linear = rule.form() == LevelRule.Form.LINEAR && packed.large().length == 0;
        int last = linear ? rule.integer(rule.levels() - 1) : 0;
        boolean signed = linear && rule.first() >= Byte.MIN_VALUE && last <= Byte.MAX_VALUE;
        boolean unsigned = linear && rule.stride() == 1 && rule.first() <= 0 && -rule.first() < 256;
        if (!signed && !unsigned) {
            return out.floats(spec.name(), dims, values);
        }
        int[] codes = packed.unpacked();
        byte[] bytes = new byte[codes.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (signed ? rule.integer(codes[i]) : codes[i]);
        }
        long[] groups = rule.groups() == 1 ? new long[0] : new long[] {rule.groups()};
        byte[] zeros = new byte[rule.groups()];
        Arrays.fill(zeros, (byte) (signed ? 0 : -rule.first()));
        return out.node("DequantizeLinear", spec.name() + ".values", new GraphBytes.Attributes().add("axis", 0),
                out.bytes(spec.name(), signed, dims, bytes),
                out.floats(spec.name() + ".scale", groups, packed.numbers()),
                out.bytes(spec.name() + ".zero", signed, groups, zeros));
    }

    /** Cuts the network at its activations, and puts folded batch normalization in. */
    private final class Hooks extends FoldedNormalization {
        Hooks() {
            super(model.content());
        }

        @Override
        protected Value input(String name, Shape shape, float[] values) {
            nodes.byChannel(name, values);
            return Value.input(name, DType.FLOAT32, shape);
        }

        @Override
        public Value activation(ActivationSite site, Value activation) {
            sites.add(activation);
            return Value.input(site(sites.size() - 1), DType.FLOAT32, activation.shape());
        }
    }
}
