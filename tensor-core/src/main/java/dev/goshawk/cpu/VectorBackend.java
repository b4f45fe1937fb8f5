package dev.goshawk.cpu;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.IntegerKernels;
import dev.goshawk.backend.Workers;
import dev.goshawk.compile.Plan;
import dev.goshawk.cpu.exec.CpuExecutable;
import dev.goshawk.cpu.kernel.ProductKernels;
import dev.goshawk.cpu.kernel.conv.winograd.Winograd;
import dev.goshawk.cpu.kernel.integer.VectorIntegers;
import dev.goshawk.graph.Graph;
import java.lang.ref.WeakReference;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The CPU backend on jdk.incubator.vector. */
final class VectorBackend implements Backend {
    static final String NAME = "vector";

    private final Workers workers;
    /** Of the graph that was asked for last: who wants to know a plan's size compiles the graph next. */
    private volatile @Nullable Planned last;

    private record Planned(WeakReference<Graph> graph, Plan plan) {
    }

    VectorBackend(Workers workers) {
        this.workers = workers;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public OptionalInt floatLanes() {
        return OptionalInt.of(ProductKernels.floatLanes());
    }

    @Override
    public String description() {
        return "vector: " + ProductKernels.floatLanes() + " float32 lanes (" + ProductKernels.floatLanes() * Float.SIZE
                + " bits), "
                + workers.threads()
                + (workers.threads() == 1 ? " thread" : " threads")
                + (Winograd.allowed() ? "" : ", without Winograd's products");
    }

    @Override
    public Executable compile(Graph graph) {
        Plan plan = plan(graph);
        last = null;
        return new CpuExecutable(graph, plan, workers);
    }

    @Override
    public void close() {
        workers.close();
    }

    @Override
    public long plannedBytes(Graph graph) {
        return CpuExecutable.plannedBytes(plan(graph), workers);
    }

    private Plan plan(Graph graph) {
        Planned known = last;
        if (known != null && known.graph.refersTo(graph)) {
            return known.plan;
        }
        Plan plan = Plan.byImages(graph);
        last = new Planned(new WeakReference<>(graph), plan);
        return plan;
    }

    @Override
    public IntegerKernels integers() {
        return new VectorIntegers();
    }
}
