package dev.goshawk.onnx.export;

import com.google.protobuf.CodedOutputStream;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An ONNX model as protobuf, field by field: nodes, initializers, one input and one output. Numbers of fields are those of
 * {@code onnx.proto}. Where a name is taken already, what is added has another one; each method returns what it is called.
 */
final class GraphBytes {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_INT = 2;
    private static final int TYPE_STRING = 3;
    private static final int TYPE_TENSOR = 4;
    private static final int TYPE_FLOATS = 6;
    private static final int TYPE_STRINGS = 8;
    private static final int TYPE_INTS = 7;

    private final ByteArrayOutputStream fields = new ByteArrayOutputStream();
    /** Names of all values, with what a small array holds. */
    private final Map<String, TensorBytes> taken = new HashMap<>();
    private final Set<String> nodes = new HashSet<>();
    private final Set<String> domains = new TreeSet<>();

    /**
     * A model with nothing in it.
     *
     * @param reserved names of its input and its output
     */
    GraphBytes(String... reserved) {
        for (String name : reserved) {
            taken.put(name, TensorBytes.NOT_SHARED);
        }
    }

    private String unused(String name) {
        String free = name;
        for (int i = 2; taken.containsKey(free); i++) {
            free = name + "." + i;
        }
        taken.put(free, TensorBytes.NOT_SHARED);
        return free;
    }

    interface Body {
        void write(CodedOutputStream out) throws IOException;
    }

    static byte[] message(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            body.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void field(int number, byte[] body) {
        fields.writeBytes(message(out -> out.writeByteArray(number, body)));
    }

    /** Attributes of a node. */
    static final class Attributes {
        private final List<byte[]> all = new ArrayList<>();

        Attributes add(String name, long value) {
            all.add(message(out -> {
                out.writeString(1, name);
                out.writeInt64(3, value);
                out.writeInt32(20, TYPE_INT);
            }));
            return this;
        }

        Attributes add(String name, Attribute value) {
            byte[] body = message(out -> {
                out.writeString(1, name);
                switch (value) {
                    case Attribute.Whole w -> {
                        out.writeInt64(3, w.value());
                        out.writeInt32(20, TYPE_INT);
                    }
                    case Attribute.Real r -> {
                        out.writeFloat(2, r.value());
                        out.writeInt32(20, TYPE_FLOAT);
                    }
                    case Attribute.Text t -> {
                        out.writeString(4, t.value());
                        out.writeInt32(20, TYPE_STRING);
                    }
                    case Attribute.Texts t -> {
                        for (String text : t.values()) {
                            out.writeString(9, text);
                        }
                        out.writeInt32(20, TYPE_STRINGS);
                    }
                    case Attribute.Wholes w -> {
                        for (long v : w.values()) {
                            out.writeInt64(8, v);
                        }
                        out.writeInt32(20, TYPE_INTS);
                    }
                    case Attribute.Reals r -> {
                        for (float v : r.values()) {
                            out.writeFloat(7, v);
                        }
                        out.writeInt32(20, TYPE_FLOATS);
                    }
                    case Attribute.Array a -> {
                        out.writeByteArray(5, TensorBytes.of(a.value()).message(""));
                        out.writeInt32(20, TYPE_TENSOR);
                    }
                    case Attribute.Graph _, Attribute.Reference _, Attribute.Other _ ->
                        throw new IllegalArgumentException(
                                "ONNX: expected numbers, texts or arrays as attributes, " + name + " is none");
                }
            });
            all.add(body);
            return this;
        }

        Attributes add(String name, String value) {
            return add(name, new Attribute.Text(value));
        }

        Attributes add(String name, long... values) {
            all.add(message(out -> {
                out.writeString(1, name);
                for (long v : values) {
                    out.writeInt64(8, v);
                }
                out.writeInt32(20, TYPE_INTS);
            }));
            return this;
        }
    }

    /** Adds a node; its result has the name of the node. */
    String node(String operator, String name, Attributes attributes, String... inputs) {
        return node("", operator, name, attributes, inputs);
    }

    /** Adds a node of a domain of operators; empty for ONNX's own. */
    String node(String domain, String operator, String name, Attributes attributes, String... inputs) {
        String free = unused(name);
        write(domain, operator, free, attributes, List.of(inputs), List.of(free));
        return free;
    }

    String node(String operator, String name, String... inputs) {
        return node(operator, name, new Attributes(), inputs);
    }

    /** Adds a node of another file with other inputs; an empty name stands for an input or output that is left out. */
    List<String> node(OnnxNode node, List<String> inputs) {
        Attributes attributes = new Attributes();
        new TreeMap<>(node.attributes()).forEach(attributes::add);
        List<String> outputs = node.outputs().stream().map(o -> o.isEmpty() ? "" : unused(o)).toList();
        write(node.domain(), node.operator(), node.name(), attributes, inputs, outputs);
        return outputs;
    }

    /** Adds the node that gives the model's output. */
    void last(String operator, String output, String input) {
        write("", operator, output, new Attributes(), List.of(input), List.of(output));
    }

    private void write(String domain, String operator, String name, Attributes attributes, List<String> inputs,
            List<String> outputs) {
        // Runtimes refuse two nodes of one name; a node need not have one.
        String own = nodes.add(name) ? name : "";
        field(1, message(out -> {
            for (String i : inputs) {
                out.writeString(1, i);
            }
            for (String o : outputs) {
                out.writeString(2, o);
            }
            out.writeString(3, own);
            out.writeString(4, operator);
            for (byte[] a : attributes.all) {
                out.writeByteArray(5, a);
            }
            if (!domain.isEmpty()) {
                domains.add(domain);
                out.writeString(7, domain);
            }
        }));
    }

    /** Adds an array of float32. */
    String floats(String name, long[] dims, float... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return initializer(name, new TensorBytes(FLOAT, dims, raw.array()));
    }

    /** Adds an array of int64. */
    String longs(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return initializer(name, new TensorBytes(INT64, new long[] {values.length}, raw.array()));
    }

    /** Adds an array of whole numbers of at most 8 bits. */
    String codes(String name, ElementKind kind, long[] dims, int... values) {
        return initializer(name, new TensorBytes(kind.code(), dims, kind.pack(values)));
    }

    /** Adds an array of another file. */
    String array(String name, ConstantArray array) {
        return initializer(name, TensorBytes.of(array));
    }

    private String initializer(String name, TensorBytes held) {
        String free = name;
        for (int i = 2; taken.get(free) instanceof TensorBytes other; i++) {
            if (held.isShared(other)) {
                return free;
            }
            free = name + "." + i;
        }
        taken.put(free, held.isShort() ? held : TensorBytes.NOT_SHARED);
        field(5, held.message(free));
        return free;
    }

    /** An input or output of float32; a first extent below 1 is any batch's. */
    private static byte[] floatsOf(String name, long... dims) {
        byte[] shape = message(out -> {
            for (long dim : dims) {
                out.writeByteArray(1, message(d -> {
                    if (dim > 0) {
                        d.writeInt64(1, dim);
                    } else {
                        d.writeString(2, "batch");
                    }
                }));
            }
        });
        byte[] tensor = message(out -> {
            out.writeInt32(1, FLOAT);
            out.writeByteArray(2, shape);
        });
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(t -> t.writeByteArray(1, tensor)));
        });
    }

    void input(String name, long... dims) {
        field(11, floatsOf(name, dims));
    }

    void output(String name, long... dims) {
        field(12, floatsOf(name, dims));
    }

    /** The whole model. */
    byte[] model(String network, String producer, int irVersion, int opset) {
        field(2, network.getBytes(StandardCharsets.UTF_8));
        byte[] graph = fields.toByteArray();
        return message(out -> {
            out.writeInt64(1, irVersion);
            out.writeString(2, producer);
            out.writeByteArray(7, graph);
            out.writeByteArray(8, message(o -> o.writeInt64(2, opset)));
            for (String domain : domains) {
                out.writeByteArray(8, message(o -> {
                    o.writeString(1, domain);
                    o.writeInt64(2, 1);
                }));
            }
        });
    }
}
