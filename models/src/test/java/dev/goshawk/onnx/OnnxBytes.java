package dev.goshawk.onnx;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Writes small ONNX models for tests. */
public final class OnnxBytes {
    private final List<byte[]> graph = new ArrayList<>();
    private final List<byte[]> nodes = new ArrayList<>();
    private final List<byte[]> functions = new ArrayList<>();
    private final List<String> references = new ArrayList<>();
    private final Set<String> domains = new TreeSet<>();
    private final int opset;

    public OnnxBytes(int opset) {
        this.opset = opset;
    }

    public interface Body {
        void write(CodedOutputStream out) throws IOException;
    }

    public static byte[] message(Body body) {
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

    private OnnxBytes field(int number, byte[] body) {
        graph.add(message(out -> out.writeByteArray(number, body)));
        return this;
    }

    /** An input; an extent of 0 or less is left open. */
    public OnnxBytes input(String name, int elementType, long... dims) {
        return field(11, info(name, elementType, dims));
    }

    /** An input (11) or output (12) that is a sequence of arrays. */
    public OnnxBytes sequence(int field, String name) {
        byte[] element = message(type -> type.writeByteArray(1, message(out -> out.writeInt32(1, 1))));
        return field(field, message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(type -> type.writeByteArray(4, message(s -> s.writeByteArray(1, element)))));
        }));
    }

    public OnnxBytes output(String name) {
        return output(name, 1);
    }

    /** An output of an element type and whatever shape. */
    public OnnxBytes output(String name, int elementType) {
        return field(12, info(name, message(out -> out.writeInt32(1, elementType))));
    }

    private static byte[] info(String name, int elementType, long... dims) {
        byte[] shape = message(out -> {
            for (long d : dims) {
                out.writeByteArray(1, message(dim -> {
                    if (d > 0) {
                        dim.writeInt64(1, d);
                    } else {
                        dim.writeString(2, "n");
                    }
                }));
            }
        });
        byte[] tensor = message(out -> {
            out.writeInt32(1, elementType);
            out.writeByteArray(2, shape);
        });
        return info(name, tensor);
    }

    private static byte[] info(String name, byte[] tensor) {
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(type -> type.writeByteArray(1, tensor)));
        });
    }

    public static byte[] floats(String name, long[] dims, float... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            raw.putFloat(v);
        }
        return tensor(name, 1, dims, raw.array());
    }

    public static byte[] integers(String name, long[] dims, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long v : values) {
            raw.putLong(v);
        }
        return tensor(name, 7, dims, raw.array());
    }

    public static byte[] tensor(String name, int elementType, long[] dims, byte[] raw) {
        return message(out -> {
            for (long d : dims) {
                out.writeInt64(1, d);
            }
            out.writeInt32(2, elementType);
            out.writeString(8, name);
            out.writeByteArray(9, raw);
        });
    }

    public OnnxBytes initializer(byte[] tensor) {
        return field(5, tensor);
    }

    public OnnxBytes node(String operator, List<String> inputs, List<String> outputs, byte[]... attributes) {
        return named("", "", operator, inputs, outputs, attributes);
    }

    /** A node with a name, of a domain of operators; both may be empty. */
    public OnnxBytes named(String domain, String name, String operator, List<String> inputs, List<String> outputs,
            byte[]... attributes) {
        if (!domain.isEmpty()) {
            domains.add(domain);
        }
        byte[] node = message(out -> {
            for (String i : inputs) {
                out.writeString(1, i);
            }
            for (String o : outputs) {
                out.writeString(2, o);
            }
            out.writeString(3, name);
            out.writeString(4, operator);
            for (byte[] a : attributes) {
                out.writeByteArray(5, a);
            }
            out.writeString(7, domain);
        });
        nodes.add(node);
        return field(1, node);
    }

    /**
     * Defines an operator by the nodes of a body.
     *
     * @param defaults attributes of nodes that leave them out
     */
    public OnnxBytes function(String domain, String name, List<String> inputs, List<String> outputs, OnnxBytes body,
            byte[]... defaults) {
        functions.add(message(out -> {
            out.writeString(1, name);
            for (String i : inputs) {
                out.writeString(4, i);
            }
            for (String o : outputs) {
                out.writeString(5, o);
            }
            for (byte[] node : body.nodes) {
                out.writeByteArray(7, node);
            }
            out.writeByteArray(9, message(o -> {
                o.writeString(1, "");
                o.writeInt64(2, body.opset);
            }));
            for (String other : body.domains) {
                out.writeByteArray(9, message(o -> {
                    o.writeString(1, other);
                    o.writeInt64(2, 1);
                }));
            }
            out.writeString(10, domain);
            for (byte[] d : defaults) {
                out.writeByteArray(11, d);
            }
            for (String attribute : body.references) {
                out.writeString(6, attribute);
            }
        }));
        return this;
    }

    /** An attribute that is what the function around is given under a name; types are those of {@code AttributeProto}. */
    public static byte[] reference(String name, String of, int type) {
        return message(out -> {
            out.writeString(1, name);
            out.writeInt32(20, type);
            out.writeString(21, of);
        });
    }

    /** Says that a function of these nodes has attributes without defaults. */
    public OnnxBytes takes(String... attributes) {
        references.addAll(List.of(attributes));
        return this;
    }

    /** An attribute that is an array. */
    public static byte[] array(String name, byte[] tensor) {
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(5, tensor);
            out.writeInt32(20, 4);
        });
    }

    public static byte[] attribute(String name, long... values) {
        return message(out -> {
            out.writeString(1, name);
            for (long v : values) {
                out.writeInt64(8, v);
            }
            out.writeInt32(20, 7);
        });
    }

    public static byte[] attribute(String name, int value) {
        return message(out -> {
            out.writeString(1, name);
            out.writeInt64(3, value);
            out.writeInt32(20, 2);
        });
    }

    public static byte[] real(String name, float value) {
        return message(out -> {
            out.writeString(1, name);
            out.writeFloat(2, value);
            out.writeInt32(20, 1);
        });
    }

    public static byte[] reals(String name, float... values) {
        return message(out -> {
            out.writeString(1, name);
            for (float v : values) {
                out.writeFloat(7, v);
            }
            out.writeInt32(20, 6);
        });
    }

    public static byte[] attribute(String name, String value) {
        return message(out -> {
            out.writeString(1, name);
            out.writeString(4, value);
            out.writeInt32(20, 3);
        });
    }

    /** An attribute that is a graph. */
    public static byte[] graph(String name, OnnxBytes body) {
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(6, body.graph());
            out.writeInt32(20, 5);
        });
    }

    private byte[] graph() {
        return message(g -> {
            g.writeString(2, "graph");
            for (byte[] field : graph) {
                g.writeRawBytes(field);
            }
        });
    }

    public byte[] toBytes() {
        return message(out -> {
            out.writeInt64(1, 8);
            out.writeByteArray(7, graph());
            out.writeByteArray(8, message(o -> o.writeInt64(2, opset)));
            for (String domain : domains) {
                out.writeByteArray(8, message(o -> {
                    o.writeString(1, domain);
                    o.writeInt64(2, 1);
                }));
            }
            for (byte[] function : functions) {
                out.writeByteArray(25, function);
            }
        });
    }
}
