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
import java.util.OptionalInt;

/** The CPU backend on jdk.incubator.vector. */
final class VectorBackend implements Backend {
    static final String NAME = "vector";

    private final Workers workers;

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
        return new CpuExecutable(graph, Plan.byImages(graph), workers);
    }

    @Override
    public void close() {
        workers.close();
    }

    @Override
    public long plannedBytes(Graph graph) {
        return CpuExecutable.plannedBytes(Plan.byImages(graph), workers);
    }

    @Override
    public IntegerKernels integers() {
        return new VectorIntegers();
    }
}
