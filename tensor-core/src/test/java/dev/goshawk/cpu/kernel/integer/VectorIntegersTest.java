package dev.goshawk.cpu.kernel.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerRescaling;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorIntegersTest {
    private final IntegerKernels kernels = new VectorIntegers();
    private final SplittableRandom random = new SplittableRandom(1);

    private int[] numbers(int count, int from, int to) {
        int[] numbers = new int[count];
        Arrays.setAll(numbers, i -> random.nextInt(from, to + 1));
        return numbers;
    }

    private static ConvGeometry geometry(int height, int width, int in, int out, int kernelHeight, int kernelWidth,
            int stride, int pad) {
        return new ConvGeometry(1, height, width, in, out, kernelHeight, kernelWidth, stride, stride, pad, pad, pad,
                pad, 1);
    }

    /** Every tile, odd heights and widths, channels that fill no vector, kernels without padding, and all numbers at their extremes. */
    @ParameterizedTest
    @CsvSource({"32,32,16,16,3,3,1,1", "16,16,16,32,3,3,2,1", "8,8,64,64,3,3,1,1", "7,7,32,64,3,3,1,1",
            "9,13,5,10,3,3,1,1", "1,1,64,10,1,1,1,0", "14,15,8,48,1,7,1,0", "15,14,24,33,7,1,1,0", "12,11,3,20,7,7,2,3",
            "5,4,16,80,1,1,2,0", "3,23,7,16,2,3,1,2", "2,28,16,128,3,3,1,1"})
    void sumsAreExact(int height, int width, int in, int out, int kernelHeight, int kernelWidth, int stride, int pad) {
        ConvGeometry g = geometry(height, width, in, out, kernelHeight, kernelWidth, stride, pad);
        int weights = g.filterShape().size();
        for (int[] bounds : new int[][] {{15, 1}, {15, 7}, {3, 1}, {255, 127}, {1, 32767}, {32767, 1}, {43000, 90}}) {
            int[] image = numbers(height * width * in, 0, bounds[0]);
            int[] filter = numbers(weights, -bounds[1], bounds[1]);
            agree(g, image, filter, false, bounds[0]);
            Arrays.fill(image, bounds[0]);
            Arrays.fill(filter, bounds[1]);
            agree(g, image, filter, false, bounds[0]);
            Arrays.fill(filter, -bounds[1]);
            agree(g, image, filter, false, bounds[0]);
            agree(g, numbers(image.length, -bounds[0], bounds[0]), filter, true, bounds[0]);
        }
    }

    private void agree(ConvGeometry g, int[] image, int[] filter, boolean signed, long largest) {
        int[] expected = run(IntegerKernels.PLAIN.convolution(g, filter, signed, largest), g, image);
        IntegerKernels.Convolution prepared = kernels.convolution(g, filter, signed, largest);
        assertArrayEquals(expected, run(prepared, g, image), g + " of at most " + largest);
        assertArrayEquals(expected, run(prepared, g, image), "again");
    }

    private static int[] run(IntegerKernels.Convolution convolution, ConvGeometry g, int[] image) {
        int[] sums = new int[g.outHeight() * g.outWidth() * g.outChannels()];
        Arrays.fill(sums, 123);
        convolution.run(image, sums);
        return sums;
    }

    @Test
    void floatsWhereSumsStayExactForAWhile() {
        ConvGeometry g = geometry(8, 8, 64, 64, 3, 3, 1, 1);
        int[] weights = new int[g.filterShape().size()];
        Arrays.fill(weights, 1);
        assertTrue(FloatConvolution.of(g, weights, false, 15).isPaired());
        Arrays.fill(weights, 127);
        assertFalse(FloatConvolution.of(g, weights, false, 255).isPaired(), "two sums in a float are of no product");
        assertInstanceOf(FloatConvolution.class, kernels.convolution(g, weights, false, 255));
        assertNull(FloatConvolution.of(g, weights, false, 100_000), "a sum in a float is of one product");
        assertInstanceOf(IntConvolution.class, kernels.convolution(g, weights, false, 100_000));
    }

    @Test
    void groupsAreComputedApart() {
        ConvGeometry g = new ConvGeometry(1, 5, 5, 4, 6, 3, 3, 1, 1, 1, 1, 1, 1, 2);
        int[] image = numbers(100, 0, 3);
        int[] filter = numbers(g.filterShape().size(), -3, 3);
        int[] found = run(kernels.convolution(g, filter, false, 3), g, image);
        int sum = 0;
        for (int r = 0; r < 3; r++) {
            for (int s = 0; s < 3; s++) {
                for (int c = 0; c < 2; c++) {
                    sum += image[((1 + r) * 5 + 1 + s) * 4 + 2 + c] * filter[((r * 3 + s) * 2 + c) * 6 + 5];
                }
            }
        }
        assertEquals(sum, found[(2 * 5 + 2) * 6 + 5], "the last channel sees the last two");
    }

    /** Terms that cover some of the channels, ties, shifts from 0 to 62, and clamping at both ends. */
    @Test
    void codesAreRoundedAlike() {
        for (int channels : new int[] {16, 64, 10, 24}) {
            int pixels = 9;
            int part = channels == 10 ? 3 : channels / 2;
            long[][] factors = {new long[channels], new long[part]};
            long[] added = new long[channels];
            int[] shifts = new int[channels];
            for (int c = 0; c < channels; c++) {
                shifts[c] = c % 4 == 0 ? 0 : c % 4 == 1 ? 62 : random.nextInt(1, 40);
                factors[0][c] = c % 3 == 0 ? 1L << Math.max(0, shifts[c] - 1) : random.nextInt();
                added[c] = random.nextInt();
            }
            Arrays.setAll(factors[1], c -> random.nextInt());
            IntegerRescaling r = new IntegerRescaling(new int[] {0, channels - part}, factors, added, shifts, 15);
            int[][] terms = {numbers(pixels * channels, -9, 40), numbers(pixels * part, -9, 9)};
            terms[0][0] = Integer.MAX_VALUE;
            terms[0][1] = Integer.MIN_VALUE;
            int[] expected = new int[pixels * channels];
            IntegerKernels.PLAIN.codes(r, terms, expected);
            int[] found = new int[pixels * channels];
            kernels.codes(r, terms, found);
            assertArrayEquals(expected, found);
            for (int c = 0; c < channels; c++) {
                long half = shifts[c] == 0 ? 0 : 1L << shifts[c] - 1;
                assertEquals((int) Math.clamp(r.sum(terms, 4, c) + half >> shifts[c], 0, 15),
                        expected[4 * channels + c]);
            }
        }
    }
}
