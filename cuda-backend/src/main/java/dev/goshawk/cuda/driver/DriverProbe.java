package dev.goshawk.cuda.driver;

import dev.goshawk.backend.JavaFloor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import jcuda.JCudaVersion;

/** Says whether a GPU can be used here, and if not, why, in one line. Never throws. */
public final class DriverProbe {
    static final String LIBRARY = "libcuda.so.1";
    private static final int OLDEST_VERSION = 12_000;
    private static final int OLDEST_MAJOR = 7;
    private static final int NO_DEVICE = 100;
    private static final int COMPUTE_CAPABILITY_MAJOR = 75;
    private static final int COMPUTE_CAPABILITY_MINOR = 76;

    private static final class Cached {
        static final Optional<String> REASON = probe();
    }

    private DriverProbe() {
    }

    /** Why no GPU can be used, with what would help; empty if one can. Found out once. */
    public static Optional<String> unusableReason() {
        return Cached.REASON;
    }

    private static Optional<String> probe() {
        try {
            Optional<String> reason = platform(System.getProperty("os.name"), System.getProperty("os.arch"))
                    .or(JavaFloor::tooOld);
            if (reason.isPresent()) {
                return reason;
            }
            String jcuda = JCudaVersion.get();
            if (DriverProbe.class.getResource("/lib/libJCudaDriver-" + jcuda + "-linux-x86_64.so") == null) {
                return Optional.of("the class path lacks jcuda-natives-" + jcuda + "-linux-x86_64.jar");
            }
            // Where not even the kernel's part is loaded, no library needs to be tried.
            if (Stream.of("/dev/nvidiactl", "/dev/dxg").map(Path::of).noneMatch(Files::exists)
                    && !System.getenv().containsKey("LD_LIBRARY_PATH")) {
                return Optional.of("no NVIDIA driver: this machine, or container, has no GPU device (/dev/nvidiactl)");
            }
            return usable(DriverCalls.open(LIBRARY));
        } catch (IllegalArgumentException e) {
            return Optional.of("no NVIDIA driver: " + LIBRARY + " is not found; install the driver, or start the"
                    + " container with its GPUs");
        } catch (RuntimeException | LinkageError e) {
            return Optional.of("asking the driver failed: " + e);
        }
    }

    static Optional<String> platform(String system, String architecture) {
        boolean linux = system.toLowerCase(Locale.ROOT).contains("linux");
        return linux && architecture.equals("amd64")
                ? Optional.empty()
                : Optional.of("it is there for Linux on x86-64, this is " + system + " on " + architecture);
    }

    static Optional<String> usable(DriverCalls driver) {
        int code = driver.init();
        if (code == NO_DEVICE) {
            return Optional.of("the NVIDIA driver finds no device");
        }
        if (code != 0) {
            return Optional.of("the NVIDIA driver does not start (cuInit returns " + code
                    + "): see nvidia-smi, or restart after an update");
        }
        int version = driver.version();
        if (version < OLDEST_VERSION) {
            return Optional.of("the NVIDIA driver is too old: it supports CUDA " + version / 1000 + "."
                    + version % 1000 / 10 + ", needed is " + OLDEST_VERSION / 1000 + ".0 (driver 525 or newer)");
        }
        if (driver.devices() < 1) {
            return Optional.of("the NVIDIA driver finds no device (CUDA_VISIBLE_DEVICES="
                    + System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "unset") + ")");
        }
        int major = driver.attribute(COMPUTE_CAPABILITY_MAJOR);
        if (major < OLDEST_MAJOR) {
            return Optional.of("the GPU is too old: compute capability " + major + "."
                    + driver.attribute(COMPUTE_CAPABILITY_MINOR) + ", needed is 7.0 (Volta) or newer");
        }
        return Optional.empty();
    }
}
