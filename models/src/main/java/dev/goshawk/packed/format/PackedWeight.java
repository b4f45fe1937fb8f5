package dev.goshawk.packed.format;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;

/**
 * A weight as codes. Elements are in PyTorch's order: filters [out, in / groups, height, width], matrices [out, in].
 *
 * @param elements how many; 0 of a float weight
 * @param rule what codes stand for
 * @param numbers the rule's
 * @param codes packed, see {@link Codes}; of a float weight empty
 * @param places of the elements that are stored by themselves, ascending
 * @param large their values, in steps
 * @param step of those
 */
@SuppressWarnings("ArrayRecordComponent")
public record PackedWeight(int elements, LevelRule rule, float[] numbers, byte[] codes, int[] places, short[] large,
        float step) {
    /** Floats of a cache line. */
    private static final int TOGETHER = 16;
    /** Elements of a channel that are unpacked before they are put in their places. */
    private static final int PIECE = 256;
    private static final short[] NO_VALUES = {};
    private static final int[] NO_PLACES = {};

    /** A weight whose elements all have a code. */
    public PackedWeight(int elements, LevelRule rule, float[] numbers, byte[] codes) {
        this(elements, rule, numbers, codes, NO_PLACES, NO_VALUES, 0);
    }

    /** A weight of which nothing but floats is stored. */
    public static PackedWeight ofFloats() {
        return new PackedWeight(0, LevelRule.ofFloats(), new float[0], new byte[0]);
    }

    /** Bits of the place of one element among so many: 1 or more, and enough for the last one's. */
    static int placeBits(int elements) {
        return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(elements - 1));
    }

    /**
     * Checks the codes.
     *
     * @throws IllegalArgumentException if one is none of the rule's
     */
    void check() {
        int bits = rule.bits();
        if (rule.isFloat() || rule.levels() == 1 << bits
                || rule.levels() == (1 << bits) - 1 && !Codes.containsLargest(codes, bits)) {
            return;
        }
        int largest = Codes.largest(codes, bits, elements);
        if (elements > 0 && largest >= rule.levels()) {
            throw new IllegalArgumentException("expected codes of 0 to " + (rule.levels() - 1) + ", got " + largest);
        }
    }

    /**
     * The integer codes, unpacked.
     *
     * @throws IllegalArgumentException if one is none of the rule's
     */
    public int[] unpacked() {
        check();
        Codes reader = new Codes(codes, 0, rule.bits());
        int[] all = new int[elements];
        for (int i = 0; i < elements; i++) {
            all[i] = reader.next();
        }
        return all;
    }

    /**
     * The values that the network computes with, in float32.
     *
     * @param shape in Goshawk's layout: filters [height, width, in / groups, out], matrices [in, out]
     */
    public Tensor values(Shape shape) {
        return values(shape, new float[shape.size()], 0);
    }

    /**
     * The values that the network computes with, in float32, in a part of an array.
     *
     * @param shape in Goshawk's layout: filters [height, width, in / groups, out], matrices [in, out]
     * @param offset of the first one
     */
    public Tensor values(Shape shape, float[] values, int offset) {
        Order order = new Order(shape);
        check();
        if (elements > 0) {
            float[] table = rule.table(numbers);
            float[] lines = new float[PIECE * TOGETHER];
            // Some channels side by side: they are apart in the file and neighbors here.
            for (int channel = 0; channel < order.outputs; channel += TOGETHER) {
                int count = Math.min(TOGETHER, order.outputs - channel);
                for (int from = 0; from < order.inputs * order.inner; from += PIECE) {
                    int to = Math.min(from + PIECE, order.inputs * order.inner);
                    unpack(order, channel, count, from, to, table, lines);
                    order.place(lines, channel, count, from, to, values, offset);
                }
            }
        }
        for (int k = 0; k < places.length; k++) {
            values[offset + order.target(places[k])] = large[k] * step;
        }
        return Tensor.view(shape, values, offset);
    }

    /** Unpacks elements {@code from .. to - 1} of some channels, those of one place in the channels next to each other. */
    private void unpack(Order order, int channel, int count, int from, int to, float[] table, float[] lines) {
        int groups = rule.groups();
        for (int c = channel; c < channel + count; c++) {
            long first = (long) c * order.inputs * order.inner + from;
            Codes.look(codes, first * rule.bits(), rule.bits(), to - from, table, groups == 1 ? 0 : c, groups, lines,
                    c - channel, TOGETHER);
        }
    }

    /**
     * A float weight.
     *
     * @param shape in Goshawk's layout
     * @param values in PyTorch's order
     */
    public static Tensor ordered(Shape shape, float[] values) {
        Tensor tensor = Tensor.zeros(DType.FLOAT32, shape);
        Order order = new Order(shape);
        for (int i = 0; i < values.length; i++) {
            tensor.floats()[order.target(i)] = values[i];
        }
        return tensor;
    }

    /** Where an element in PyTorch's order lies in Goshawk's. */
    public static final class Order {
        private final int inner;
        private final int inputs;
        private final int outputs;

        /** @param shape in Goshawk's layout, the output channel last and the input channel before it */
        public Order(Shape shape) {
            this.outputs = shape.dim(-1);
            this.inputs = shape.dim(-2);
            this.inner = shape.size() / Math.max(1, outputs * inputs);
        }

        /** Puts elements {@code from .. to - 1} of some channels in their places, those of a place in the channels at a time. */
        private void place(float[] lines, int channel, int count, int from, int to, float[] values, int offset) {
            int input = from / inner;
            int within = from % inner;
            for (int e = from; e < to; e++) {
                System.arraycopy(lines, (e - from) * TOGETHER, values,
                        offset + (within * inputs + input) * outputs + channel, count);
                if (++within == inner) {
                    within = 0;
                    input++;
                }
            }
        }

        /** The output channel of an element in PyTorch's order. */
        public int channel(int element) {
            return element / (inputs * inner);
        }

        /** The place in Goshawk's order of an element in PyTorch's. */
        public int target(int element) {
            int rest = element % (inputs * inner);
            return (rest % inner * inputs + rest / inner) * outputs + channel(element);
        }
    }
}
