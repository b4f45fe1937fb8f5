package dev.goshawk.onnx.format;

import com.google.protobuf.CodedInputStream;
import dev.goshawk.files.RegularFile;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * Reads ONNX files. Field numbers are those of {@code onnx.proto}; what a network's meaning does not depend on (documentation,
 * inferred types, training information) is passed over.
 */
public final class OnnxReader {
    private static final int LEN = Wire.LENGTH_DELIMITED;
    private static final int VARINT = Wire.VARINT;

    private static final long LONGEST = Integer.MAX_VALUE - Long.BYTES;

    private final Path folder;
    private final TensorReader tensors;
    private final NodeReader nodeReader;
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final SequencedMap<String, ConstantArray> initializers = new LinkedHashMap<>();
    /** What to say of arrays whose types are not supported. */
    private final Map<String, OnnxException> unknown = new HashMap<>();
    private final List<OnnxModel.Input> inputs = new ArrayList<>();
    /** Inputs of a function, or of a graph that is an attribute. */
    private final List<String> names = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, LocalFunction> functions = new LinkedHashMap<>();
    private String producer = "";
    private int opset;

    private OnnxReader(Path folder) {
        this.folder = folder;
        tensors = new TensorReader(folder);
        nodeReader = new NodeReader(folder, tensors);
    }

    /** Reads a graph that is an attribute. */
    static Subgraph.Body subgraph(byte[] bytes, Path folder) {
        try {
            OnnxReader reader = new OnnxReader(folder);
            Wire.body(CodedInputStream.newInstance(bytes), reader::subgraph);
            reader.checkArrays();
            return new Subgraph.Body(reader.nodes, reader.initializers, reader.names, reader.outputs);
        } catch (IOException e) {
            throw new OnnxException("its graph is damaged", e);
        }
    }

    /** As {@link #graph}; inputs need no type. */
    private boolean subgraph(int tag, CodedInputStream in) throws IOException {
        if (tag == (11 << 3 | LEN)) {
            names.add(ValueInfoReader.name(in));
            return true;
        }
        return graph(tag, in);
    }

    /**
     * Reads a file and checks that every value is made before it is used.
     *
     * @throws OnnxException in one line that begins with the file's name
     */
    public static OnnxModel read(Path file) {
        try {
            byte[] bytes = bytes(file);
            OnnxReader reader = new OnnxReader(file.toAbsolutePath().resolveSibling(""));
            Wire.body(CodedInputStream.newInstance(bytes), reader::model);
            if (reader.nodes.isEmpty()) {
                throw new OnnxException("is not an ONNX file, or holds no graph");
            }
            reader.checkArrays();
            // A file whose own nodes are calls of functions need not say which operators those use.
            int opset = reader.opset > 0
                    ? reader.opset
                    : reader.functions.values().stream().mapToInt(LocalFunction::opset).max().orElse(0);
            return new OnnxModel(file.toString(), opset, reader.producer, reader.nodes, reader.initializers,
                    reader.inputs, reader.outputs, reader.functions);
        } catch (IOException e) {
            throw new OnnxException(file + ": is not an ONNX file, or is damaged or cut short", e);
        } catch (IllegalArgumentException e) {
            throw new OnnxException(file + ": " + e.getMessage(), e);
        }
    }

    /** Arrays of types that cannot be read are an error where they are used. */
    private void checkArrays() {
        Stream.concat(nodes.stream().flatMap(n -> n.inputs().stream()), outputs.stream()).filter(unknown::containsKey)
                .findFirst().ifPresent(name -> {
                    throw unknown.get(name);
                });
    }

    private static byte[] bytes(Path file) {
        try {
            long size = RegularFile.size(file);
            if (size > LONGEST) {
                throw new OnnxException(
                        "is larger than protobuf's limit of 2 GiB; weights that large are stored as external data");
            }
            return RegularFile.read(file, size);
        } catch (IOException e) {
            throw new OnnxException(String.valueOf(e.getMessage()), e);
        }
    }

    private boolean model(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case 2 << 3 | LEN -> producer = in.readString();
            case 7 << 3 | LEN -> Wire.message(in, this::graph);
            case 8 << 3 | LEN -> opset(in);
            case 25 << 3 | LEN -> new OnnxReader(folder).function(in, functions);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void opset(CodedInputStream in) throws IOException {
        String[] domain = {""};
        long[] version = {0};
        Wire.message(in, (tag, m) -> {
            switch (tag) {
                case 1 << 3 | LEN -> domain[0] = m.readString();
                case 2 << 3 | VARINT -> version[0] = m.readInt64();
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (domain[0].isEmpty() || "ai.onnx".equals(domain[0])) {
            opset = (int) Math.clamp(version[0], 0, Integer.MAX_VALUE);
        }
    }

    private void function(CodedInputStream in, Map<String, LocalFunction> all) throws IOException {
        String[] text = {"", "", ""};
        Map<String, Attribute> defaults = new HashMap<>();
        Wire.message(in, (tag, m) -> {
            switch (tag) {
                case 1 << 3 | LEN -> text[0] = m.readString();
                case 4 << 3 | LEN -> names.add(m.readString());
                case 5 << 3 | LEN -> outputs.add(m.readString());
                case 7 << 3 | LEN -> nodes.add(nodeReader.read(m, nodes.size()));
                case 9 << 3 | LEN -> opset(m);
                case 10 << 3 | LEN -> text[1] = m.readString();
                case 11 << 3 | LEN -> nodeReader.attribute(m, defaults);
                case 13 << 3 | LEN -> text[2] = m.readString();
                default -> {
                    return false;
                }
            }
            return true;
        });
        String operator = NodeReader.named(text[0], text[2]);
        String name = OnnxException.quoted((text[1].isEmpty() ? "" : text[1] + ".") + operator);
        LocalFunction function = new LocalFunction(name,
                new Subgraph.Body(nodes, initializers, names, outputs), defaults, opset);
        if (all.put(LocalFunction.key(text[1], operator), function) != null) {
            throw new OnnxException("two functions are named " + name);
        }
    }

    private boolean graph(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case 1 << 3 | LEN -> nodes.add(nodeReader.read(in, nodes.size()));
            case 5 << 3 | LEN -> {
                Optional<TensorReader.Named> tensor = tensors.read(in, unknown);
                if (tensor.isPresent() && initializers.put(tensor.get().name(), tensor.get().array()) != null) {
                    throw new OnnxException("two initializers are named " + OnnxException.quoted(tensor.get().name()));
                }
            }
            case 11 << 3 | LEN -> inputs.add(ValueInfoReader.read(in));
            case 12 << 3 | LEN -> outputs.add(ValueInfoReader.name(in));
            case 15 << 3 | LEN -> throw new OnnxException("sparse initializers are not supported");
            default -> {
                return false;
            }
        }
        return true;
    }
}
