package dev.goshawk.data.image;

import dev.goshawk.data.ResizeFilter;
import java.util.Arrays;

/**
 * Antialiased resizing equal to Pillow's, to the last bit: a filter widened by the scale where the image shrinks, weights in fixed point, first along rows and then along columns with 8 bits between. Only the wanted
 * window of the result is computed, in O(window width * input rows in use * taps).
 */
final class Resampling {
    /** Bits behind the point of a weight: 32 less the 8 of a sample and 2 against overflow. */
    private static final int POINT = 32 - 8 - 2;
    private static final int HALF = 1 << (POINT - 1);

    private Resampling() {
    }

    /** Part of one axis of a resized image: {@code length} samples from {@code start} of {@code whole}. */
    record Window(int whole, int start, int length) {
    }

    /**
     * The taps of every output sample of a window: {@code weights[i * stride + k]} belongs to input {@code first[i] +
     * k} for {@code 0 <= k < count[i]}.
     */
    private record Taps(int[] first, int[] count, int[] weights, int stride) {
        static Taps of(int input, Window window, ResizeFilter filter) {
            double scale = (double) input / window.whole();
            double stretch = Math.max(scale, 1.0);
            double support = filter.radius() * stretch;
            int stride = 2 * (int) Math.ceil(support) + 1;
            int[] first = new int[window.length()];
            int[] count = new int[window.length()];
            int[] weights = new int[window.length() * stride];
            double[] kernel = new double[stride];
            double narrow = 1.0 / stretch;
            for (int i = 0; i < window.length(); i++) {
                double center = (window.start() + i + 0.5) * scale;
                first[i] = Math.max(0, (int) (center - support + 0.5));
                count[i] = Math.min(input, (int) (center + support + 0.5)) - first[i];
                double sum = 0;
                for (int k = 0; k < count[i]; k++) {
                    kernel[k] = filter.at((k + first[i] - center + 0.5) * narrow);
                    sum += kernel[k];
                }
                for (int k = 0; k < count[i]; k++) {
                    double weight = sum == 0 ? kernel[k] : kernel[k] / sum;
                    weights[i * stride + k] = (int) (weight * (1 << POINT) + (weight < 0 ? -0.5 : 0.5));
                }
            }
            return new Taps(first, count, weights, stride);
        }

        int last() {
            return first[first.length - 1] + count[count.length - 1];
        }
    }

    /** Writes the window of the resized image to {@code out[offset ..]}, row by row and three bytes a pixel. */
    static void resize(RgbImage image, Window columns, Window rows, ResizeFilter filter, byte[] out,
            int offset) {
        Taps across = Taps.of(image.width(), columns, filter);
        Taps down = Taps.of(image.height(), rows, filter);
        int top = down.first()[0];
        byte[] narrowed = new byte[(down.last() - top) * columns.length() * 3];
        for (int y = top; y < down.last(); y++) {
            acrossRow(image.rgb(), y * image.width() * 3, across, narrowed, (y - top) * columns.length() * 3);
        }
        downColumns(narrowed, top, 3 * columns.length(), down, out, offset);
    }

    private static void acrossRow(byte[] in, int row, Taps taps, byte[] out, int offset) {
        int at = offset;
        for (int x = 0; x < taps.first().length; x++) {
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int from = row + 3 * taps.first()[x];
            int weight = x * taps.stride();
            for (int k = 0; k < taps.count()[x]; k++, from += 3) {
                int w = taps.weights()[weight + k];
                red += (in[from] & 0xFF) * w;
                green += (in[from + 1] & 0xFF) * w;
                blue += (in[from + 2] & 0xFF) * w;
            }
            out[at++] = sample(red);
            out[at++] = sample(green);
            out[at++] = sample(blue);
        }
    }

    private static void downColumns(byte[] in, int top, int rowBytes, Taps taps, byte[] out, int offset) {
        int[] sums = new int[rowBytes];
        int at = offset;
        for (int y = 0; y < taps.first().length; y++) {
            Arrays.fill(sums, HALF);
            for (int k = 0; k < taps.count()[y]; k++) {
                int w = taps.weights()[y * taps.stride() + k];
                int from = (taps.first()[y] - top + k) * rowBytes;
                for (int i = 0; i < rowBytes; i++) {
                    sums[i] += (in[from + i] & 0xFF) * w;
                }
            }
            for (int i = 0; i < rowBytes; i++) {
                out[at++] = sample(sums[i]);
            }
        }
    }

    private static byte sample(int sum) {
        return (byte) Math.clamp(sum >> POINT, 0, 255);
    }
}
