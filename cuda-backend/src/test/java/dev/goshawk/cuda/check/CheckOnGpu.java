package dev.goshawk.cuda.check;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.cuda.device.DeviceMemoryException;
import dev.goshawk.cuda.lower.Precision;
import java.util.List;
import java.util.Optional;

/**
 * Everything that needs a GPU, in one go: the op table, networks against the CPU, equal bits from run to run, races and bounds where
 * compute-sanitizer is there, and benchmarks beside PyTorch's where python3 has it. Exit code 0 if every check passes, 1 if one
 * fails, 2 if there is no GPU to check on.
 */
public final class CheckOnGpu {
    private static final int FAILED = 1;
    private static final int NO_GPU = 2;
    private static final List<String> PARTS = List.of("ops", "networks", "bits", "sanitizer", "benchmarks");

    private CheckOnGpu() {
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String[] arguments) {
        List<String> parts = arguments.length == 0 ? PARTS : List.of(arguments);
        for (String p : parts) {
            if (!PARTS.contains(p) && !p.equals(Sanitizer.SUBJECT)) {
                System.err.println(
                        "check-on-gpu: expected some of " + PARTS + " (all without any), or --bundle DIR, got '"
                                + p + "'");
                return NO_GPU;
            }
        }
        Optional<String> reason = provider().unusableReason();
        if (reason.isPresent()) {
            System.err.println("check-on-gpu: nothing to check on: " + reason.get());
            return NO_GPU;
        }
        if (parts.contains(Sanitizer.SUBJECT)) {
            Sanitizer.runSubject(gpu());
            return 0;
        }
        return check(parts);
    }

    private static int check(List<String> parts) {
        Backend gpu = gpu();
        System.out.println(gpu.description());
        System.out.println("java " + Runtime.version());
        CheckTable table = new CheckTable();
        part(parts, "ops", table, () -> OpTableCheck.run(gpu, table));
        part(parts, "networks", table, () -> NetworkCheck.run("", gpu, table));
        part(parts, "networks", table, () -> NetworkCheck.run(" (f32x3)", gpu(Precision.F32X3), table));
        part(parts, "bits", table, () -> BitsCheck.run(table));
        part(parts, "sanitizer", table, () -> Sanitizer.run(table));
        part(parts, "benchmarks", table, () -> Benchmarks.run(table));
        table.print();
        return table.failed() ? FAILED : 0;
    }

    /** A part that cannot be finished is a row of the table, and the others go on. */
    private static void part(List<String> wanted, String name, CheckTable table, Runnable work) {
        if (!wanted.contains(name)) {
            return;
        }
        try {
            work.run();
        } catch (DeviceMemoryException e) {
            table.skip(name, e.getMessage());
        } catch (RuntimeException | AssertionError e) {
            table.check(name, String.valueOf(e), "ends", false);
        }
    }

    private static BackendProvider provider() {
        return Backends.providers().stream().filter(p -> p.name().equals("cuda")).findFirst()
                .orElseThrow(() -> new IllegalStateException("cuda-backend is not on the class path"));
    }

    /** The GPU, with a state of its own: nothing is shared with another call's. */
    static Backend gpu() {
        return gpu(Precision.FP32);
    }

    /** @throws IllegalArgumentException if the GPU is too old for the precision */
    static Backend gpu(Precision precision) {
        System.setProperty(Precision.PROPERTY, precision.label());
        return provider().create(Workers.SINGLE);
    }
}
