package dev.goshawk.hawq.cli.command;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.cli.option.EngineOptions;
import dev.goshawk.hawq.cli.option.Given;
import dev.goshawk.hawq.cli.option.SampleOptions;
import dev.goshawk.hawq.cli.data.SplitOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.cli.option.StartWeights;
import dev.goshawk.hawq.cli.option.TableOptions;
import dev.goshawk.hawq.cli.option.TrainingOptions;
import dev.goshawk.hawq.cli.print.PlanTable;
import dev.goshawk.hawq.cli.print.TableProgress;
import dev.goshawk.hawq.cli.quantize.SearchOptions;
import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.landscape.Landscape;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.report.Comparison;
import dev.goshawk.hawq.report.ComparisonPage;
import dev.goshawk.hawq.reproduce.Experiment;
import dev.goshawk.hawq.reproduce.ExperimentTable;
import dev.goshawk.hawq.reproduce.Ledger;
import dev.goshawk.hawq.reproduce.LedgerRow;
import dev.goshawk.hawq.reproduce.Recipe;
import dev.goshawk.hawq.reproduce.Reproduction;
import dev.goshawk.hawq.reproduce.RowOrigin;
import dev.goshawk.hawq.reproduce.StepTiming;
import dev.goshawk.hawq.reproduce.Table;
import dev.goshawk.hawq.run.EmbeddedRun;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A table, run as its command asks: what the {@code reproduce} commands have in common. */
final class TableRun {
    @Option(names = "--weights", paramLabel = "FILE",
            description = "Weights that the float network's training starts from (PyTorch or safetensors). Required with --data; "
                    + "the embedded shapes have weights of their own.")
    private @Nullable Path weights;

    @Mixin
    private StartWeights starting = new StartWeights();

    @Mixin
    private SplitOptions data = new SplitOptions();

    @Mixin
    private TableOptions table = new TableOptions();

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Option(names = "--out", paramLabel = "DIR",
            description = "Folder for the rows' runs and the report (default: runs/table).")
    private Path out = Path.of("runs", "table");

    @Option(names = "--no-landscape",
            description = "Leave the loss around the float network out of the report: along eigenvectors, and with blocks rounded "
                    + "one at a time.")
    private boolean noLandscape;

    @Option(names = "--dry-run", description = "Print the rows and about how long they will take here, and exit.")
    private boolean dryRun;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    /**
     * Runs the table.
     *
     * @param spec of the command
     * @param name what the command is called
     */
    int run(CommandSpec spec, String name, ExperimentTable paper) throws IOException {
        starting.check(weights);
        data.input().check();
        Path file = starting.file(weights);
        if (file != null) {
            data.input().readBeside(file, spec.commandLine().getErr());
        }
        List<Experiment> rows = table.rows(paper, spec);
        refuseUnused(spec, rows);
        SearchSettings searches = search.settings(data.isEmbedded(), table.shortening(data.isEmbedded()));
        Network known = data.input().of(Networks.byName(paper.network()));
        boolean own = data.isEmbedded() && EmbeddedRun.hasWeights(paper.network());
        if (data.isEmbedded() && !own) {
            throw new ParameterException(spec.commandLine(), "--data: expected a folder of images for "
                    + paper.network() + ", got none");
        }
        if (!starting.isGiven(weights) && !own) {
            throw new ParameterException(spec.commandLine(),
                    "--weights: expected weights of the float network with --data, got none");
        }
        Backend backend = engine.backend();
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter text = spec.commandLine().getOut();
        Outputs.refuseDash("--out", out, "a folder");
        Ledger ledger = Ledger.open(table.ledger(out));
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new IOException(out + ": is a file, expected a folder for the runs");
        }
        TrainingData opened = data.open(known.inputSize(), table.splitSeed(), err);
        TrainingData divided = table.holdOut(opened);
        Network network = data.input().of(Networks.byName(paper.network(), opened.train().classes().size()));
        data.input().requireClasses(network.classes());
        data.requireSize(divided, network);
        Parameters start = starting.isGiven(weights)
                ? starting.load(weights, network, DType.FLOAT32, 1, err)
                : Parameters.load(network, EmbeddedRun.weights(), DType.FLOAT32);
        Recipe recipe = new Recipe(table.epochs(data.isEmbedded()), table.batch(known.inputSize()),
                TrainingOptions.standardAugmentation(known.inputSize()));
        RowOrigin origin = origin(spec, name, backend, opened);
        Reproduction reproduction = new Reproduction(network, start, divided, recipe,
                new SampleOptions().size(known.inputSize()), searches, backend, ledger, out, origin);
        reproduction.check(rows);
        if (dryRun) {
            StepTiming timing = StepTiming.measure(network, start, divided, recipe, backend);
            text.print(PlanTable.of(rows, reproduction.missing(rows),
                    e -> timing.seconds(e, reproduction.searchEpochs(e))));
            text.flush();
            return 0;
        }
        List<LedgerRow> done;
        try (TableProgress progress = new TableProgress(text, err)) {
            done = reproduction.run(rows, progress);
        }
        Comparison comparison = Table.of(paper.network(), network.describe().blocks(), rows, done,
                provenance(command(spec), backend, opened, origin.commit()));
        print(text, comparison);
        report(text, err, comparison, reproduction, rows);
        if (done.size() < rows.size()) {
            throw new IOException((rows.size() - done.size()) + " of " + rows.size() + " rows failed, see above");
        }
        return 0;
    }

    private Map<String, String> provenance(String command, Backend backend, TrainingData opened, String commit) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("Command", command);
        provenance.put("Data",
                data.name(opened) + ", " + opened.train().size() + " training and " + opened.test().size()
                        + " test images; the test images are read once a row");
        provenance.put("Backend", backend.description());
        provenance.put("JDK", Runtime.version().toString());
        provenance.put("Commit", commit);
        provenance.put("Ledger", String.valueOf(table.ledger(out).getFileName()));
        return provenance;
    }

    private static void print(PrintWriter text, Comparison comparison) {
        text.println();
        text.print(comparison.text());
        for (String more : List.of(comparison.worth(), comparison.convergence())) {
            text.print(more.isEmpty() ? "" : System.lineSeparator() + more);
        }
        text.flush();
    }

    private void report(PrintWriter text, PrintWriter err, Comparison comparison, Reproduction reproduction,
            List<Experiment> rows) throws IOException {
        Landscape landscape = null;
        if (!noLandscape) {
            try (TableProgress progress = new TableProgress(text, err)) {
                landscape = reproduction.landscape(rows, BitAllocation.CHOICES, progress);
            } catch (HeapTooSmallException e) {
                err.println("goshawk: the report goes without the loss around the float network: " + e.getMessage());
                err.flush();
            }
        }
        Path report = out.resolve(RunFolder.REPORT);
        ComparisonPage.write(report, comparison.withLandscape(landscape));
        text.printf("%nreport  %s%nledger  %s%n", report, table.ledger(out));
        text.flush();
    }

    private static void refuseUnused(CommandSpec spec, List<Experiment> rows) {
        SearchOptions.uses().forEach((option, uses) -> {
            if (Given.is(spec, option) && rows.stream().noneMatch(e -> isUsed(uses, e))) {
                throw new ParameterException(spec.commandLine(), option + ": expected with "
                        + String.join(" or ", Methods.all().stream().filter(uses).map(NamedMethod::name).toList())
                        + " among the rows, which has a use for it");
            }
        });
    }

    private static boolean isUsed(Predicate<NamedMethod> uses, Experiment e) {
        return !e.isBaseline() && uses.test(Methods.byName(e.method()));
    }

    /** Whether an option is for other rows alone. */
    private static boolean isOfOthers(String option, Experiment e) {
        Predicate<NamedMethod> uses = SearchOptions.uses().get(option);
        return uses != null && !isUsed(uses, e);
    }

    private RowOrigin origin(CommandSpec spec, String name, Backend backend, TrainingData opened) {
        OptionalInt lanes = backend.floatLanes();
        return new RowOrigin(e -> TableOptions.command(e, name, spec, option -> isOfOthers(option, e)),
                starting.describe(weights, EmbeddedRun.SOURCE), data.name(opened), data.location(), engine.threads(),
                lanes.isPresent() ? lanes.getAsInt() : null,
                Commit.current(), table.takesOtherBuilds());
    }

    private static String command(CommandSpec spec) {
        return "goshawk " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }
}
