package dev.goshawk.cpu.reference;

import dev.goshawk.tensor.PoolGeometry;
import java.util.Arrays;

/** Pooling, its positions and the transposes. */
final class ReferencePooling {
    private ReferencePooling() {
    }

    /** One element of one window: offset of the input pixel's channels and of the output pixel's. */
    private interface Tap {
        void at(int input, int output, int row, int column);
    }

    /** Every window element that is not padding, windows in order and row-major inside each. */
    private static void taps(PoolGeometry g, Tap tap) {
        for (int n = 0; n < g.batch(); n++) {
            for (int p = 0; p < g.outHeight(); p++) {
                for (int q = 0; q < g.outWidth(); q++) {
                    int output = ((n * g.outHeight() + p) * g.outWidth() + q) * g.channels();
                    int top = p * g.strideHeight() - g.padTop();
                    int left = q * g.strideWidth() - g.padLeft();
                    for (int h = Math.max(top, 0); h < Math.min(top + g.kernelHeight(), g.inHeight()); h++) {
                        for (int w = Math.max(left, 0); w < Math.min(left + g.kernelWidth(), g.inWidth()); w++) {
                            tap.at(((n * g.inHeight() + h) * g.inWidth() + w) * g.channels(), output, h, w);
                        }
                    }
                }
            }
        }
    }

    /** What each output element's sum is divided by. */
    private static double[] divisors(PoolGeometry g, boolean countPadding) {
        double[] divisors = new double[g.outputShape().size()];
        if (countPadding) {
            Arrays.fill(divisors, (double) g.kernelHeight() * g.kernelWidth());
            return divisors;
        }
        taps(g, (_, output, _, _) -> {
            for (int c = 0; c < g.channels(); c++) {
                divisors[output + c]++;
            }
        });
        return divisors;
    }

    static double[] average(PoolGeometry g, boolean countPadding, double[] x) {
        double[] out = new double[g.outputShape().size()];
        taps(g, (input, output, _, _) -> {
            for (int c = 0; c < g.channels(); c++) {
                out[output + c] += x[input + c];
            }
        });
        double[] divisors = divisors(g, countPadding);
        for (int i = 0; i < out.length; i++) {
            out[i] /= divisors[i];
        }
        return out;
    }

    static double[] averageTranspose(PoolGeometry g, boolean countPadding, double[] y) {
        double[] divisors = divisors(g, countPadding);
        double[] out = new double[g.inputShape().size()];
        taps(g, (input, output, _, _) -> {
            for (int c = 0; c < g.channels(); c++) {
                out[input + c] += y[output + c] / divisors[output + c];
            }
        });
        return out;
    }

    /** The first largest element of each window: padding never wins, NaN is above everything. */
    static double[] maxIndices(PoolGeometry g, double[] x) {
        double[] best = new double[g.outputShape().size()];
        double[] indices = new double[best.length];
        Arrays.fill(indices, -1);
        taps(g, (input, output, row, column) -> {
            for (int c = 0; c < g.channels(); c++) {
                double v = x[input + c];
                double b = best[output + c];
                if (indices[output + c] < 0 || v > b || (Double.isNaN(v) && !Double.isNaN(b))) {
                    best[output + c] = v;
                    indices[output + c] = (double) row * g.inWidth() + column;
                }
            }
        });
        return indices;
    }

    static double[] gather(PoolGeometry g, double[] x, double[] indices) {
        double[] out = new double[g.outputShape().size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = x[source(g, i, indices[i])];
        }
        return out;
    }

    static double[] scatter(PoolGeometry g, double[] y, double[] indices) {
        double[] out = new double[g.inputShape().size()];
        for (int i = 0; i < indices.length; i++) {
            out[source(g, i, indices[i])] += y[i];
        }
        return out;
    }

    /** Input position an index of output element {@code i} points to. */
    private static int source(PoolGeometry g, int i, double index) {
        int perImage = g.outHeight() * g.outWidth() * g.channels();
        int pixels = g.inHeight() * g.inWidth();
        if (!(index >= 0 && index < pixels)) {
            throw new IllegalArgumentException("pool: expected an index in 0.." + (pixels - 1)
                    + " for output element " + i + ", got " + (long) index);
        }
        return (i / perImage * pixels + (int) index) * g.channels() + i % g.channels();
    }
}
