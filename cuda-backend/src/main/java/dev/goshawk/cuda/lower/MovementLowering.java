package dev.goshawk.cuda.lower;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Copies between strided views of row-major arrays: permutation, padding, slicing, concatenation and general broadcasting. */
final class MovementLowering {
    private static final int MAX_RANK = 8;
    private static final int TILE = 32;
    private static final int TILE_ROWS = 8;
    private static final int MAX_GRID_Y = 65_535;

    private final KernelLibrary kernels;

    MovementLowering(KernelLibrary kernels) {
        this.kernels = kernels;
    }

    private static String suffix(DType dtype) {
        return dtype.bytes() == Integer.BYTES ? "_b32" : "_b64";
    }

    List<Work> permute(Op.Permute op, DType dtype, Shape in, Address from, Shape out, Address to) {
        int[] strides = in.strides();
        int[] permuted = op.order().stream().mapToInt(a -> strides[a]).toArray();
        return copy(dtype, from, to, View.of(out.dims(), permuted, out.strides()), 0, 0);
    }

    List<Work> broadcast(DType dtype, Shape in, Address from, Shape out, Address to) {
        int[] strides = new int[out.rank()];
        int lead = out.rank() - in.rank();
        int[] own = in.strides();
        for (int i = 0; i < in.rank(); i++) {
            strides[lead + i] = in.dim(i) == 1 ? 0 : own[i];
        }
        return copy(dtype, from, to, View.of(out.dims(), strides, out.strides()), 0, 0);
    }

    List<Work> pad(Op.Pad op, DType dtype, Shape in, Address from, Shape out, Address to) {
        int[] strides = out.strides();
        int offset = 0;
        for (int i = 0; i < strides.length; i++) {
            offset += op.low().get(i) * strides[i];
            strides[i] *= op.interior().get(i) + 1;
        }
        List<Work> work = new ArrayList<>(fill(dtype, 0, out.size(), to));
        work.addAll(copy(dtype, from, to, View.of(in.dims(), in.strides(), strides), 0, offset));
        return work;
    }

    List<Work> slice(Op.Slice op, DType dtype, Shape in, Address from, Shape out, Address to) {
        int[] strides = in.strides();
        int offset = 0;
        for (int i = 0; i < strides.length; i++) {
            offset += op.start().get(i) * strides[i];
            strides[i] *= op.stride().get(i);
        }
        return copy(dtype, from, to, View.of(out.dims(), strides, out.strides()), offset, 0);
    }

    List<Work> concat(int axis, DType dtype, List<Shape> in, List<Address> from, Shape out, Address to) {
        List<Work> work = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < in.size(); i++) {
            Shape s = in.get(i);
            work.addAll(copy(dtype, from.get(i), to, View.of(s.dims(), s.strides(), out.strides()), 0, offset));
            offset += s.dim(axis) * out.strides()[axis];
        }
        return work;
    }

    /** Every element the same number. */
    List<Work> fill(DType dtype, double value, int n, Address to) {
        if (n == 0) {
            return List.of();
        }
        Object bits = switch (dtype) {
            case FLOAT32 -> Float.floatToRawIntBits((float) value);
            case FLOAT64 -> Double.doubleToRawLongBits(value);
            case INT32 -> (int) value;
        };
        return List.of(kernels.elements("move", "gk_fill" + suffix(dtype), n, to, bits, n));
    }

    /** The fewest axes that describe a copy: extents, and the strides on both sides. */
    private record View(int rank, int[] extent, int[] from, int[] to) {
        static View of(int[] extent, int[] from, int[] to) {
            int[][] merged = new int[3][extent.length];
            int rank = 0;
            for (int i = 0; i < extent.length; i++) {
                if (extent[i] == 1) {
                    continue;
                }
                int last = rank - 1;
                if (last >= 0 && merged[1][last] == from[i] * extent[i] && merged[2][last] == to[i] * extent[i]) {
                    merged[0][last] *= extent[i];
                    merged[1][last] = from[i];
                    merged[2][last] = to[i];
                } else {
                    merged[0][rank] = extent[i];
                    merged[1][rank] = from[i];
                    merged[2][rank++] = to[i];
                }
            }
            return new View(rank, merged[0], merged[1], merged[2]);
        }

        int size() {
            int n = 1;
            for (int i = 0; i < rank; i++) {
                n *= extent[i];
            }
            return n;
        }

        /** Whether the last two axes change places and everything else stays. */
        boolean isTransposition() {
            if (rank < 2 || rank > 3) {
                return false;
            }
            int x = rank - 2;
            int y = rank - 1;
            int plane = extent[x] * extent[y];
            boolean batch = rank == 2 || from[0] == plane && to[0] == plane;
            return batch && from[x] == 1 && from[y] == extent[x] && to[x] == extent[y] && to[y] == 1
                    && Math.ceilDiv(extent[y], TILE) <= MAX_GRID_Y && (rank == 2 || extent[0] <= MAX_GRID_Y);
        }
    }

    private List<Work> copy(DType dtype, Address from, Address to, View v, int fromOffset, int toOffset) {
        int n = v.size();
        if (n == 0) {
            return List.of();
        }
        if (fromOffset == 0 && toOffset == 0 && v.isTransposition()) {
            int rows = v.extent()[v.rank() - 1];
            int columns = v.extent()[v.rank() - 2];
            int batch = v.rank() == 2 ? 1 : v.extent()[0];
            int[] grid = {Math.ceilDiv(columns, TILE), Math.ceilDiv(rows, TILE), batch};
            return List.of(kernels.launch("move", "gk_transpose" + suffix(dtype), grid, TILE, TILE_ROWS, from, to, rows,
                    columns));
        }
        if (v.rank() > MAX_RANK) {
            throw new IllegalArgumentException(
                    "copy: expected at most " + MAX_RANK + " axes that do not merge, got " + v.rank());
        }
        int[] packed = new int[3 + 3 * MAX_RANK];
        packed[0] = v.rank();
        packed[1] = fromOffset;
        packed[2] = toOffset;
        System.arraycopy(v.extent(), 0, packed, 3, v.rank());
        System.arraycopy(v.from(), 0, packed, 3 + MAX_RANK, v.rank());
        System.arraycopy(v.to(), 0, packed, 3 + 2 * MAX_RANK, v.rank());
        return List.of(kernels.elements("move", "gk_copy" + suffix(dtype), n, from, to, n, packed));
    }
}
