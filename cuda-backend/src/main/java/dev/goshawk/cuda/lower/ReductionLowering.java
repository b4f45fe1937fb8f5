package dev.goshawk.cuda.lower;

import dev.goshawk.cuda.ptx.CumulativeSumPtx;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Sums and maxima over axes, where no loop has taken them in, and cumulative sums. */
final class ReductionLowering {
    private static final int MAX_GRID_Z = 65_535;
    private static final int THREADS = 256;
    private static final int WIDEST = 32;
    private static final int RUN = 2048;
    private static final int RESIDENT = 264;
    private static final int STRIDED_THREADS = 128;
    private static final int MAX_RANK = 8;

    private final KernelLibrary kernels;
    private final Workspace workspace;

    ReductionLowering(KernelLibrary kernels, Workspace workspace) {
        this.kernels = kernels;
        this.workspace = workspace;
    }

    List<Work> reduce(boolean maximum, List<Integer> axes, DType dtype, Shape in, Address from, Address to) {
        boolean contiguous = !axes.isEmpty() && axes.getLast() - axes.getFirst() == axes.size() - 1;
        int outer = contiguous ? product(in, 0, axes.getFirst()) : 0;
        if (!contiguous || outer > MAX_GRID_Z) {
            return List.of(strided(maximum, axes, dtype, in, from, to));
        }
        int middle = product(in, axes.getFirst(), axes.getLast() + 1);
        int inner = product(in, axes.getLast() + 1, in.rank());
        String name = maximum ? "gk_max" : "gk_sum";
        int blocks = outer * Math.ceilDiv(inner, columnThreads(inner));
        int parts = blocks >= RESIDENT ? 1 : Math.clamp(middle / RUN, 1, RESIDENT);
        if (parts == 1) {
            return List.of(contiguous(name, dtype, from, to, outer, middle, inner, 1, 0));
        }
        Address partial = workspace.require((long) outer * parts * inner * dtype.bytes());
        return List.of(contiguous(name, dtype, from, partial, outer, middle, inner, parts, 0),
                contiguous(name, dtype, partial, to, outer, parts, inner, 1, 0));
    }

    /** Sum over the middle of {@code [outer, middle, inner]}. */
    Work sum(DType dtype, Address from, Address to, int outer, int middle, int inner, boolean accumulate) {
        return contiguous("gk_sum", dtype, from, to, outer, middle, inner, 1, accumulate ? 1 : 0);
    }

    /** Cumulative sums along an axis. */
    Work cumulativeSum(Op.CumulativeSum op, DType dtype, Shape shape, Address from, Address to) {
        int extent = shape.dim(op.axis());
        int inner = product(shape, op.axis() + 1, shape.rank());
        int lines = shape.size() / extent;
        String name = kernels.generated(CumulativeSumPtx.write(dtype, op.reverse()));
        return kernels.launchGenerated(name, Math.ceilDiv(lines, CumulativeSumPtx.THREADS), CumulativeSumPtx.THREADS,
                List.of(from, to, lines, extent, inner));
    }

    private Work contiguous(String name, DType dtype, Address from, Address to, int outer, int middle, int inner,
            int parts, int accumulate) {
        int x = columnThreads(inner);
        return kernels.launch("reduce", name + ProductLowering.suffix(dtype),
                new int[] {Math.ceilDiv(inner, x), parts, outer}, x, THREADS / x, from, to, outer, middle, inner, parts,
                accumulate);
    }

    private static int columnThreads(int inner) {
        return inner >= WIDEST ? WIDEST : Integer.highestOneBit(Math.max(1, 2 * inner - 1));
    }

    private Work strided(boolean maximum, List<Integer> axes, DType dtype, Shape in, Address from, Address to) {
        List<Integer> kept = new ArrayList<>();
        for (int a = 0; a < in.rank(); a++) {
            if (!axes.contains(a)) {
                kept.add(a);
            }
        }
        int results = kept.stream().mapToInt(in::dim).reduce(1, (a, b) -> a * b);
        int terms = axes.stream().mapToInt(in::dim).reduce(1, (a, b) -> a * b);
        String name = (maximum ? "gk_max_strided" : "gk_sum_strided") + ProductLowering.suffix(dtype);
        return kernels.launch("reduce", name, new int[] {results, 1, 1}, STRIDED_THREADS, 1, from, to, results, terms,
                axes(in, kept), axes(in, axes));
    }

    private static int[] axes(Shape in, List<Integer> chosen) {
        if (chosen.size() > MAX_RANK) {
            throw new IllegalArgumentException("reduce: expected at most " + MAX_RANK + " axes, got " + in);
        }
        int[] packed = new int[1 + 2 * MAX_RANK];
        packed[0] = chosen.size();
        int[] strides = in.strides();
        for (int i = 0; i < chosen.size(); i++) {
            packed[1 + i] = in.dim(chosen.get(i));
            packed[1 + MAX_RANK + i] = strides[chosen.get(i)];
        }
        return packed;
    }

    private static int product(Shape s, int from, int to) {
        int n = 1;
        for (int i = from; i < to; i++) {
            n *= s.dim(i);
        }
        return n;
    }
}
