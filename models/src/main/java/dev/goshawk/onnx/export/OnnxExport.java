package dev.goshawk.onnx.export;

import dev.goshawk.files.AtomicFile;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Objective;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.onnx.OnnxNetwork;
import dev.goshawk.packed.FoldedNormalization;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.PackedActivation;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a network as an ONNX file: images [batch, 3, height, width] (or of one channel), normalized, to logits. Batch normalization is folded, into the weights of
 * float layers. Weights that are whole multiples of a scale are written as a {@link CodeFormat} says, others are float. An imported network
 * with operators beyond those of Goshawk's own is written as the nodes of its file, with other arrays.
 */
public final class OnnxExport {
    private static final String LOGITS = "logits";

    private final PackedModel model;
    private final GraphBytes out = new GraphBytes(TracedNetwork.IMAGES, LOGITS);
    private final NodeWriter nodes = new NodeWriter(out);
    private final CodeFormat format;
    private final CodeWriter codes;
    private final List<Value> sites = new ArrayList<>();

    private OnnxExport(PackedModel model, CodeFormat format) {
        this.model = model;
        this.format = format;
        this.codes = new CodeWriter(out, format);
    }

    /**
     * Writes the file, as a whole.
     *
     * @throws IllegalArgumentException in one line, if something of the network has no operator
     * @throws IOException in one line, if the file cannot be written
     */
    public static void write(Path file, PackedModel model, CodeFormat format) throws IOException {
        AtomicFile.write(file, bytes(model, format));
    }

    private static byte[] bytes(PackedModel model, CodeFormat format) {
        requireEqualSteps(model);
        try {
            return new OnnxExport(model, format).bytes();
        } catch (NodeWriter.UnsupportedException e) {
            if (model.network() instanceof OnnxNetwork imported) {
                return new FileWriter(model, imported.origin(), format).bytes(imported);
            }
            throw e;
        }
    }

    private static void requireEqualSteps(PackedModel model) {
        PackedNetwork content = model.content();
        for (int i = 0; i < content.activations().size(); i++) {
            PackedActivation.Form form = content.activations().get(i).form();
            if (form != PackedActivation.Form.LINEAR && form != PackedActivation.Form.FLOAT) {
                throw new IllegalArgumentException("ONNX: expected activations in equal steps at '"
                        + model.description().sites().get(i).name() + "', it has " + form);
            }
        }
    }

    private byte[] bytes() {
        PackedNetwork content = model.content();
        content.visit(model.description(), new Parameters());
        int height = model.info().height();
        int width = model.info().width();
        int channels = model.network().isGray() ? 1 : 3;
        TracedNetwork traced = model.network().trace(DType.FLOAT32, Shape.of(1, height, width, channels),
                Mode.EVALUATION,
                new Hooks(), Objective.CROSS_ENTROPY);
        out.input(TracedNetwork.IMAGES, 0, channels, height, width);
        nodes.name(TracedNetwork.IMAGES, TracedNetwork.IMAGES);
        for (int i = 0; i < sites.size(); i++) {
            nodes.name(site(i), codes.activation(content.activations().get(i), nodes.write(sites.get(i)), site(i)));
        }
        out.last("Identity", LOGITS, nodes.write(traced.logits()));
        out.output(LOGITS, 0, model.network().classes());
        return out.model(model.network().name(), "goshawk", format.irVersion(), format.opset());
    }

    private static String site(int i) {
        return "site" + i;
    }

    private final class Parameters implements PackedNetwork.Visitor {
        @Override
        public void weight(ParameterSpec spec, PackedWeight weight, float[] floats) {
            if (weight.rule().isFloat()) {
                nodes.floats(spec.name(), torch(spec.shape()), floats);
            } else {
                nodes.coded(spec.name(),
                        codes.weight(spec.name(), torch(spec.shape()), weight, values(spec, weight)));
            }
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
    static float[] values(ParameterSpec spec, PackedWeight packed) {
        float[] own = packed.values(spec.shape()).floats();
        PackedWeight.Order order = new PackedWeight.Order(spec.shape());
        float[] values = new float[own.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = own[order.target(i)];
        }
        return values;
    }

    /** A weight's extents in PyTorch's order. */
    static long[] torch(Shape s) {
        return s.rank() == 4
                ? new long[] {s.dim(3), s.dim(2), s.dim(0), s.dim(1)}
                : new long[] {s.dim(1), s.dim(0)};
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
