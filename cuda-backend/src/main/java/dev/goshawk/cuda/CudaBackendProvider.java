package dev.goshawk.cuda;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Workers;
import dev.goshawk.cuda.driver.DriverProbe;
import dev.goshawk.cuda.driver.JCudaDevice;
import dev.goshawk.cuda.lower.Precision;
import java.util.Optional;

/**
 * Offers the GPU to those who select it by name. It is never chosen automatically: results are a function of the backend, and a
 * machine's GPU is often in use by somebody else.
 */
public final class CudaBackendProvider implements BackendProvider {
    private static final int BELOW_VECTOR = 50;

    /** Found by {@link java.util.ServiceLoader}. */
    public CudaBackendProvider() {
    }

    @Override
    public String name() {
        return CudaBackend.NAME;
    }

    @Override
    public int priority() {
        return BELOW_VECTOR;
    }

    @Override
    public boolean isOptional() {
        return true;
    }

    @Override
    public Optional<String> unusableReason() {
        return DriverProbe.unusableReason();
    }

    @Override
    public Backend create(Workers workers) {
        return new CudaBackend(JCudaDevice.open(),
                System.getProperty(Precision.PROPERTY, Precision.FP32.label()));
    }
}
