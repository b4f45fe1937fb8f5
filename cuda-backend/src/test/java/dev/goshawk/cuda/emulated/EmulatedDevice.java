package dev.goshawk.cuda.emulated;

import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.device.DeviceMemoryException;
import dev.goshawk.cuda.device.Launch;
import dev.goshawk.cuda.device.MatrixProduct;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs launches on the CPU, at once: generated loops by the interpreter, the kernels that ship by the library compiled from their
 * sources. Copies and launches are checked against what is allocated.
 */
public final class EmulatedDevice implements Device {
    /** Runs one of the kernels that ship. */
    public interface ShippedKernels {
        void launch(Launch launch);
    }

    private record Loaded(String name, @Nullable PtxProgram program) implements Kernel {
    }

    private final DeviceHeap heap;
    private final PtxInterpreter interpreter;
    private final ShippedKernels shipped;
    private final List<Launch> launched = new ArrayList<>();
    private @Nullable List<Launch> recorded;

    /**
     * A device.
     *
     * @param limit bytes of memory
     * @param backwards in which order threads and blocks run
     */
    public EmulatedDevice(long limit, boolean backwards, ShippedKernels shipped) {
        this.heap = new DeviceHeap(limit);
        this.interpreter = new PtxInterpreter(heap, backwards);
        this.shipped = shipped;
    }

    /** Every launch so far, replayed ones included. */
    public List<Launch> launched() {
        return launched;
    }

    /** How many pieces of memory are taken. */
    public int allocations() {
        return heap.allocations();
    }

    @Override
    public String description() {
        return "emulated on the CPU";
    }

    @Override
    public int architecture() {
        return 80;
    }

    @Override
    public long freeBytes() {
        return heap.free();
    }

    @Override
    public long totalBytes() {
        return heap.limit();
    }

    @Override
    public long allocate(long bytes) {
        if (bytes > heap.free()) {
            throw new DeviceMemoryException("emulated device is full");
        }
        return heap.allocate(bytes);
    }

    @Override
    public void free(long address) {
        heap.free(address);
    }

    @Override
    public void upload(List<Copy> copies) {
        notRecording("upload");
        for (Copy c : copies) {
            long n = c.host().byteSize();
            MemorySegment.copy(c.host(), 0, heap.at(c.device(), n), heap.offset(c.device()), n);
        }
    }

    @Override
    public void download(List<Copy> copies) {
        notRecording("download");
        for (Copy c : copies) {
            long n = c.host().byteSize();
            MemorySegment.copy(heap.at(c.device(), n), heap.offset(c.device()), c.host(), 0, n);
        }
    }

    @Override
    public Map<String, Kernel> load(String ptx, List<String> kernels) {
        notRecording("load");
        Map<String, PtxProgram> programs = kernels.stream().anyMatch(EmulatedDevice::isGenerated)
                ? PtxProgram.parse(ptx)
                : Map.of();
        Map<String, Kernel> loaded = new LinkedHashMap<>();
        kernels.forEach(name -> loaded.put(name, new Loaded(name, programs.get(name))));
        return loaded;
    }

    private static boolean isGenerated(String name) {
        return name.startsWith("loop_") || name.startsWith("cumulative_sum_");
    }

    @Override
    public void launch(Launch launch) {
        if (launch.gridX() < 1 || launch.gridY() < 1 || launch.gridZ() < 1 || launch.gridY() > 65_535
                || launch.gridZ() > 65_535 || launch.blockX() * launch.blockY() > 1024) {
            throw new IllegalArgumentException("launch: no such grid or block: " + launch);
        }
        if (recorded != null) {
            recorded.add(launch);
        } else {
            run(launch);
        }
    }

    private void run(Launch launch) {
        launched.add(launch);
        if (launch.kernel() instanceof Loaded(var _, var program) && program != null) {
            interpreter.run(program, launch.gridX(), launch.blockX(), launch.arguments());
        } else {
            shipped.launch(launch);
        }
    }

    @Override
    public boolean product(MatrixProduct product) {
        return false;
    }

    @Override
    public Recording record(Runnable work) {
        List<Launch> launches = new ArrayList<>();
        recorded = launches;
        try {
            work.run();
        } finally {
            recorded = null;
        }
        return new Recording() {
            private boolean closed;

            @Override
            public void replay() {
                if (closed) {
                    throw new IllegalStateException("replayed after it was closed");
                }
                launches.forEach(EmulatedDevice.this::run);
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    private void notRecording(String what) {
        if (recorded != null) {
            throw new IllegalStateException(what + " while recording");
        }
    }

    @Override
    public void synchronize() {
        notRecording("synchronize");
    }
}
