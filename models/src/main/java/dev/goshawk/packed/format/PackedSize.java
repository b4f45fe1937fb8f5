package dev.goshawk.packed.format;

import java.util.Locale;

/**
 * Bytes of a packed file by what they are.
 *
 * @param codes of weights
 * @param scales of weights, of activations and of folded batch normalization, or what stands for them
 * @param biases of layers and of folded batch normalization
 * @param other floats that are no codes, large values by themselves, and the table of weights
 * @param header of the file
 */
public record PackedSize(long codes, long scales, long biases, long other, long header) {
    /** The file's length. */
    public long bytes() {
        return codes + scales + biases + other + header;
    }

    /** For a person. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%,d bytes: %,d of codes, %,d of scales, %,d of biases",
                        bytes(), codes, scales, biases));
        if (other > 0) {
            text.append(String.format(Locale.ROOT, ", %,d others", other));
        }
        if (header > 0) {
            text.append(String.format(Locale.ROOT, ", %,d of header", header));
        }
        return text.toString();
    }
}
