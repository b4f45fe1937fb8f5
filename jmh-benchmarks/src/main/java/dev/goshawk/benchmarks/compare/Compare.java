package dev.goshawk.benchmarks.compare;

import dev.goshawk.files.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The whole table: Goshawk and its peers on this machine, in the same run, in turn. */
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false,
        subcommands = {ShapesCommand.class, GrowthCommand.class},
        description = {
                "Times Goshawk against libtorch, OpenBLAS and ONNX Runtime, alternating between processes, and prints the ratios.",
                "Before a line is timed, both sides must agree to 1e-3.", ""},
        footerHeading = "%nExample:%n", footer = "  jmh-benchmarks/compare --quick --only hvp-eval,gradient")
public final class Compare implements Callable<Integer> {
    private static final int EXIT_ERROR = 2;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--quick", description = "Fewer measurements: a rough table in a few minutes.")
    private boolean quick;

    @Option(names = "--only", paramLabel = "NAME", split = ",",
            description = "Only lines whose names start with these prefixes, such as hvp or sgemm-1024; an unknown name lists "
                    + "them all.")
    private List<String> only = List.of();

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the table to this file.")
    private @Nullable Path json;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1",
            description = "Threads on both sides (default: 1).")
    private int threads = 1;

    @Option(names = "--isa", paramLabel = "NAME",
            description = "Hold both sides to an instruction set, avx2 or avx512 (default: what the processor has).")
    private @Nullable String isa;

    /** Runs the command and ends the process: 0 where every line was measured, 2 after an error that was told in one line. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Compare());
        line.setParameterExceptionHandler((e, a) -> told(e));
        line.setExecutionExceptionHandler((e, l, p) -> told(e));
        System.exit(line.execute(arguments));
    }

    private static int told(Exception e) {
        boolean ours = e instanceof CompareException || e instanceof ParameterException || e instanceof IOException;
        String text = ours && e.getMessage() != null ? e.getMessage() : e.toString();
        System.err.println("compare: " + text.replaceAll("\\s+", " "));
        return EXIT_ERROR;
    }

    @Override
    public Integer call() throws IOException {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads: expected at least 1, got " + threads);
        }
        List<Bar> chosen = chosen();
        String folder = System.getProperty("goshawk.peers", "");
        Processes processes = new Processes(threads, folder.isEmpty() ? null : Path.of(folder),
                isa == null ? Isa.ANY : Isa.of(isa));
        Table table = new Table(System.out);
        table.head(threads, processes);
        List<Result> results = new ArrayList<>();
        Duel duel = new Duel(processes, quick, table::note);
        boolean whole = true;
        for (Bar bar : chosen) {
            try {
                for (Result result : duel.measure(bar)) {
                    results.add(result);
                    table.row(result);
                }
            } catch (CompareException e) {
                // One line's failure costs neither the other lines nor the exit status.
                told(e);
                whole = false;
            }
        }
        table.end(results);
        write(results);
        return whole ? 0 : EXIT_ERROR;
    }

    /** Whether an instruction set was asked for, which takes a process of its own. */
    boolean hasIsa() {
        return isa != null;
    }

    private List<Bar> chosen() {
        List<Bar> all = Bar.all();
        if (only.isEmpty()) {
            return all;
        }
        for (String name : only) {
            if (all.stream().noneMatch(b -> b.name().startsWith(name))) {
                throw new ParameterException(spec.commandLine(), "--only: expected one of "
                        + all.stream().map(Bar::name).toList() + " or the beginning of one, got '" + name + "'");
            }
        }
        return all.stream().filter(b -> only.stream().anyMatch(b.name()::startsWith)).toList();
    }

    private void write(List<Result> results) throws IOException {
        if (json == null) {
            return;
        }
        ArrayNode rows = MAPPER.createArrayNode();
        for (Result r : results) {
            boolean memory = r.bar().kind() == Bar.Kind.MEMORY;
            ObjectNode row = rows.addObject().put("work", r.bar().title());
            row.put("ours_ms", memory ? null : (Double) r.ours()).put("peer_ms", memory ? null : r.peer())
                    .put("ratio", r.ratio()).put("gflops", r.gflops()).put("share_of_peak", r.share());
            if (memory) {
                row.put("ours_mb", r.ours()).put("peer_mb", r.peer());
            }
            row.put("name", r.bar().name()).put("peer", r.configuration()).put("ratio_low", r.low())
                    .put("ratio_high", r.high()).put("largest_difference", r.check()).put("threads", threads)
                    .put("isa", isa);
        }
        String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(rows) + "\n";
        AtomicFile.write(json, text.getBytes(StandardCharsets.UTF_8));
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
