package dev.goshawk.cpu.reference;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Ops that move elements or combine them along axes. Each is a walk over one array in row-major order beside a strided
 * walk over the other.
 */
final class ReferenceMovement {
    private ReferenceMovement() {
    }

    /** Positions {@code base + sum index[a] * strides[a]} for every index of the shape, in row-major order. */
    private static int[] positions(Shape shape, int[] strides, int base) {
        int[] positions = new int[shape.size()];
        int[] index = new int[shape.rank()];
        int at = base;
        for (int i = 0; i < positions.length; i++) {
            positions[i] = at;
            for (int a = index.length - 1; a >= 0; a--) {
                at += strides[a];
                if (++index[a] < shape.dim(a)) {
                    break;
                }
                at -= strides[a] * shape.dim(a);
                index[a] = 0;
            }
        }
        return positions;
    }

    private static double[] gather(double[] x, int[] positions) {
        double[] out = new double[positions.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = x[positions[i]];
        }
        return out;
    }

    private static void scatter(double[] x, int[] positions, double[] out) {
        for (int i = 0; i < positions.length; i++) {
            out[positions[i]] = x[i];
        }
    }

    static double[] permute(Op.Permute p, Shape result, Shape from, double[] x) {
        int[] strides = from.strides();
        return gather(x, positions(result, p.order().stream().mapToInt(a -> strides[a]).toArray(), 0));
    }

    static double[] broadcast(Shape result, Shape from, double[] x) {
        int[] strides = new int[result.rank()];
        int lead = result.rank() - from.rank();
        for (int a = 0; a < from.rank(); a++) {
            strides[lead + a] = from.dim(a) == 1 ? 0 : from.strides()[a];
        }
        return gather(x, positions(result, strides, 0));
    }

    static double[] slice(Op.Slice s, Shape result, Shape from, double[] x) {
        int[] strides = from.strides();
        int base = 0;
        for (int a = 0; a < strides.length; a++) {
            base += s.start().get(a) * strides[a];
            strides[a] *= s.stride().get(a);
        }
        return gather(x, positions(result, strides, base));
    }

    static double[] pad(Op.Pad p, Shape result, Shape from, double[] x) {
        int[] strides = result.strides();
        int base = 0;
        for (int a = 0; a < strides.length; a++) {
            base += p.low().get(a) * strides[a];
            strides[a] *= p.interior().get(a) + 1;
        }
        double[] out = new double[result.size()];
        scatter(x, positions(from, strides, base), out);
        return out;
    }

    static double[] concat(int axis, Shape result, Shape[] shapes, double[][] operands) {
        double[] out = new double[result.size()];
        int[] strides = result.strides();
        int base = 0;
        for (int k = 0; k < operands.length; k++) {
            scatter(operands[k], positions(shapes[k], strides, base), out);
            base += shapes[k].dim(axis) * strides[axis];
        }
        return out;
    }

    static double[] sum(List<Integer> axes, Shape result, Shape from, double[] x) {
        double[] out = new double[result.size()];
        int[] to = positions(from, reducedStrides(axes, result, from), 0);
        for (int i = 0; i < to.length; i++) {
            out[to[i]] += x[i];
        }
        return out;
    }

    static double[] cumulativeSum(int axis, boolean reverse, Shape shape, double[] x) {
        double[] out = x.clone();
        int stride = shape.strides()[axis];
        int extent = shape.dim(axis);
        for (int k = 0; k < out.length; k++) {
            int i = reverse ? out.length - 1 - k : k;
            int place = i / stride % extent;
            boolean first = place == (reverse ? extent - 1 : 0);
            out[i] += first ? 0 : out[reverse ? i + stride : i - stride];
        }
        return out;
    }

    /** Of no elements the maximum is minus infinity; NaN is above everything. */
    static double[] maxOver(List<Integer> axes, Shape result, Shape from, double[] x) {
        double[] out = new double[result.size()];
        Arrays.fill(out, Double.NEGATIVE_INFINITY);
        int[] to = positions(from, reducedStrides(axes, result, from), 0);
        for (int i = 0; i < to.length; i++) {
            out[to[i]] = Math.max(out[to[i]], x[i]);
        }
        return out;
    }

    /** Where each axis of the operand steps in the result: nowhere if it is reduced. */
    private static int[] reducedStrides(List<Integer> axes, Shape result, Shape from) {
        int[] strides = new int[from.rank()];
        int kept = 0;
        for (int a = 0; a < strides.length; a++) {
            strides[a] = axes.contains(a) ? 0 : result.strides()[kept++];
        }
        return strides;
    }
}
