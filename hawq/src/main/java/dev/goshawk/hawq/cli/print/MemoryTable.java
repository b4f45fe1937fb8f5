package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.curvature.HessianPlan;
import dev.goshawk.hawq.training.TrainingPlan;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints what a computation would take of the heap. */
public final class MemoryTable {
    private MemoryTable() {
    }

    public static void print(PrintWriter out, SpectrumPlan plan) {
        HessianPlan first = plan.blocks().getFirst().hessian();
        out.printf(Locale.ROOT,
                "memory of the spectrum of %s: %d images of %s in %s, %d at once (%d micro-batch%s)%n",
                plan.task().network().name(), plan.task().samples(), plan.task().extents(),
                plan.task().dtype(), first.microBatch(), first.microBatches(), first.microBatches() == 1 ? "" : "es");
        held(out, plan.footprint());
        int width = Math.max(17, plan.blocks().stream().mapToInt(e -> e.block().name().length()).max().orElse(0));
        out.printf(Locale.ROOT, "  %-" + width + "s %12s %12s %12s %12s %13s %12s%n", "a block at a time",
                plan.shared() ? "lin., shared" : "linearized", "product", "micro-batch",
                plan.method().subsample() == 0 ? "no subsample" : "by " + plan.method().subsample() + " images",
                "vectors up to", "total");
        for (SpectrumPlan.Entry e : plan.blocks()) {
            HessianPlan h = e.hessian();
            out.printf(Locale.ROOT, "  %-" + width + "s %12s %12s %12s %12s %13s %12s%n", e.block().name(),
                    Heap.text(h.primalBytes()),
                    Heap.text(h.tangentBytes()),
                    h.microBatches() == 1 ? "1" : h.microBatches() + (h.kept() ? " kept" : " anew"),
                    Heap.text(e.subsampleBytes()), Heap.text(h.vectorBytes() + e.solverBytes()), Heap.text(e.bytes()));
        }
        total(out, plan.footprint());
    }

    public static void print(PrintWriter out, TrainingPlan plan) {
        print(out, "training " + plan.network().name() + ", batches of " + plan.batch(), plan.footprint());
    }

    /**
     * Any computation.
     *
     * @param what in a few words, after "memory of"
     */
    public static void print(PrintWriter out, String what, Footprint plan) {
        out.println("memory of " + what);
        held(out, plan);
        plan.phases().forEach(p -> out.printf(Locale.ROOT, "  %-60s %12s%n", p.what(), Heap.text(p.bytes())));
        total(out, plan);
    }

    private static void held(PrintWriter out, Footprint f) {
        f.held().forEach(p -> out.printf(Locale.ROOT, "  %-60s %12s%n", p.what(), Heap.text(p.bytes())));
    }

    private static void total(PrintWriter out, Footprint f) {
        long limit = Heap.limit();
        out.printf(Locale.ROOT, "  %-60s %12s%n", "at the fullest", Heap.text(f.bytes()));
        out.printf(Locale.ROOT, "  %-60s %12s%n", "the whole process, the JVM counted, takes about",
                Heap.text(Heap.process(f.bytes())));
        out.printf(Locale.ROOT, "  %-60s %12s%n",
                "the heap (" + Heap.text(Runtime.getRuntime().maxMemory()) + ") has room for long-lived arrays of",
                Heap.text(limit));
        out.printf(f.bytes() <= limit ? "fits; nothing was taken%n" : "does not fit; nothing was taken%n");
        out.flush();
    }
}
