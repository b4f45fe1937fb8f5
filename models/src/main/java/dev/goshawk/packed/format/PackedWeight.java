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
        if (rule.levels() == 1 << bits
                || rule.levels() == (1 << bits) - 1 && bits <= Byte.SIZE && !Codes.containsLargest(codes, bits)) {
            return;
        }
        Codes reader = new Codes(codes, 0, rule.bits());
        int largest = 0;
        for (int i = 0; i < elements; i++) {
            largest = Math.max(largest, reader.next());
        }
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
        Tensor tensor = Tensor.zeros(DType.FLOAT32, shape);
        float[] values = tensor.floats();
        Order order = new Order(shape);
        check();
        if (elements > 0) {
            float[] table = rule.table(numbers);
            // A row of the result at a time, some channels side by side: they are apart in the file and neighbours here.
            for (int channel = 0; channel < order.outputs; channel += TOGETHER) {
                unpack(order, channel, Math.min(TOGETHER, order.outputs - channel), table, values);
            }
        }
        for (int k = 0; k < places.length; k++) {
            values[order.target(places[k])] = large[k] * step;
        }
        return tensor;
    }

    private void unpack(Order order, int channel, int count, float[] table, float[] values) {
        int bits = rule.bits();
        int groups = rule.groups();
        int own = groups == 1 ? 0 : 1;
        long apart = (long) order.inputs * order.inner * bits;
        for (int i = 0; i < order.inputs; i++) {
            for (int k = 0; k < order.inner; k++) {
                int to = (k * order.inputs + i) * order.outputs + channel;
                long bit = channel * apart + (long) (i * order.inner + k) * bits;
                for (int c = 0; c < count; c++) {
                    values[to + c] = table[Codes.at(codes, bit + c * apart, bits) * groups + own * (channel + c)];
                }
            }
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
