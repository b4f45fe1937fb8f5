package dev.goshawk.cuda;

import dev.goshawk.cuda.emulated.EmulatedDevice;
import dev.goshawk.cuda.kernels.EmulatedKernels;

/** The backend on a device that is emulated on the CPU; a test that asks for one is skipped where there is no C++ compiler. */
final class EmulatedBackend {
    private static final long MEMORY = 1L << 30;

    private EmulatedBackend() {
    }

    static EmulatedDevice device(long memory, boolean backwards) {
        EmulatedKernels kernels = EmulatedKernels.orSkip();
        return new EmulatedDevice(memory, backwards, l -> kernels.launch(l.kernel().name(), l.gridX(), l.gridY(),
                l.gridZ(), l.blockX(), l.blockY(), l.arguments(), backwards));
    }

    static EmulatedDevice device() {
        return device(MEMORY, false);
    }

    static CudaBackend backend() {
        return on(device());
    }

    static CudaBackend on(EmulatedDevice device) {
        return new CudaBackend(device, "fp32");
    }
}
