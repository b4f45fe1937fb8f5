package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.ptx.PtxKernel.Kind;
import org.jspecify.annotations.Nullable;

/** Adds up the threads of a block in shared memory, halving their number each time: the same order on every run. */
final class BlockSumPtx {
    private final ElementPtx e;
    private final PtxKernel k;
    private final LoopTiling tiling;
    private final String thread;
    private final String rowThread;
    private boolean used;

    BlockSumPtx(ElementPtx elements, LoopTiling tiling, String thread, String rowThread) {
        this.e = elements;
        this.k = elements.kernel();
        this.tiling = tiling;
        this.thread = thread;
        this.rowThread = rowThread;
    }

    /** Sums over the block's rows and leaves a vector of columns at {@code address}. */
    void columns(String[] parts, String address, @Nullable String idle) {
        reduce(parts, tiling.rowThreads(), tiling.columnThreads(), rowThread);
        String skip = k.label("stored");
        unlessFirst(rowThread, skip);
        if (idle != null) {
            k.line("@" + idle + " bra", skip);
        }
        String width = parts.length == 1 ? "" : ".v" + parts.length;
        String vector = parts.length == 1 ? parts[0] : "{" + String.join(", ", parts) + "}";
        k.line("st.global" + width + "." + e.type(), "[" + address + "]", vector);
        k.place(skip);
    }

    /** Sums over all threads and leaves one element at {@code address}. */
    void all(String[] part, String address) {
        reduce(part, tiling.threads(), 1, thread);
        String skip = k.label("stored");
        unlessFirst(thread, skip);
        k.line("st.global." + e.type(), "[" + address + "]", part[0]);
        k.place(skip);
    }

    private void unlessFirst(String index, String skip) {
        k.line("@" + k.result(Kind.PREDICATE, "setp.ne.u32", index, "0") + " bra", skip);
    }

    /** Leaves in the threads of index 0 the sum over {@code n} threads {@code stride} apart. */
    private void reduce(String[] parts, int n, int stride, String index) {
        if (n == 1) {
            return;
        }
        if (used) {
            k.line("bar.sync", "0");
        }
        used = true;
        int plane = tiling.threads() * e.bytes();
        k.shared(parts.length * plane);
        String start = k.result(Kind.WORD, "mov.u32", "shared");
        String own = k.result(Kind.WORD, "mad.lo.u32", thread, Integer.toString(e.bytes()), start);
        for (int v = 0; v < parts.length; v++) {
            k.line("st.shared." + e.type(), "[" + own + "+" + v * plane + "]", parts[v]);
        }
        for (int half = Integer.highestOneBit(n - 1); half >= 1; half /= 2) {
            k.line("bar.sync", "0");
            String skip = k.label("added");
            String beyond = k.result(Kind.PREDICATE, "setp.ge.u32", index, Integer.toString(Math.min(half, n - half)));
            k.line("@" + beyond + " bra", skip);
            for (int v = 0; v < parts.length; v++) {
                String other = k.result(e.kind(), "ld.shared." + e.type(),
                        "[" + own + "+" + (v * plane + half * stride * e.bytes()) + "]");
                k.line("add.rn." + e.type(), parts[v], parts[v], other);
                if (half > 1) {
                    k.line("st.shared." + e.type(), "[" + own + "+" + v * plane + "]", parts[v]);
                }
            }
            k.place(skip);
        }
    }
}
