package dev.goshawk.packed.format;

import dev.goshawk.packed.format.Container.Type;
import java.nio.ByteBuffer;

/** Elements of weights that are stored by themselves, read weight by weight. */
final class Large {
    private final int[] counts;
    private final float[] steps;
    private final ByteBuffer values;
    private final ByteBuffer places;
    private int weight;
    private int step;

    Large(Container container, int weights) {
        this.counts = new int[weights];
        ByteBuffer numbers = container.array(PackedFile.LARGE_COUNTS, Type.I32,
                container.bytesOf(PackedFile.LARGE_COUNTS) == 0 ? 0 : weights);
        long total = 0;
        int with = 0;
        for (int i = 0; numbers.hasRemaining(); i++) {
            counts[i] = numbers.getInt();
            if (counts[i] < 0) {
                throw new IllegalArgumentException("tensor " + PackedFile.LARGE_COUNTS
                        + ": expected numbers of 0 or more, got " + counts[i]);
            }
            total += counts[i];
            with += counts[i] > 0 ? 1 : 0;
        }
        this.steps = container.floats(PackedFile.LARGE_STEPS, with);
        this.values = container.array(PackedFile.LARGE_VALUES, Type.I16, total);
        this.places = container.array(PackedFile.LARGE_PLACES, Type.U8, -1);
    }

    /** The next weight with what is its own. */
    PackedWeight add(PackedWeight plain) {
        int elements = plain.elements();
        int count = counts[weight++];
        if (count == 0) {
            return plain;
        }
        if (plain.rule().isFloat()) {
            throw new IllegalArgumentException("expected no large values of a float weight, got " + count);
        }
        int bits = PackedWeight.placeBits(elements);
        if (count > elements || Codes.bytes(count, bits) > places.remaining()) {
            throw new IllegalArgumentException(
                    "expected places of " + count + " large values, got " + places.remaining() + " bytes");
        }
        byte[] packed = new byte[(int) Codes.bytes(count, bits)];
        places.get(packed);
        Codes reader = new Codes(packed, 0, bits);
        short[] own = new short[count];
        int[] at = new int[count];
        int least = 0;
        for (int k = 0; k < count; k++) {
            own[k] = values.getShort();
            at[k] = reader.next();
            if (at[k] < least || at[k] >= elements) {
                throw new IllegalArgumentException("expected places of large values ascending below " + elements
                        + ", got " + at[k]);
            }
            least = at[k] + 1;
        }
        return new PackedWeight(elements, plain.rule(), plain.numbers(), plain.codes(), at, own, steps[step++]);
    }

    void requireAllTaken() {
        if (values.hasRemaining() || places.hasRemaining()) {
            throw new IllegalArgumentException(
                    "expected no more large values than " + PackedFile.LARGE_COUNTS + " says");
        }
    }
}
