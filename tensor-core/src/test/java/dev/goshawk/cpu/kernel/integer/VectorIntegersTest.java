package dev.goshawk.cpu.kernel.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.IntegerKernels.Convolved;
import dev.goshawk.backend.IntegerKernels.Image;
import dev.goshawk.backend.IntegerKernels.Operand;
import dev.goshawk.backend.IntegerRescaling;
import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;
import java.util.List;
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
            "5,4,16,80,1,1,2,0", "3,23,7,16,2,3,1,2", "2,28,16,128,3,3,1,1",
            "3,13,100,24,1,1,2,0", "9,20,50,24,3,5,3,2", "2,11,49,32,1,3,1,1"})
    void sumsAreExact(int height, int width, int in, int out, int kernelHeight, int kernelWidth, int stride, int pad) {
        sumsAreExact(geometry(height, width, in, out, kernelHeight, kernelWidth, stride, pad));
    }

    /** Rows of the output that see nothing of the image, or only padding in some phases of the stride. */
    @ParameterizedTest
    @CsvSource({"1,3,3,4,0", "1,4,4,6,0", "4,3,7,5,0", "1,2,4,7,0", "2,1,9,6,0", "2,2,5,3,3"})
    void paddingIsWiderThanWhatARowSees(int width, int kernel, int stride, int padLeft, int padRight) {
        sumsAreExact(new ConvGeometry(1, 5, width, 20, 24, 3, kernel, 1, stride, 1, padLeft, 1, padRight, 1));
    }

    private void sumsAreExact(ConvGeometry g) {
        int weights = g.filterShape().size();
        for (int[] bounds : new int[][] {{15, 1}, {15, 7}, {3, 1}, {255, 127}, {1, 32767}, {32767, 1}, {43000, 90}}) {
            int[] image = numbers(g.inputShape().size(), 0, bounds[0]);
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

    /** Phases of the stride that the kernel does not reach take no memory. */
    @Test
    void bandsHoldThePhasesThatTheKernelSees() {
        int columns = 2;
        assertEquals(columns * FloatTiles.SIXTEEN, new FloatBand(geometry(5, 4, 16, 80, 1, 1, 2, 0), false).length());
        int blocks = 2;
        int phases = 2;
        assertEquals(blocks * phases * columns * FloatTiles.SIXTEEN,
                new FloatBand(geometry(6, 6, 48, 8, 2, 2, 3, 0), false).length());
    }

    private void agree(ConvGeometry g, int[] image, int[] filter, boolean signed, long largest) {
        Convolved operand = new Convolved(g, filter, signed, largest);
        int[] expected = run(IntegerKernels.PLAIN.convolution(operand), g, ints(image));
        IntegerKernels.Convolution prepared = kernels.convolution(operand);
        assertArrayEquals(expected, run(prepared, g, ints(image)), g + " of at most " + largest);
        assertArrayEquals(expected, run(prepared, g, ints(image)), "again");
        if (!signed && largest <= WholeNumbers.MOST_OF_A_BYTE) {
            assertArrayEquals(expected, run(prepared, g, bytes(image)), "bytes");
        }
    }

    private static WholeNumbers ints(int[] numbers) {
        return new WholeNumbers.Ints(numbers);
    }

    private static WholeNumbers bytes(int[] numbers) {
        WholeNumbers bytes = WholeNumbers.zeros(true, numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            bytes.set(i, numbers[i]);
        }
        return bytes;
    }

    private static int[] run(IntegerKernels.Convolution convolution, ConvGeometry g, WholeNumbers image) {
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
        assertTrue(FloatConvolution.of(new Convolved(g, weights, false, 15)).isPaired());
        Arrays.fill(weights, 127);
        assertFalse(FloatConvolution.of(new Convolved(g, weights, false, 255)).isPaired(),
                "two sums in a float are of no product");
        assertInstanceOf(FloatConvolution.class, kernels.convolution(new Convolved(g, weights, false, 255)));
        assertNull(FloatConvolution.of(new Convolved(g, weights, false, 100_000)),
                "a sum in a float is of one product");
        assertInstanceOf(IntConvolution.class, kernels.convolution(new Convolved(g, weights, false, 100_000)));
    }

    @Test
    void groupsAreComputedApart() {
        ConvGeometry g = new ConvGeometry(1, 5, 5, 4, 6, 3, 3, 1, 1, 1, 1, 1, 1, 2);
        int[] image = numbers(100, 0, 3);
        int[] filter = numbers(g.filterShape().size(), -3, 3);
        int[] found = run(kernels.convolution(new Convolved(g, filter, false, 3)), g, ints(image));
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
        for (int channels : new int[] {16, 64, 10, 24, 1}) {
            int pixels = 9;
            int part = channels == 10 ? 3 : Math.max(1, channels / 2);
            IntegerRescaling r = rescaling(15, new int[] {0, channels - part}, channels, part);
            int[][] terms = {numbers(pixels * channels, -9, 40), numbers(pixels * part, -9, 9)};
            terms[0][0] = Integer.MAX_VALUE;
            terms[0][pixels * channels - 1] = Integer.MIN_VALUE;
            WholeNumbers[] images = {ints(terms[0]), ints(terms[1])};
            WholeNumbers found = codes(kernels, r, List.of(new Image(), new Image()), images, pixels * channels);
            for (int c = 0; c < channels; c++) {
                long half = r.shifts()[c] == 0 ? 0 : 1L << r.shifts()[c] - 1;
                assertEquals((int) Math.clamp(r.sum(images, 4, c) + half >> r.shifts()[c], 0, 15),
                        found.get(4 * channels + c));
            }
        }
    }

    /** Factors, sums and shifts of terms with so many channels each. */
    private IntegerRescaling rescaling(int highest, int[] from, int... channels) {
        int all = channels[0];
        long[][] factors = new long[channels.length][];
        long[] added = new long[all];
        int[] shifts = new int[all];
        Arrays.setAll(shifts, c -> c % 4 == 0 ? 0 : c % 4 == 1 ? 62 : random.nextInt(1, 40));
        Arrays.setAll(added, c -> random.nextInt());
        for (int t = 0; t < factors.length; t++) {
            factors[t] = new long[channels[t]];
            Arrays.setAll(factors[t], c -> random.nextInt());
        }
        Arrays.setAll(factors[0], c -> c % 3 == 0 ? 1L << Math.max(0, shifts[c] - 1) : random.nextInt());
        return new IntegerRescaling(from, factors, added, shifts, highest);
    }

    /** The codes, which have to be those of plain loops, with factors as they are and with their lower 32 bits. */
    private static WholeNumbers codes(IntegerKernels kernels, IntegerRescaling r, List<Operand> operands,
            WholeNumbers[] images, int length) {
        long[][] narrow = Arrays.stream(r.factors()).map(f -> Arrays.stream(f).map(x -> (int) x).toArray())
                .toArray(long[][]::new);
        agree(kernels, new IntegerRescaling(r.from(), narrow, r.added(), r.shifts(), r.highest()), operands, images,
                length);
        return agree(kernels, r, operands, images, length);
    }

    /** With a byte for each code and with 32 bits. */
    private static WholeNumbers agree(IntegerKernels kernels, IntegerRescaling r, List<Operand> operands,
            WholeNumbers[] images, int length) {
        WholeNumbers expected = WholeNumbers.zeros(false, length);
        IntegerKernels.PLAIN.layer(r, operands).run(images, expected);
        IntegerKernels.Layer layer = kernels.layer(r, operands);
        for (boolean inBytes : new boolean[] {false, true, false}) {
            if (!inBytes || r.highest() <= WholeNumbers.MOST_OF_A_BYTE) {
                WholeNumbers found = WholeNumbers.zeros(inBytes, length);
                for (int i = 0; i < length; i++) {
                    found.set(i, 7);
                }
                layer.run(images, found);
                assertArrayEquals(expected.toInts(), found.toInts());
            }
        }
        return expected;
    }

    /**
     * Convolutions and images in one layer: heights that are one block of rows and several, with and without a last row of its own, and channels that fill
     * no vector. Codes have a byte or more, and so do the images.
     */
    @ParameterizedTest
    @CsvSource({"32,32,16,16,3,15", "31,40,5,24,3,255", "9,13,64,10,1,15", "1,1,64,33,1,3", "57,56,16,64,3,300",
            "113,112,3,8,3,15"})
    void layersMakeCodesOfConvolutionsAndImages(int height, int width, int in, int out, int kernel, int highest) {
        ConvGeometry g = geometry(height, width, in, out, kernel, kernel, 1, kernel / 2);
        ConvGeometry strided = geometry(2 * height, 2 * width, 4, out, 1, 1, 2, 0);
        Operand three = new Convolved(g, numbers(g.filterShape().size(), -7, 7), false, 15);
        Operand one = new Convolved(strided, numbers(strided.filterShape().size(), -3, 3), true, 200);
        Operand large = new Convolved(g, numbers(g.filterShape().size(), -30_000, 30_000), false, 15);
        int pixels = height * width;
        int part = (out + 1) / 2;
        WholeNumbers codes = bytes(numbers(pixels * in, 0, 15));
        WholeNumbers numbers = ints(numbers(4 * pixels * 4, -200, 200));
        WholeNumbers image = bytes(numbers(pixels * out, 0, 255));
        WholeNumbers some = ints(numbers(pixels * part, -1000, 1000));
        int[] from = {0, 0, 0, out - part};
        codes(kernels, rescaling(highest, from, out), List.of(three), new WholeNumbers[] {codes}, pixels * out);
        codes(kernels, rescaling(highest, from, out, out), List.of(three, one), new WholeNumbers[] {codes, numbers},
                pixels * out);
        codes(kernels, rescaling(highest, from, out, out, out, part), List.of(one, large, new Image(), new Image()),
                new WholeNumbers[] {numbers, codes, image, some}, pixels * out);
    }
}
