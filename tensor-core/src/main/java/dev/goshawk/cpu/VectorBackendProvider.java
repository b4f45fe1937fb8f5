package dev.goshawk.cpu;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.JavaFloor;
import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.simd.VectorWidth;
import java.util.List;
import java.util.Optional;

/** Offers the Vector API backend where its incubator module was added on the command line. */
public final class VectorBackendProvider implements BackendProvider {
    /** Found by {@link java.util.ServiceLoader}. */
    public VectorBackendProvider() {
    }

    @Override
    public String name() {
        return VectorBackend.NAME;
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Optional<String> unusableReason() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Optional
                    .of("the JVM was started without --add-modules jdk.incubator.vector, so everything runs as plain"
                            + " loops, many times slower");
        }
        return JavaFloor.tooOld().or(VectorWidth::unusableReason);
    }

    @Override
    public boolean isAskedFor() {
        return System.getProperty(VectorWidth.PROPERTY) != null;
    }

    @Override
    public Optional<String> advice() {
        List<String> missing = JvmOptions.missing();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("everything works, but starts or runs slower without " + String.join(" ", missing));
    }

    @Override
    public Backend create(Workers workers) {
        return new VectorBackend(workers);
    }
}
