package dev.goshawk.packed.integer;

import dev.goshawk.packed.format.LevelRule;
import dev.goshawk.packed.format.PackedWeight;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;

/**
 * A weight as whole numbers.
 *
 * @param numbers in Goshawk's layout, the output channel last
 * @param scales worth of a whole number, by output channel
 * @param largestSum over the output channels, of the sum of magnitudes
 */
@SuppressWarnings("ArrayRecordComponent")
record IntegerWeight(int[] numbers, double[] scales, long largestSum) {
    /** A filter of this shape with rows and columns of zeros between its own. */
    IntegerWeight dilated(Shape filter, int rows, int columns) {
        int taps = filter.dim(2) * filter.dim(3);
        int width = (filter.dim(1) - 1) * (columns + 1) + 1;
        int[] wide = new int[((filter.dim(0) - 1) * (rows + 1) + 1) * width * taps];
        for (int y = 0; y < filter.dim(0); y++) {
            for (int x = 0; x < filter.dim(1); x++) {
                System.arraycopy(numbers, (y * filter.dim(1) + x) * taps, wide,
                        (y * (rows + 1) * width + x * (columns + 1)) * taps, taps);
            }
        }
        return new IntegerWeight(wide, scales, largestSum);
    }

    /**
     * The whole numbers of a matrix [rows, columns] as [columns, rows], each worth 1.
     *
     * @param rows of this one
     */
    IntegerWeight transposed(int rows) {
        int columns = numbers.length / rows;
        int[] moved = new int[numbers.length];
        long largest = 0;
        for (int r = 0; r < rows; r++) {
            long sum = 0;
            for (int c = 0; c < columns; c++) {
                int number = numbers[r * columns + c];
                moved[c * rows + r] = number;
                sum += Math.abs(number);
            }
            largest = Math.max(largest, sum);
        }
        double[] ones = new double[rows];
        Arrays.fill(ones, 1);
        return new IntegerWeight(moved, ones, largest);
    }

    /**
     * Unpacks a weight.
     *
     * @throws IllegalArgumentException in one line, if its values are not whole multiples of a scale
     */
    static IntegerWeight of(String name, PackedWeight weight, Shape shape) {
        LevelRule rule = weight.rule();
        if (rule.form() != LevelRule.Form.LINEAR || weight.large().length > 0) {
            throw new IllegalArgumentException(
                    "integer arithmetic: expected whole multiples of a scale in weight '" + name
                            + "', it has "
                            + (weight.large().length > 0 ? "large values by themselves" : rule.form() + " levels"));
        }
        PackedWeight.Order order = new PackedWeight.Order(shape);
        int[] codes = weight.unpacked();
        int[] numbers = new int[codes.length];
        int channels = shape.dim(-1);
        long[] sums = new long[channels];
        for (int i = 0; i < codes.length; i++) {
            int number = rule.integer(codes[i]);
            numbers[order.target(i)] = number;
            sums[order.channel(i)] += Math.abs(number);
        }
        double[] scales = new double[channels];
        long largest = 0;
        for (int o = 0; o < channels; o++) {
            scales[o] = weight.numbers()[rule.groups() == 1 ? 0 : o];
            largest = Math.max(largest, sums[o]);
        }
        return new IntegerWeight(numbers, scales, largest);
    }
}
