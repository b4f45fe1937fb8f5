package dev.goshawk.benchmarks.compare;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Product;
import dev.goshawk.benchmarks.work.SampleProduct;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.models.Mode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code compare growth}: how the time of a Hessian product grows with what it is computed for. */
@Command(name = "growth", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Times Hessian products by all parameters, batch-norm in evaluation mode, for growing batches, depths, samples and "
                        + "numbers of threads, and prints Markdown.",
                "The exponent p of time = c size^p is fitted by least squares of the logarithms.", ""},
        footerHeading = "%nExample:%n", footer = "  jmh-benchmarks/compare growth --most 256")
final class GrowthCommand implements Callable<Integer> {
    private static final double WARM_SECONDS = 2;
    private static final int READINGS = 5;
    private static final int DEPTH_BATCH = 32;
    private static final int THREAD_BATCH = 128;
    private static final int LEAST_BATCH = 16;
    private static final int LEAST_SAMPLE = 128;
    private static final List<Integer> DEPTHS = List.of(20, 32, 44, 56, 110);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @ParentCommand
    private @Nullable Compare parent;

    @Option(names = "--most", paramLabel = "N", defaultValue = "512",
            description = "The largest batch; the largest sample is eight times that (default: ${DEFAULT-VALUE}).")
    private int most = LEAST_BATCH;

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        if (parent != null && parent.hasIsa()) {
            throw new ParameterException(spec.commandLine(),
                    "--isa: growth is measured in this process; set GOSHAWK_OPTS=-XX:UseAVX=2 instead");
        }
        if (most < 2 * LEAST_BATCH) {
            throw new ParameterException(spec.commandLine(),
                    "--most: expected at least " + 2 * LEAST_BATCH + ", got " + most);
        }
        out.printf("%s; Java %s; 1 thread unless said otherwise, float32; medians of %d readings%n",
                Processes.cpu("model name").strip(), Runtime.version(), READINGS);
        table("images in a batch of ResNet20", doubling(LEAST_BATCH, most),
                n -> product("resnet20-" + n, Workers.SINGLE));
        table("layers of a ResNet of CIFAR-10, batch " + DEPTH_BATCH, DEPTHS,
                n -> product("resnet" + n + "-" + DEPTH_BATCH, Workers.SINGLE));
        table("images in a sample of ResNet20, micro-batches linearized anew", doubling(LEAST_SAMPLE, 8 * most),
                n -> SampleProduct.of(Problem.resnet20(n), Backends.select(Workers.SINGLE)));
        threads();
        return 0;
    }

    private static Product product(String problem, Workers workers) {
        return Product.full(Problem.byName(problem), Mode.EVALUATION, Backends.select(workers));
    }

    private static List<Integer> doubling(int from, int to) {
        List<Integer> sizes = new ArrayList<>();
        for (int n = from; n <= to; n *= 2) {
            sizes.add(n);
        }
        return sizes;
    }

    private void table(String size, List<Integer> sizes, IntFunction<Workload> works) {
        double[] millis = measure(sizes.stream().map(works::apply).toList());
        out.printf("%n| %s | ms | us each |%n|---|---|---|%n", size);
        for (int i = 0; i < millis.length; i++) {
            int n = sizes.get(i);
            out.println(Compare.format("| %d | %.1f | %.0f |", n, millis[i], 1000 * millis[i] / n));
        }
        out.println(Compare.format("%nexponent %.3f", exponent(sizes, millis)));
    }

    private void threads() {
        List<Workers> workers = new ArrayList<>();
        for (int n = 1; n <= Runtime.getRuntime().availableProcessors(); n++) {
            workers.add(ThreadPool.ofThreads(n));
        }
        double[] millis = measure(workers.stream().<Workload>map(w -> product("resnet20-" + THREAD_BATCH, w)).toList());
        workers.forEach(Workers::close);
        out.printf("%n| threads, ResNet20, batch %d | ms | speed-up |%n|---|---|---|%n", THREAD_BATCH);
        for (int i = 0; i < millis.length; i++) {
            out.println(Compare.format("| %d | %.1f | %.2f |", i + 1, millis[i], millis[0] / millis[i]));
        }
    }

    /** The median milliseconds of each, read in turn: a machine that is slower for a while is so for all. */
    private static double[] measure(List<Workload> works) {
        works.forEach(w -> Stopwatch.warm(w, WARM_SECONDS));
        List<List<Double>> readings = works.stream().<List<Double>>map(w -> new ArrayList<>()).toList();
        for (int i = 0; i < READINGS; i++) {
            for (int k = 0; k < works.size(); k++) {
                readings.get(k).add(Stopwatch.millis(works.get(k), 1));
            }
        }
        works.forEach(Workload::close);
        return readings.stream().mapToDouble(Readings::median).toArray();
    }

    /** The slope of log time over log size. */
    private static double exponent(List<Integer> sizes, double[] millis) {
        double x = sizes.stream().mapToDouble(Math::log).average().orElseThrow();
        double y = Arrays.stream(millis).map(Math::log).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        for (int i = 0; i < millis.length; i++) {
            double dx = Math.log(sizes.get(i)) - x;
            xy += dx * (Math.log(millis[i]) - y);
            xx += dx * dx;
        }
        return xy / xx;
    }
}
