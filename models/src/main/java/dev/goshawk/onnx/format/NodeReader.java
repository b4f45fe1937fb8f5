package dev.goshawk.onnx.format;

import com.google.protobuf.CodedInputStream;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code NodeProto} and {@code AttributeProto}. */
final class NodeReader {
    private static final int LEN = Wire.LENGTH_DELIMITED;
    private static final int VARINT = Wire.VARINT;
    private static final int FIXED32 = Wire.FIXED32;

    private final Path folder;
    private final TensorReader tensors;

    NodeReader(Path folder, TensorReader tensors) {
        this.folder = folder;
        this.tensors = tensors;
    }

    /**
     * A node.
     *
     * @param index its place among the nodes of its graph
     */
    OnnxNode read(CodedInputStream in, int index) throws IOException {
        List<String> from = new ArrayList<>();
        List<String> to = new ArrayList<>();
        String[] text = {"", "", "", ""};
        Map<String, Attribute> attributes = new HashMap<>();
        Wire.message(in, (tag, m) -> {
            switch (tag) {
                case 1 << 3 | LEN -> from.add(m.readString());
                case 2 << 3 | LEN -> to.add(m.readString());
                case 3 << 3 | LEN -> text[0] = m.readString();
                case 4 << 3 | LEN -> text[1] = m.readString();
                case 5 << 3 | LEN -> attribute(m, attributes);
                case 7 << 3 | LEN -> text[2] = m.readString();
                case 8 << 3 | LEN -> text[3] = m.readString();
                default -> {
                    return false;
                }
            }
            return true;
        });
        return new OnnxNode(index, String.valueOf(index), text[0], named(text[1], text[3]), text[2], from, to,
                attributes);
    }

    /** How an operator is called whose functions may have overloads. */
    static String named(String operator, String overload) {
        return overload.isEmpty() ? operator : operator + ":" + overload;
    }

    /** Adds an attribute. */
    void attribute(CodedInputStream in, Map<String, Attribute> attributes) throws IOException {
        String[] name = {""};
        @Nullable Attribute[] value = {null};
        List<Long> wholes = new ArrayList<>();
        List<Float> reals = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        long[] type = {0};
        Wire.message(in, (tag, m) -> {
            switch (tag) {
                case 1 << 3 | LEN -> name[0] = m.readString();
                case 2 << 3 | FIXED32 -> value[0] = new Attribute.Real(m.readFloat());
                case 3 << 3 | VARINT -> value[0] = new Attribute.Whole(m.readInt64());
                case 4 << 3 | LEN -> value[0] = new Attribute.Text(
                        new String(m.readByteArray(), StandardCharsets.UTF_8));
                case 5 << 3 | LEN -> value[0] = new Attribute.Array(tensors.read(m).array());
                case 6 << 3 | LEN ->
                    value[0] = new Attribute.Graph(new Subgraph(m.readByteArray(), folder, Map.of(), Map.of()));
                case 7 << 3 | FIXED32 -> reals.add(m.readFloat());
                case 7 << 3 | LEN -> Wire.packed(m, () -> reals.add(m.readFloat()));
                case 8 << 3 | VARINT -> wholes.add(m.readInt64());
                case 8 << 3 | LEN -> Wire.packed(m, () -> wholes.add(m.readInt64()));
                case 9 << 3 | LEN -> texts.add(new String(m.readByteArray(), StandardCharsets.UTF_8));
                case 20 << 3 | VARINT -> type[0] = m.readInt64();
                case 21 << 3 | LEN -> value[0] = new Attribute.Reference(m.readString());
                default -> {
                    return false;
                }
            }
            return true;
        });
        attributes.put(name[0], texts.isEmpty()
                ? attribute(type[0], value[0], wholes, reals)
                : new Attribute.Texts(List.copyOf(texts)));
    }

    /** Zero and empty values may be left out of the file: then the type alone tells what the attribute is. */
    private static Attribute attribute(long type, @Nullable Attribute value, List<Long> wholes, List<Float> reals) {
        if (value != null) {
            return value;
        }
        return switch ((int) type) {
            case 1 -> new Attribute.Real(0);
            case 2 -> new Attribute.Whole(0);
            case 3 -> new Attribute.Text("");
            case 6 -> new Attribute.Reals(List.copyOf(reals));
            case 7 -> new Attribute.Wholes(List.copyOf(wholes));
            default -> !wholes.isEmpty()
                    ? new Attribute.Wholes(List.copyOf(wholes))
                    : !reals.isEmpty() ? new Attribute.Reals(List.copyOf(reals)) : new Attribute.Other("type " + type);
        };
    }
}
