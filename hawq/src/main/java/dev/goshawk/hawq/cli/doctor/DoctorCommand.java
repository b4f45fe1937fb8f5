package dev.goshawk.hawq.cli.doctor;

import dev.goshawk.hawq.cli.option.EngineOptions;
import dev.goshawk.hawq.cli.print.Version;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.hawq.cli.print.Progress;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code goshawk doctor}: what this machine computes with, and whether it computes right. */
@Command(name = "doctor", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Reports which backend goshawk uses here and why, and checks the convolution kernels.",
                "The check takes a second: first the kernels' results against plain loops, then their speed. Exits with 1 if "
                        + "results are wrong. --deep takes two minutes at most.",
                ""},
        footerHeading = "%nExample:%n", footer = {"  bin/goshawk doctor --deep", "",
                "With the JVM's options that your other commands have: GOSHAWK_OPTS='...' bin/goshawk doctor --deep"})
public final class DoctorCommand implements Callable<Integer> {
    private static final int EXIT_WRONG = 1;
    private static final long MIB = 1 << 20;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--deep",
            description = "Also hold every op and its gradient to plain loops, each run until the compiler has made all of its "
                    + "code, and name the JDK's known defects that concern this JVM.")
    private boolean deep;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Override
    public Integer call() {
        Backend backend = engine.backend();
        PrintWriter out = spec.commandLine().getOut();
        Runtime runtime = Runtime.getRuntime();
        line(out, "goshawk", Version.project());
        line(out, "java",
                Runtime.version() + " (" + System.getProperty("java.vendor") + "), " + System.getProperty("java.home"));
        line(out, "system", System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + runtime.availableProcessors() + " processors");
        line(out, "heap", runtime.maxMemory() / MIB + " MiB at most (GOSHAWK_OPTS=-Xmx8g changes it)");
        for (BackendProvider p : Backends.providers()) {
            line(out, p.name().equals(backend.name()) ? "backend *" : "backend", p.name() + ": " + state(p, backend));
        }
        line(out, "runs on", backend.description());
        Backends.providers().stream().filter(p -> p.name().equals(backend.name())).flatMap(p -> p.advice().stream())
                .forEach(advice -> line(out, "advice", advice));
        out.flush();

        KernelCheck check = KernelCheck.of(backend, Backends.select("reference", Workers.SINGLE));
        if (check.deviations().isEmpty()) {
            line(out, "correct", "this is the backend that others are compared with");
        }
        for (KernelCheck.Deviation d : check.deviations()) {
            line(out, d.within() ? "correct" : "WRONG", String.format(Locale.ROOT,
                    "%s in %s: largest error %.1e of the largest element, %.0e allowed", d.kernel(), d.dtype(),
                    d.size(),
                    d.allowed()));
        }
        line(out, "speed",
                String.format(Locale.ROOT, "convolution 3x3, 32 channels, 16x16: %.1f GFLOP/s", check.gigaflops()));
        out.flush();
        boolean right = check.deviations().stream().allMatch(KernelCheck.Deviation::within);
        return (!deep || deep(backend, out)) && right ? 0 : EXIT_WRONG;
    }

    /** Whether every op is right. */
    private boolean deep(Backend backend, PrintWriter out) {
        JdkDefects.of(Runtime.version(), System.getProperty("os.arch"),
                ManagementFactory.getRuntimeMXBean().getInputArguments()).forEach(defect -> line(out, "jdk", defect));
        out.flush();
        DeepCheck check;
        double seconds;
        try (Progress progress = Progress.on(spec.commandLine().getErr())) {
            check = DeepCheck.of(backend, Backends.select("reference", Workers.SINGLE), DeepCheck.IDLE_NANOS,
                    progress::update);
            seconds = progress.elapsed() / 1e9;
        }
        check.faults().forEach(fault -> line(out, "WRONG", fault));
        line(out, "ops", String.format(Locale.ROOT, "%d of %d graphs are right, each in all of its runs (%d in %.0f s)",
                check.graphs() - check.faults().size(), check.graphs() + check.left(), check.runs(), seconds));
        if (check.left() > 0) {
            line(out, "ops", "there was no time for the others: this JVM is slow, see the advice");
        }
        out.flush();
        return check.faults().isEmpty();
    }

    private String state(BackendProvider provider, Backend chosen) {
        Optional<String> reason = provider.unusableReason();
        if (reason.isPresent()) {
            return "not usable: " + reason.get();
        }
        if (!provider.name().equals(chosen.name())) {
            return "usable (--backend " + provider.name() + ")";
        }
        return engine.forcedBackend() == null ? "chosen, the first usable one" : "chosen, as asked for";
    }

    private static void line(PrintWriter out, String what, String text) {
        out.printf(Locale.ROOT, "%-10s %s%n", what, text);
    }
}
