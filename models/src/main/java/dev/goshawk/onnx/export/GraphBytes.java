package dev.goshawk.onnx.export;

import com.google.protobuf.CodedOutputStream;
import dev.goshawk.onnx.format.ElementKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** An ONNX model as protobuf, field by field: nodes, initializers, one input and one output. Numbers of fields are those of {@code onnx.proto}. */
final class GraphBytes {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int TYPE_INT = 2;
    private static final int TYPE_STRING = 3;
    private static final int TYPE_INTS = 7;

    private final ByteArrayOutputStream fields = new ByteArrayOutputStream();
    private final Set<String> initializers = new HashSet<>();
    private final Set<String> domains = new TreeSet<>();

    private interface Body {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Body body) {
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

        Attributes add(String name, String value) {
            all.add(message(out -> {
                out.writeString(1, name);
                out.writeString(4, value);
                out.writeInt32(20, TYPE_STRING);
            }));
            return this;
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
        field(1, message(out -> {
            for (String i : inputs) {
                out.writeString(1, i);
            }
            out.writeString(2, name);
            out.writeString(3, name);
            out.writeString(4, operator);
            for (byte[] a : attributes.all) {
                out.writeByteArray(5, a);
            }
            if (!domain.isEmpty()) {
                domains.add(domain);
                out.writeString(7, domain);
            }
        }));
        return name;
    }

    String node(String operator, String name, String... inputs) {
        return node(operator, name, new Attributes(), inputs);
    }

    /** Adds an array of float32, once for a name. */
    String floats(String name, long[] dims, float... values) {
        return initializer(name, FLOAT, dims, () -> {
            ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            raw.asFloatBuffer().put(values);
            return raw.array();
        });
    }

    /** Adds an array of int64, once for a name. */
    String longs(String name, long... values) {
        return initializer(name, INT64, new long[] {values.length}, () -> {
            ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            raw.asLongBuffer().put(values);
            return raw.array();
        });
    }

    /** Adds an array of whole numbers of at most 8 bits, once for a name. */
    String codes(String name, ElementKind kind, long[] dims, int... values) {
        return initializer(name, kind.code(), dims, () -> kind.pack(values));
    }

    private String initializer(String name, int type, long[] dims, Supplier<byte[]> raw) {
        if (initializers.add(name)) {
            byte[] data = raw.get();
            field(5, message(out -> {
                for (long d : dims) {
                    out.writeInt64(1, d);
                }
                out.writeInt32(2, type);
                out.writeString(8, name);
                out.writeByteArray(9, data);
            }));
        }
        return name;
    }

    /** An input or output of float32 whose first extent is the batch's. */
    private static byte[] batchOf(String name, long... dims) {
        byte[] shape = message(out -> {
            out.writeByteArray(1, message(d -> d.writeString(2, "batch")));
            for (long dim : dims) {
                out.writeByteArray(1, message(d -> d.writeInt64(1, dim)));
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
        field(11, batchOf(name, dims));
    }

    void output(String name, long... dims) {
        field(12, batchOf(name, dims));
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
