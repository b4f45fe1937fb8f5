package dev.goshawk.autodiff;

import static dev.goshawk.autodiff.SampleValues.normal;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.ArrayList;
import java.util.List;

/** Matrix product and convolution rows of the op test table. */
final class ProductSamples {
    private ProductSamples() {
    }

    static List<OpSample> rows() {
        List<OpSample> rows = new ArrayList<>();
        matmul(rows, 1, 1, 1);
        matmul(rows, 2, 3, 4);
        matmul(rows, 1, 5, 3);
        matmul(rows, 4, 1, 2);
        conv(rows, new ConvGeometry(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1));
        conv(rows, new ConvGeometry(2, 4, 3, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1));
        conv(rows, new ConvGeometry(1, 5, 4, 2, 2, 3, 2, 2, 1, 0, 1, 2, 0, 1));
        conv(rows, new ConvGeometry(1, 5, 5, 4, 6, 3, 3, 2, 2, 1, 1, 1, 1, 2));
        conv(rows, new ConvGeometry(2, 3, 4, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 3));
        conv(rows, new ConvGeometry(1, 4, 4, 2, 4, 2, 2, 2, 2, 0, 0, 0, 0, 2));
        conv(rows, new ConvGeometry(2, 3, 3, 3, 2, 1, 1, 1, 1, 0, 0, 0, 0, 1));
        conv(rows, new ConvGeometry(2, 4, 5, 2, 2, 1, 1, 2, 3, 0, 0, 0, 0, 1));
        conv(rows, new ConvGeometry(1, 3, 2, 2, 3, 3, 2, 1, 1, 0, 0, 0, 0, 1));
        conv(rows, new ConvGeometry(1, 2, 2, 1, 2, 3, 3, 3, 3, 2, 1, 3, 2, 1));
        return rows;
    }

    static List<OpSample> awkward() {
        List<OpSample> rows = new ArrayList<>();
        matmul(rows, 37, 65, 19);
        matmul(rows, 129, 17, 10);
        matmul(rows, 1, 100, 33);
        matmul(rows, 5, 0, 3);
        conv(rows, new ConvGeometry(3, 9, 9, 3, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1));
        conv(rows, new ConvGeometry(2, 9, 7, 17, 19, 3, 3, 1, 1, 1, 1, 1, 1, 1));
        conv(rows, new ConvGeometry(3, 11, 9, 16, 33, 3, 3, 2, 2, 1, 1, 1, 1, 1));
        conv(rows, new ConvGeometry(2, 8, 8, 16, 32, 1, 1, 2, 2, 0, 0, 0, 0, 1));
        conv(rows, new ConvGeometry(2, 6, 9, 12, 20, 1, 7, 1, 1, 0, 3, 0, 3, 1));
        conv(rows, new ConvGeometry(2, 7, 7, 18, 18, 3, 3, 1, 1, 1, 1, 1, 1, 18));
        conv(rows, new ConvGeometry(2, 7, 8, 24, 36, 3, 3, 2, 1, 1, 0, 0, 1, 3));
        conv(rows, new ConvGeometry(1, 23, 21, 3, 10, 7, 7, 2, 2, 3, 3, 3, 3, 1));
        return rows;
    }

    /** All four ways to transpose op(A) [m, k] times op(B) [k, n]. */
    private static void matmul(List<OpSample> rows, int m, int k, int n) {
        for (int flags = 0; flags < 4; flags++) {
            Op op = new Op.MatMul((flags & 1) != 0, (flags & 2) != 0);
            rows.add(new OpSample(op + " " + m + "x" + k + "x" + n, op,
                    List.of((flags & 1) != 0 ? normal(51, k, m) : normal(51, m, k),
                            (flags & 2) != 0 ? normal(52, n, k) : normal(52, k, n)),
                    2));
        }
    }

    private static void conv(List<OpSample> rows, ConvGeometry g) {
        for (ConvRole role : ConvRole.values()) {
            int[] x = g.inputShape().dims();
            int[] w = g.filterShape().dims();
            int[] y = g.outputShape().dims();
            int[] first = role == ConvRole.INPUT_GRAD ? w : x;
            int[] second = role == ConvRole.OUTPUT ? w : y;
            Op op = new Op.Conv(role, g);
            rows.add(new OpSample(op.toString(), op, List.of(normal(53, first), normal(54, second)), 2));
        }
    }
}
