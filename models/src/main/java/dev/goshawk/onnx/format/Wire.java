package dev.goshawk.onnx.format;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;

/** Protobuf messages field by field; every length is checked against what encloses it by {@link CodedInputStream}. */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    private Wire() {
    }

    /** What is done with a field. */
    interface Field {
        /**
         * Reads the field.
         *
         * @param tag number and wire type, as {@code number << 3 | type}
         * @return false, having read nothing, if the field is to be passed over
         */
        boolean read(int tag, CodedInputStream in) throws IOException;
    }

    /** What is done with an element of a packed list. */
    interface Element {
        void read() throws IOException;
    }

    /** The fields up to the end of the stream or of the enclosing message. */
    static void body(CodedInputStream in, Field field) throws IOException {
        int tag = in.readTag();
        while (tag != 0) {
            if (!field.read(tag, in) && !in.skipField(tag)) {
                throw new IOException("a group ends that never began");
            }
            tag = in.readTag();
        }
    }

    /** A message within a message. */
    static void message(CodedInputStream in, Field field) throws IOException {
        int enclosing = in.pushLimit(in.readRawVarint32());
        body(in, field);
        in.popLimit(enclosing);
    }

    /** The elements of a packed list. */
    static void packed(CodedInputStream in, Element element) throws IOException {
        int enclosing = in.pushLimit(in.readRawVarint32());
        while (in.getBytesUntilLimit() > 0) {
            element.read();
        }
        in.popLimit(enclosing);
    }
}
