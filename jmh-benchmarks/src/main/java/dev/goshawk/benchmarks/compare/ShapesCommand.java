package dev.goshawk.benchmarks.compare;

import dev.goshawk.backend.Workers;
import dev.goshawk.benchmarks.work.Convolution;
import dev.goshawk.benchmarks.work.Peak;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.models.Networks;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code compare shapes}: every convolution of a network, in every role its gradient has, kernel by kernel. */
@Command(name = "shapes", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Times every convolution kernel of the given networks by itself, on one thread, and prints Markdown.",
                "GFLOP/s, and the share of what multiply-adds in registers reach: above 100 % where Winograd's "
                        + "algorithm saves some.",
                ""},
        footerHeading = "%nExample:%n", footer = "  jmh-benchmarks/compare shapes --network resnet20 --batch 8")
final class ShapesCommand implements Callable<Integer> {
    private static final double WARM_SECONDS = 0.4;
    private static final double READING_MILLIS = 4;
    private static final int READINGS = 15;
    /** The peak moves more slowly than it takes to read. */
    private static final int READINGS_A_PEAK = 4;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @ParentCommand
    private @Nullable Compare parent;

    @Option(names = "--network", paramLabel = "NAME", split = ",",
            defaultValue = "resnet20,resnet50,inception_v3,sqnxt23_w2",
            description = "Networks (default: ${DEFAULT-VALUE}).")
    private List<String> networks = List.of();

    @Option(names = "--batch", paramLabel = "N", defaultValue = "4",
            description = "Images (default: ${DEFAULT-VALUE}).")
    private int batch = 1;

    /** A measured kernel. */
    private record Row(Convolution.Shape shape, int count, String kernel, double gflops, double share) {
        double millis() {
            return count * shape.flop() / gflops / 1e6;
        }
    }

    @Override
    public Integer call() {
        if (parent != null && parent.hasIsa()) {
            throw new ParameterException(spec.commandLine(),
                    "--isa: shapes are measured in this process; set GOSHAWK_OPTS=-XX:UseAVX=2 instead");
        }
        if (batch < 1) {
            throw new ParameterException(spec.commandLine(), "--batch: expected at least 1, got " + batch);
        }
        PrintStream out = System.out;
        out.printf("%s; Java %s; 1 thread, float32, batch %d; medians of %d readings%n%n",
                Processes.cpu("model name").strip(),
                Runtime.version(), batch, READINGS);
        Peak peak = new Peak();
        for (String name : networks) {
            SequencedMap<Convolution.Shape, Integer> shapes;
            try {
                shapes = Convolution.of(Networks.byName(name), batch);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
            }
            List<Row> rows = new ArrayList<>();
            out.printf(
                    "## %s%n%n| role | convolution | times | kernel | GFLOP/s | of peak |%n|---|---|---|---|---|---|%n",
                    name);
            shapes.forEach((shape, count) -> rows.add(measure(shape, count, peak)));
            rows.sort(Comparator.comparing((Row r) -> r.shape().role()).thenComparing(r -> -r.millis()));
            rows.forEach(r -> out.printf(Locale.ROOT, "| %s | %s | %d | %s | %.0f | %.0f %% |%n", r.shape().role(),
                    text(r.shape().geometry()), r.count(), r.kernel(), r.gflops(), 100 * r.share()));
            out.println();
            for (ConvRole role : ConvRole.values()) {
                total(out, role, rows.stream().filter(r -> r.shape().role() == role).toList());
            }
            out.println();
        }
        return 0;
    }

    private static void total(PrintStream out, ConvRole role, List<Row> rows) {
        double millis = rows.stream().mapToDouble(Row::millis).sum();
        double flop = rows.stream().mapToDouble(r -> r.count() * r.shape().flop()).sum();
        Row slowest = rows.stream().min(Comparator.comparingDouble(Row::share)).orElseThrow();
        out.printf(Locale.ROOT,
                "- %s, all %d: %.2f GFLOP in %.1f ms, %.0f GFLOP/s; the slowest is %s at %.0f %% of the peak%n", role,
                rows.stream().mapToInt(Row::count).sum(), flop / 1e9, millis, flop / millis / 1e6,
                text(slowest.shape().geometry()),
                100 * slowest.share());
    }

    private static Row measure(Convolution.Shape shape, int count, Peak peak) {
        Convolution kernel = new Convolution(shape.role(), shape.geometry(), Workers.SINGLE);
        double once = Stopwatch.warm(kernel, WARM_SECONDS);
        int times = (int) Math.max(1, Math.ceil(READING_MILLIS / once));
        List<Double> readings = new ArrayList<>();
        List<Double> peaks = new ArrayList<>();
        for (int i = 0; i < READINGS; i++) {
            readings.add(Stopwatch.millis(kernel, times));
            if (i % READINGS_A_PEAK == 0) {
                peaks.add(Stopwatch.millis(peak, 1));
            }
        }
        double gflops = shape.flop() / Readings.median(readings) / 1e6;
        double most = Objects.requireNonNull(peak.facts().get(Workload.FLOP)) / Readings.median(peaks) / 1e6;
        return new Row(shape, count, kernel.kernel(), gflops, gflops / most);
    }

    private static String text(ConvGeometry g) {
        String stride = g.strideHeight() == g.strideWidth()
                ? "" + g.strideHeight()
                : g.strideHeight() + "x" + g.strideWidth();
        return g.kernelHeight() + "x" + g.kernelWidth() + (stride.equals("1") ? "" : " stride " + stride) + ", "
                + g.inChannels()
                + " to " + g.outChannels() + ", " + g.inHeight() + "x" + g.inWidth();
    }
}
