package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.Shape;
import java.util.List;

/**
 * Copies between two strided views of row-major arrays: permutation, padding, slicing, concatenation and general broadcasting.
 * Contiguous innermost runs move as blocks.
 */
final class StridedCopy implements Kernel {
    private static final int SMALL = 1 << 15;

    private final Slot from;
    private final Slot to;
    private final int[] extent;
    private final int[] fromStride;
    private final int[] toStride;
    private final int fromOffset;
    private final int toOffset;
    private final boolean clear;
    private final int run;

    private StridedCopy(Slot from, Slot to, int[] extent, int[] fromStride, int[] toStride, int fromOffset,
            int toOffset, boolean clear) {
        this.from = from;
        this.to = to;
        this.fromOffset = fromOffset;
        this.toOffset = toOffset;
        this.clear = clear;
        int rank = extent.length;
        int run = 1;
        while (rank > 0 && (extent[rank - 1] == 1 || fromStride[rank - 1] == run && toStride[rank - 1] == run)) {
            run *= extent[rank - 1];
            rank--;
        }
        this.run = run;
        this.extent = java.util.Arrays.copyOf(extent, rank);
        this.fromStride = fromStride;
        this.toStride = toStride;
    }

    static Kernel permute(Op.Permute op, Shape in, Slot from, Shape out, Slot to) {
        int[] strides = in.strides();
        int[] permuted = op.order().stream().mapToInt(a -> strides[a]).toArray();
        return new StridedCopy(from, to, out.dims(), permuted, out.strides(), 0, 0, false);
    }

    static Kernel broadcast(Shape in, Slot from, Shape out, Slot to) {
        int[] strides = new int[out.rank()];
        int lead = out.rank() - in.rank();
        int[] own = in.strides();
        for (int i = 0; i < in.rank(); i++) {
            strides[lead + i] = in.dim(i) == 1 ? 0 : own[i];
        }
        return new StridedCopy(from, to, out.dims(), strides, out.strides(), 0, 0, false);
    }

    static Kernel pad(Op.Pad op, Shape in, Slot from, Shape out, Slot to) {
        int[] strides = out.strides();
        int offset = 0;
        for (int i = 0; i < strides.length; i++) {
            offset += op.low().get(i) * strides[i];
            strides[i] *= op.interior().get(i) + 1;
        }
        return new StridedCopy(from, to, in.dims(), in.strides(), strides, 0, in.size() == 0 ? 0 : offset, true);
    }

    static Kernel slice(Op.Slice op, Shape in, Slot from, Shape out, Slot to) {
        int[] strides = in.strides();
        int offset = 0;
        for (int i = 0; i < strides.length; i++) {
            offset += op.start().get(i) * strides[i];
            strides[i] *= op.stride().get(i);
        }
        return new StridedCopy(from, to, out.dims(), strides, out.strides(), offset, 0, false);
    }

    static Kernel concat(int axis, List<Shape> in, List<Slot> from, Shape out, Slot to) {
        Kernel[] parts = new Kernel[in.size()];
        int offset = 0;
        for (int k = 0; k < parts.length; k++) {
            parts[k] = new StridedCopy(from.get(k), to, in.get(k).dims(), in.get(k).strides(), out.strides(), 0, offset,
                    false);
            offset += in.get(k).dim(axis) * out.strides()[axis];
        }
        return workers -> {
            for (Kernel part : parts) {
                part.run(workers);
            }
        };
    }

    @Override
    public void run(Workers workers) {
        if (clear) {
            to.tensor().fill(0);
        }
        if (extent.length == 0) {
            copy(from.offset() + fromOffset, to.offset() + toOffset);
            return;
        }
        int inner = run;
        for (int i = 1; i < extent.length; i++) {
            inner *= extent[i];
        }
        if ((long) inner * extent[0] < SMALL) {
            for (int i = 0; i < extent[0]; i++) {
                outer(i);
            }
        } else {
            workers.run(extent[0], (i, _) -> outer(i));
        }
    }

    private void outer(int i) {
        walk(1, from.offset() + fromOffset + i * fromStride[0], to.offset() + toOffset + i * toStride[0]);
    }

    private void walk(int axis, int f, int t) {
        if (axis == extent.length) {
            copy(f, t);
        } else if (axis == extent.length - 1 && run == 1) {
            scalars(extent[axis], f, fromStride[axis], t, toStride[axis]);
        } else {
            for (int i = 0; i < extent[axis]; i++) {
                walk(axis + 1, f + i * fromStride[axis], t + i * toStride[axis]);
            }
        }
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the value's one element type
    private void copy(int f, int t) {
        System.arraycopy(from.array(), f, to.array(), t, run);
    }

    private void scalars(int n, int f, int fs, int t, int ts) {
        switch (from.array()) {
            case float[] in -> {
                float[] out = to.tensor().floats();
                for (int i = 0; i < n; i++) {
                    out[t + i * ts] = in[f + i * fs];
                }
            }
            case double[] in -> {
                double[] out = to.tensor().doubles();
                for (int i = 0; i < n; i++) {
                    out[t + i * ts] = in[f + i * fs];
                }
            }
            case int[] in -> {
                int[] out = to.tensor().ints();
                for (int i = 0; i < n; i++) {
                    out[t + i * ts] = in[f + i * fs];
                }
            }
            default -> throw new IllegalStateException("no such element type: " + from.tensor().dtype());
        }
    }
}
