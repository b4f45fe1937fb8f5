package dev.goshawk.random;

import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** Error bounds of piecewise constant ops: nothing, unless an operand's error reaches over a jump. */
final class Jumps {
    private Jumps() {
    }

    static double[] error(Value v, ErrorBound[] in, double[] value) {
        double[] error = new double[value.length];
        switch (v.op()) {
            case Op.MaxOver op -> {
                return ReferenceOps.evaluate(op, v.shape(), new Shape[] {v.operand(0).shape()},
                        new double[][] {in[0].error()});
            }
            case Op.MaxPoolIndices(var g) -> {
                return positions(g, in[0], value);
            }
            case Op.Piecewise(var f) -> Arrays.setAll(error,
                    i -> piecewise(f, in[0].value()[i], in[0].error()[i]));
            case Op.AtLeast _ when ownMaximum(v) > 0 -> {
                return largest(in[0], ownMaximum(v));
            }
            case Op.AtLeast _ -> Arrays.setAll(error, i -> {
                double e = in[0].error()[i] + in[1].error()[i];
                return e > 0 && Math.abs(in[0].value()[i] - in[1].value()[i]) <= e ? 1 : 0;
            });
            default -> throw new AssertionError("no bound for " + v.op());
        }
        return error;
    }

    /** The length of rows, if each element of rows is compared with its row's maximum, and 0 otherwise. */
    private static int ownMaximum(Value atLeast) {
        Value x = atLeast.operand(0);
        Value max = atLeast.operand(1);
        while (max.op() instanceof Op.Broadcast || max.op() instanceof Op.Reshape) {
            max = max.operand(0);
        }
        boolean own = max.op() instanceof Op.MaxOver(var axes) && max.operand(0) == x
                && axes.equals(List.of(x.shape().rank() - 1));
        return own ? x.shape().dim(-1) : 0;
    }

    /** Whether an element is its row's largest is unsure where another may be: whatever the error, the maximum is one of them. */
    private static double[] largest(ErrorBound x, int columns) {
        double[] error = new double[x.value().length];
        for (int from = 0; from < error.length; from += columns) {
            int best = from;
            for (int i = from; i < from + columns; i++) {
                best = x.value()[i] > x.value()[best] ? i : best;
            }
            for (int i = from; i < from + columns; i++) {
                double e = x.error()[i] + x.error()[best];
                if (i != best && e > 0 && x.value()[best] - x.value()[i] <= e) {
                    error[i] = 1;
                    error[best] = 1;
                }
            }
        }
        return error;
    }

    private static double piecewise(Op.Piecewise.Function f, double x, double e) {
        if (e == 0) {
            return 0;
        }
        return switch (f) {
            case STEP -> x - e <= 0 && x + e > 0 ? 1 : 0;
            case SIGN -> x - e <= 0 && x + e >= 0 ? 2 : 0;
            case ROUND -> Math.rint(x + e) - Math.rint(x - e);
            case FLOOR -> Math.floor(x + e) - Math.floor(x - e);
        };
    }

    /** Infinite where another element of the window may be the largest. */
    private static double[] positions(PoolGeometry g, ErrorBound x, double[] value) {
        double[] error = new double[value.length];
        for (int o = 0; o < value.length; o++) {
            int c = o % g.channels();
            int column = o / g.channels() % g.outWidth() * g.strideWidth() - g.padLeft();
            int row = o / g.channels() / g.outWidth() % g.outHeight() * g.strideHeight() - g.padTop();
            int image = o / g.channels() / g.outWidth() / g.outHeight() * g.inHeight() * g.inWidth();
            int best = (image + (int) value[o]) * g.channels() + c;
            for (int h = Math.max(0, row); h < Math.min(g.inHeight(), row + g.kernelHeight()); h++) {
                for (int w = Math.max(0, column); w < Math.min(g.inWidth(), column + g.kernelWidth()); w++) {
                    int i = (image + h * g.inWidth() + w) * g.channels() + c;
                    double e = x.error()[i] + x.error()[best];
                    if (i != best && e > 0 && x.value()[best] - x.value()[i] <= e) {
                        error[o] = Double.POSITIVE_INFINITY;
                    }
                }
            }
        }
        return error;
    }

    /** A gather or scatter whose positions are not sure. */
    static ErrorBound indexed(Value v, ErrorBound[] in, double[] value, ErrorBound sure) {
        double[] error = sure.error();
        double[] unsure = Arrays.stream(in[1].error()).map(e -> e > 0 ? 1 : 0).toArray();
        if (v.op() instanceof Op.PoolScatter(var g)) {
            unsure = ReferenceOps.evaluate(new Op.AvgPoolTranspose(g, true), v.shape(),
                    new Shape[] {v.operand(0).shape()}, new double[][] {unsure});
        }
        for (int i = 0; i < error.length; i++) {
            error[i] = unsure[i] > 0 ? Double.POSITIVE_INFINITY : error[i];
        }
        return new ErrorBound(value, error, sure.size());
    }
}
