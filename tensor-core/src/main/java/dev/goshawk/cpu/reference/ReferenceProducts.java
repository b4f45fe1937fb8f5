package dev.goshawk.cpu.reference;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.Shape;

/** Matrix products and the three roles of the convolution. */
final class ReferenceProducts {
    private ReferenceProducts() {
    }

    static double[] matmul(Op.MatMul op, Shape result, Shape shapeA, double[] a, double[] b) {
        int m = result.dim(0);
        int n = result.dim(1);
        int inner = shapeA.dim(op.transposeA() ? 0 : 1);
        int rowA = op.transposeA() ? 1 : inner;
        int columnA = op.transposeA() ? m : 1;
        int rowB = op.transposeB() ? 1 : n;
        int columnB = op.transposeB() ? inner : 1;
        double[] out = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int k = 0; k < inner; k++) {
                double factor = a[i * rowA + k * columnA];
                for (int j = 0; j < n; j++) {
                    out[i * n + j] += factor * b[k * rowB + j * columnB];
                }
            }
        }
        return out;
    }

    /** One filter tap over one group: offsets of its channels in the input pixel, the output pixel and the filter. */
    private interface Tap {
        void at(int input, int output, int filter);
    }

    /** Every tap that does not fall on padding. */
    private static void taps(ConvGeometry g, Tap tap) {
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        for (int n = 0; n < g.batch(); n++) {
            for (int p = 0; p < g.outHeight(); p++) {
                for (int q = 0; q < g.outWidth(); q++) {
                    int output = ((n * g.outHeight() + p) * g.outWidth() + q) * g.outChannels();
                    for (int r = 0; r < g.kernelHeight(); r++) {
                        int h = p * g.strideHeight() - g.padTop() + r;
                        for (int s = 0; h >= 0 && h < g.inHeight() && s < g.kernelWidth(); s++) {
                            int w = q * g.strideWidth() - g.padLeft() + s;
                            if (w < 0 || w >= g.inWidth()) {
                                continue;
                            }
                            int input = ((n * g.inHeight() + h) * g.inWidth() + w) * g.inChannels();
                            int filter = (r * g.kernelWidth() + s) * groupIn * g.outChannels();
                            for (int group = 0; group < g.groups(); group++) {
                                tap.at(input + group * groupIn, output + group * groupOut, filter + group * groupOut);
                            }
                        }
                    }
                }
            }
        }
    }

    static double[] conv(ConvRole role, ConvGeometry g, double[] first, double[] second) {
        int ins = g.inChannels() / g.groups();
        int outs = g.outChannels() / g.groups();
        int filterRow = g.outChannels();
        return switch (role) {
            case OUTPUT -> {
                double[] y = new double[g.outputShape().size()];
                taps(g, (input, output, filter) -> {
                    for (int i = 0; i < ins; i++) {
                        double x = first[input + i];
                        for (int o = 0; o < outs; o++) {
                            y[output + o] += x * second[filter + i * filterRow + o];
                        }
                    }
                });
                yield y;
            }
            case INPUT_GRAD -> {
                double[] dx = new double[g.inputShape().size()];
                taps(g, (input, output, filter) -> {
                    for (int i = 0; i < ins; i++) {
                        double sum = 0;
                        for (int o = 0; o < outs; o++) {
                            sum += first[filter + i * filterRow + o] * second[output + o];
                        }
                        dx[input + i] += sum;
                    }
                });
                yield dx;
            }
            case WEIGHT_GRAD -> {
                double[] dw = new double[g.filterShape().size()];
                taps(g, (input, output, filter) -> {
                    for (int i = 0; i < ins; i++) {
                        double x = first[input + i];
                        for (int o = 0; o < outs; o++) {
                            dw[filter + i * filterRow + o] += x * second[output + o];
                        }
                    }
                });
                yield dw;
            }
        };
    }
}
