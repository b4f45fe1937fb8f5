package dev.goshawk.cuda;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.lower.KernelLibrary;
import dev.goshawk.cuda.lower.Precision;
import dev.goshawk.graph.Graph;
import java.util.OptionalLong;

/** Runs plans on one GPU. Executables made by one instance can be connected without a copy. Not for use by two threads at once. */
final class CudaBackend implements Backend {
    static final String NAME = "cuda";

    private final Device device;
    private final Precision precision;
    private final KernelLibrary kernels;
    private final DeviceMemory memory;

    /** @param precision a name of {@link Precision} */
    CudaBackend(Device device, String precision) {
        this.device = device;
        this.precision = Precision.chosen(precision, device.architecture());
        this.kernels = new KernelLibrary(device);
        this.memory = new DeviceMemory(device);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return NAME + ": " + device.description() + "; convolutions in " + precision.label();
    }

    @Override
    public OptionalLong ownMemoryBytes() {
        return OptionalLong.of(device.freeBytes());
    }

    @Override
    public long plannedBytes(Graph graph) {
        return CudaExecutable.plannedBytes(graph, kernels, precision);
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.goshawk.cuda.device.DeviceMemoryException if the GPU does not hold the plan; nothing has been taken then
     */
    @Override
    public Executable compile(Graph graph) {
        return new CudaExecutable(graph, device, kernels, precision, memory);
    }
}
