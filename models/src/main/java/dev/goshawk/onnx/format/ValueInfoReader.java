package dev.goshawk.onnx.format;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code ValueInfoProto}: the name, element type and shape of a graph's input or output. */
final class ValueInfoReader {
    private static final int LEN = Wire.LENGTH_DELIMITED;
    private static final int OPEN = -1;

    private String name = "";
    private long element;
    private final List<Integer> dims = new ArrayList<>();

    private ValueInfoReader() {
    }

    static OnnxModel.Input read(CodedInputStream in) throws IOException {
        ValueInfoReader reader = new ValueInfoReader();
        Wire.message(in, reader::info);
        try {
            return new OnnxModel.Input(reader.name, ElementKind.of(reader.element), reader.dims);
        } catch (OnnxException e) {
            throw new OnnxException("input " + OnnxException.quoted(reader.name) + ": "
                    + (reader.element == 0 ? "expected a tensor" : e.getMessage()), e);
        }
    }

    static String name(CodedInputStream in) throws IOException {
        ValueInfoReader reader = new ValueInfoReader();
        Wire.message(in, reader::info);
        return reader.name;
    }

    private boolean info(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case 1 << 3 | LEN -> name = in.readString();
            case 2 << 3 | LEN -> Wire.message(in, this::type);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean type(int tag, CodedInputStream in) throws IOException {
        if (tag != (1 << 3 | LEN)) {
            return false;
        }
        Wire.message(in, this::tensor);
        return true;
    }

    private boolean tensor(int tag, CodedInputStream in) throws IOException {
        switch (tag) {
            case 1 << 3 | Wire.VARINT -> element = in.readInt64();
            case 2 << 3 | LEN -> Wire.message(in, (t, m) -> {
                if (t != (1 << 3 | LEN)) {
                    return false;
                }
                dims.add(extent(m));
                return true;
            });
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int extent(CodedInputStream in) throws IOException {
        int[] extent = {OPEN};
        Wire.message(in, (tag, m) -> {
            if (tag != (1 << 3 | Wire.VARINT)) {
                return false;
            }
            long value = m.readInt64();
            extent[0] = value < 1 || value > Integer.MAX_VALUE ? OPEN : (int) value;
            return true;
        });
        return extent[0];
    }
}
