package dev.goshawk.fingerprint;

import dev.goshawk.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SequencedMap;

/**
 * SHA-256 over a sequence of texts, numbers, tensors and bytes, shortened to 128 bits. Every item counts with its length, so that no
 * two different sequences run together into the same bytes.
 */
public final class Fingerprint {
    private static final int BUFFER = 1 << 16;
    private static final int BYTES_SHOWN = 16;

    private final MessageDigest digest;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);

    /** Of nothing yet. */
    public Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: expected in every Java runtime", e);
        }
    }

    /** Takes in a number. */
    public Fingerprint add(long number) {
        flush(buffer.putLong(number));
        return this;
    }

    /** Takes in a text. */
    public Fingerprint add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return add(bytes, 0, bytes.length);
    }

    /** Takes in {@code length} bytes from {@code offset} on. */
    public Fingerprint add(byte[] bytes, int offset, int length) {
        add(length);
        digest.update(bytes, offset, length);
        return this;
    }

    /** Takes in texts by name, in the map's order, which has to be the same in every process: those of {@code Map.of} are not. */
    public Fingerprint addTexts(SequencedMap<String, String> texts) {
        add(texts.size());
        texts.forEach((name, text) -> add(name).add(text));
        return this;
    }

    /** Takes in tensors by name, in the map's order: type, shape and every bit of their elements. */
    public Fingerprint addTensors(SequencedMap<String, Tensor> tensors) {
        add(tensors.size());
        tensors.forEach((name, tensor) -> add(name).add(tensor));
        return this;
    }

    private void add(Tensor tensor) {
        add(tensor.dtype() + tensor.shape().toString());
        int perBuffer = BUFFER / tensor.dtype().bytes();
        for (int i = 0; i < tensor.size(); i += perBuffer) {
            int n = Math.min(perBuffer, tensor.size() - i);
            int from = tensor.offset() + i;
            switch (tensor.dtype()) {
                case FLOAT32 -> buffer.asFloatBuffer().put(tensor.floats(), from, n);
                case FLOAT64 -> buffer.asDoubleBuffer().put(tensor.doubles(), from, n);
                case INT32 -> buffer.asIntBuffer().put(tensor.ints(), from, n);
            }
            flush(buffer.position(n * tensor.dtype().bytes()));
        }
    }

    private void flush(ByteBuffer filled) {
        digest.update(filled.flip());
        filled.clear();
    }

    /** As {@code sha256 } and 32 hexadecimal digits; nothing more can be taken in. */
    public String text() {
        return "sha256 " + HexFormat.of().formatHex(digest.digest(), 0, BYTES_SHOWN);
    }
}
