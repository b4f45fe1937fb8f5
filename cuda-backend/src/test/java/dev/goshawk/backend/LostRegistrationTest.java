package dev.goshawk.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.cuda.CudaBackendProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** tensor-core knows the GPU backend's provider by its name alone, which has to be the right one. */
class LostRegistrationTest {
    @Test
    void theGpuBackendIsOfferedAndWouldBeMissed() {
        ClassLoader loader = CudaBackendProvider.class.getClassLoader();
        List<String> registered = new ArrayList<>(
                Backends.providers().stream().map(p -> p.getClass().getName()).toList());
        assertEquals(List.of(), Backends.unregistered(registered, loader));

        registered.remove(CudaBackendProvider.class.getName());

        assertEquals(List.of(CudaBackendProvider.class.getName()), Backends.unregistered(registered, loader));
    }
}
