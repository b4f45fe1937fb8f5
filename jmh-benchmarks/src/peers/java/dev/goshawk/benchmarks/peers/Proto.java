package dev.goshawk.benchmarks.peers;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A message of an ONNX file, field by field. */
final class Proto {
    /** A field: a whole number, or bytes of a text or message. */
    private record Field(int number, Object value) {
    }

    private final List<Field> fields = new ArrayList<>();

    static Proto of(byte[] bytes) {
        Proto message = new Proto();
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                Object value = switch (WireFormat.getTagWireType(tag)) {
                    case WireFormat.WIRETYPE_VARINT -> in.readInt64();
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.readByteArray();
                    default -> throw new IllegalArgumentException("a field of the export is of no kind known here");
                };
                message.fields.add(new Field(WireFormat.getTagFieldNumber(tag), value));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return message;
    }

    Proto add(int number, long value) {
        fields.add(new Field(number, value));
        return this;
    }

    Proto add(int number, byte[] value) {
        fields.add(new Field(number, value));
        return this;
    }

    Proto add(int number, String value) {
        return add(number, value.getBytes(StandardCharsets.UTF_8));
    }

    Proto add(int number, Proto value) {
        return add(number, value.bytes());
    }

    /** Adds the fields of a number of another message. */
    Proto addAll(Proto from, int number) {
        from.fields.stream().filter(f -> f.number == number).forEach(fields::add);
        return this;
    }

    /** The same without the fields of some numbers. */
    Proto without(int... numbers) {
        Proto rest = new Proto();
        fields.stream().filter(f -> Arrays.stream(numbers).noneMatch(n -> n == f.number))
                .forEach(rest.fields::add);
        return rest;
    }

    List<byte[]> all(int number) {
        return fields.stream().filter(f -> f.number == number).map(f -> (byte[]) f.value).toList();
    }

    List<String> texts(int number) {
        return all(number).stream().map(b -> new String(b, StandardCharsets.UTF_8)).toList();
    }

    long[] wholes(int number) {
        return fields.stream().filter(f -> f.number == number).mapToLong(f -> (Long) f.value).toArray();
    }

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            for (Field f : fields) {
                if (f.value instanceof byte[] b) {
                    out.writeByteArray(f.number, b);
                } else {
                    out.writeInt64(f.number, (Long) f.value);
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
