package dev.goshawk.cuda.driver;

import dev.goshawk.cuda.blas.Cublas;
import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.device.DeviceMemoryException;
import dev.goshawk.cuda.device.Launch;
import dev.goshawk.cuda.device.MatrixProduct;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import jcuda.CudaException;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** The first GPU that the driver shows (CUDA_VISIBLE_DEVICES chooses), on its primary context and one stream. */
public final class JCudaDevice implements Device {
    private static final int NAME_BYTES = 256;
    /** What NVIDIA recommends for its newer GPUs. */
    private static final long CUBLAS_WORKSPACE = 32L << 20;

    private record Function(String name, CUfunction function) implements Kernel {
    }

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final Handles.Stream stream = new Handles.Stream();
    private final Staging staging;
    private final Optional<Cublas> cublas;
    private @Nullable Thread current;

    private JCudaDevice() {
        JCudaDriver.setExceptionsEnabled(true);
        JCudaDriver.cuInit(0);
        JCudaDriver.cuDeviceGet(device, 0);
        JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
        enter();
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
        staging = new Staging(stream);
        cublas = Cublas.find(stream.handle());
        cublas.ifPresent(c -> c.useWorkspace(allocate(CUBLAS_WORKSPACE), CUBLAS_WORKSPACE));
    }

    /**
     * Opens the device; {@link DriverProbe} has found one.
     *
     * @throws IllegalStateException in one line, if the driver refuses
     */
    public static JCudaDevice open() {
        try {
            NativeLibraries.usePrivateFolder(() -> JCudaDriver.setExceptionsEnabled(true));
            return new JCudaDevice();
        } catch (CudaException | UnsatisfiedLinkError e) {
            throw new IllegalStateException("the GPU cannot be opened: " + e.getMessage(), e);
        }
    }

    /** A context belongs to a thread at a time. */
    private void enter() {
        Thread t = Thread.currentThread();
        if (current != t) {
            JCudaDriver.cuCtxSetCurrent(context);
            current = t;
        }
    }

    private int attribute(int attribute) {
        int[] value = new int[1];
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device);
        return value[0];
    }

    @Override
    public String description() {
        byte[] name = new byte[NAME_BYTES];
        JCudaDriver.cuDeviceGetName(name, name.length, device);
        String text = new String(name, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return String.format(Locale.ROOT,
                "%s, %d multiprocessors, compute capability %d.%d, %.0f GiB; matrix products by %s",
                end < 0 ? text : text.substring(0, end),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                totalBytes() / (double) (1 << 30),
                cublas.map(Cublas::description).orElse("our own kernels (no cuBLAS)"));
    }

    @Override
    public int architecture() {
        return 10 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    private long[] memory() {
        enter();
        long[] free = new long[1];
        long[] total = new long[1];
        JCudaDriver.cuMemGetInfo(free, total);
        return new long[] {free[0], total[0]};
    }

    @Override
    public long freeBytes() {
        return memory()[0];
    }

    @Override
    public long totalBytes() {
        return memory()[1];
    }

    @Override
    public long allocate(long bytes) {
        enter();
        Handles.Place place = new Handles.Place();
        try {
            JCudaDriver.cuMemAlloc(place, bytes);
        } catch (CudaException e) {
            throw new DeviceMemoryException("GPU memory: " + bytes + " bytes cannot be had, " + freeBytes()
                    + " are free (" + e.getMessage() + ")");
        }
        return place.address();
    }

    @Override
    public void free(long address) {
        enter();
        JCudaDriver.cuMemFree(new Handles.Place(address));
    }

    @Override
    public void upload(List<Copy> copies) {
        enter();
        waiting(() -> staging.upload(copies));
    }

    @Override
    public void download(List<Copy> copies) {
        enter();
        waiting(() -> staging.download(copies));
    }

    @Override
    public Map<String, Kernel> load(String ptx, List<String> kernels) {
        enter();
        CUmodule module = new CUmodule();
        JCudaDriver.cuModuleLoadData(module, (ptx + "\0").getBytes(StandardCharsets.UTF_8));
        Map<String, Kernel> loaded = new LinkedHashMap<>();
        for (String name : kernels) {
            CUfunction f = new CUfunction();
            JCudaDriver.cuModuleGetFunction(f, module, name);
            loaded.put(name, new Function(name, f));
        }
        return loaded;
    }

    @Override
    public void launch(Launch l) {
        enter();
        if (!(l.kernel() instanceof Function(var name, var function))) {
            throw new IllegalArgumentException("a kernel of another device: " + l.kernel().name());
        }
        NativePointerObject[] pointers = new NativePointerObject[l.arguments().size()];
        for (int i = 0; i < pointers.length; i++) {
            pointers[i] = switch (l.arguments().get(i)) {
                case Long address -> Pointer.to(new long[] {address});
                case Integer n -> Pointer.to(new int[] {n});
                case Double x -> Pointer.to(new double[] {x});
                case int[] structure -> Pointer.to(structure);
                case Object other -> throw new IllegalArgumentException(name + ": argument " + other.getClass());
            };
        }
        JCudaDriver.cuLaunchKernel(function, l.gridX(), l.gridY(), l.gridZ(), l.blockX(), l.blockY(), 1, 0, stream,
                Pointer.to(pointers), null);
    }

    @Override
    public boolean product(MatrixProduct product) {
        enter();
        cublas.ifPresent(c -> c.queue(product));
        return cublas.isPresent();
    }

    @Override
    public Recording record(Runnable work) {
        enter();
        CUgraph graph = new CUgraph();
        JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
        try {
            work.run();
        } finally {
            JCudaDriver.cuStreamEndCapture(stream, graph);
        }
        CUgraphExec executable = new CUgraphExec();
        JCudaDriver.cuGraphInstantiate(executable, graph, 0);
        JCudaDriver.cuGraphDestroy(graph);
        return new Recorded(executable);
    }

    private final class Recorded implements Recording {
        private final CUgraphExec executable;
        private boolean closed;

        Recorded(CUgraphExec executable) {
            this.executable = executable;
        }

        @Override
        public void replay() {
            enter();
            JCudaDriver.cuGraphLaunch(executable, stream);
        }

        @Override
        public void close() {
            if (!closed) {
                enter();
                JCudaDriver.cuGraphExecDestroy(executable);
                closed = true;
            }
        }
    }

    @Override
    public void synchronize() {
        enter();
        waiting(() -> JCudaDriver.cuStreamSynchronize(stream));
    }

    /** What went wrong in something queued long before shows where the queue is waited for. */
    private static void waiting(Runnable work) {
        try {
            work.run();
        } catch (CudaException e) {
            throw new IllegalStateException("the GPU stopped: " + e.getMessage()
                    + " (the system's log may say more; cuda-backend/check-on-gpu checks the GPU)", e);
        }
    }
}
