package dev.goshawk.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.Derivatives;
import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Windows with gaps and the transposed convolution, against plain loops and the convolution's own gradient. */
class ConvolutionsTest {
    private static final int HEIGHT = 7;
    private static final int WIDTH = 6;
    private static final Tensor X = SampleValues.normal(1, 1, HEIGHT, WIDTH, 1);

    private static double at(int row, int column, double outside) {
        return row < 0 || row >= HEIGHT || column < 0 || column >= WIDTH ? outside : X.get(row * WIDTH + column);
    }

    @Test
    void windowsWithGaps() {
        Tensor filter = SampleValues.normal(2, 3, 3, 1, 1);
        for (int stride = 1; stride <= 2; stride++) {
            for (int pad = 0; pad <= 1; pad++) {
                for (int dilation = 1; dilation <= 2; dilation++) {
                    int s = stride;
                    int p = pad;
                    int d = dilation;
                    Tensor conv = Derivatives.value(x -> Convolutions.conv2d(x, Functions.constant(filter), s, p, d, 1),
                            X);
                    Tensor max = Derivatives.value(x -> Convolutions.maxPool(x, 3, s, p, d), X);
                    Tensor mean = Derivatives.value(x -> Convolutions.avgPool(x, 3, s, p, d), X);
                    int rows = (HEIGHT + 2 * p - 2 * d - 1) / s + 1;
                    int columns = (WIDTH + 2 * p - 2 * d - 1) / s + 1;
                    assertEquals(Shape.of(1, rows, columns, 1), conv.shape());
                    assertEquals(conv.shape(), max.shape());
                    for (int i = 0; i < rows * columns; i++) {
                        double sum = 0;
                        double plain = 0;
                        double most = Double.NEGATIVE_INFINITY;
                        for (int k = 0; k < 9; k++) {
                            int row = i / columns * s - p + k / 3 * d;
                            int column = i % columns * s - p + k % 3 * d;
                            sum += filter.get(k) * at(row, column, 0);
                            plain += at(row, column, 0);
                            most = Math.max(most, at(row, column, Double.NEGATIVE_INFINITY));
                        }
                        assertEquals(sum, conv.get(i), 1e-13);
                        assertEquals(plain / 9, mean.get(i), 1e-14);
                        assertEquals(most, max.get(i));
                    }
                }
            }
        }
    }

    /** Taken apart into small images, and with zeros in the filter: values and both gradients. */
    @Test
    void gapsAtStrideOneAreAFilterWithZeros() {
        for (int dilation = 2; dilation <= 3; dilation++) {
            for (int p : new int[] {0, 1, 4}) {
                for (int height = 7; height < 7 + dilation; height++) {
                    int d = dilation;
                    Tensor image = SampleValues.normal(6, 2, height, 8, 4);
                    Tensor filter = SampleValues.normal(7, 3, 2, 2, 6);
                    Tensor apart = Derivatives.value(
                            x -> Convolutions.conv2d(x, Functions.constant(filter), 1, p, d, 2),
                            image);
                    Tensor zeros = Derivatives.value(
                            x -> Functions.conv2d(x, Convolutions.dilated(Functions.constant(filter), d, d), 1, 1, p, p,
                                    2),
                            image);
                    assertEquals(zeros.shape(), apart.shape());
                    assertArrayEquals(zeros.toDoubles(), apart.toDoubles(), 1e-13);
                    Tensor g = SampleValues.normal(8, apart.shape().dims());
                    assertArrayEquals(
                            Derivatives
                                    .vjp(f -> Functions.conv2d(Functions.constant(image), Convolutions.dilated(f, d, d),
                                            1, 1, p, p, 2), filter, g)
                                    .toDoubles(),
                            Derivatives
                                    .vjp(f -> Convolutions.conv2d(Functions.constant(image), f, 1, p, d, 2), filter, g)
                                    .toDoubles(),
                            1e-12);
                }
            }
        }
    }

    /** Filters of one row or column have gaps in the other direction alone, of any size; one pixel has none. */
    @Test
    void gapsInOneDirection() {
        Tensor row = Tensor.of(Shape.of(1, 1, 4, 1), 1, Double.POSITIVE_INFINITY, 3, 4);
        Tensor two = Tensor.of(Shape.of(1, 2, 1, 1), 1.0, 1.0);
        assertArrayEquals(new double[] {4, Double.POSITIVE_INFINITY},
                Derivatives.value(x -> Convolutions.conv2d(x, Functions.constant(two), 1, 0, 2, 1), row).toDoubles());
        Tensor column = row.reshape(Shape.of(1, 4, 1, 1));
        assertArrayEquals(new double[] {4, Double.POSITIVE_INFINITY},
                Derivatives.value(x -> Convolutions.conv2d(x, Functions.constant(two.reshape(Shape.of(2, 1, 1, 1))), 1,
                        0, 2, 1), column).toDoubles());
        Tensor one = Tensor.of(Shape.of(1, 1, 1, 1), 3.0);
        assertArrayEquals(new double[] {3, Double.POSITIVE_INFINITY, 9, 12},
                Derivatives.value(x -> Convolutions.conv2d(x, Functions.constant(one), 1, 0, 1 << 30, 1), row)
                        .toDoubles());
        assertThrows(ShapeMismatchException.class, () -> Derivatives
                .value(x -> Convolutions.conv2d(x, Functions.constant(two), 1, 0, 4, 1), row));
    }

    @Test
    void whatLiesInAGapDoesNotReachTheResult() {
        Tensor image = Tensor.zeros(X.dtype(), Shape.of(1, 5, 5, 1));
        image.set(6, Double.POSITIVE_INFINITY);
        Tensor filter = SampleValues.normal(9, 3, 3, 1, 1);
        Tensor y = Derivatives.value(x -> Convolutions.conv2d(x, Functions.constant(filter), 1, 0, 2, 1), image);
        assertEquals(Shape.of(1, 1, 1, 1), y.shape());
        assertEquals(0, y.get(0));
    }

    @Test
    void theTransposeIsTheGradientByTheInput() {
        Tensor image = SampleValues.normal(3, 2, 6, 7, 4);
        Tensor filter = SampleValues.normal(4, 3, 3, 4, 2);
        Tensor g = SampleValues.normal(5, 2, 3, 4, 2);
        Tensor gradient = Derivatives.vjp(x -> Functions.conv2d(x, Functions.constant(filter), 2, 1), image, g);
        // 6 rows: one of output padding; 7 columns: none, so the last is left out
        Tensor transposed = Derivatives
                .value(x -> Convolutions.transposedConv2d(x, Functions.constant(filter), 2, 1, 1), g);
        assertEquals(Shape.of(2, 6, 8, 4), transposed.shape());
        assertArrayEquals(gradient.toDoubles(), Derivatives.value(x -> Functions.constant(transposed)
                .slice(new int[4], new int[] {2, 6, 7, 4}, new int[] {1, 1, 1, 1}), g).toDoubles(), 1e-13);
    }

    @Test
    void badOperandsAreNamed() {
        Value x = Value.input("x", DType.FLOAT64, Shape.of(1, 4, 4, 2));
        assertThrows(ShapeMismatchException.class, () -> Convolutions.maxPool(x, 3, 1, 0, 2));
        assertThrows(ShapeMismatchException.class, () -> Convolutions.avgPool(x, 2, 1, 0, 0));
        assertThrows(ShapeMismatchException.class, () -> Convolutions.transposedConv2d(x, x, 2, 0, 2));
        assertThrows(ShapeMismatchException.class, () -> Convolutions.conv2d(x, x.reshape(32), 1, 0, 1, 1));
    }
}
