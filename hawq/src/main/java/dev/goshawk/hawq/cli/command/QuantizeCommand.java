package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.print.HelpText;
import dev.goshawk.hawq.cli.print.QuantizeProgress;
import dev.goshawk.hawq.RunOrigin;
import dev.goshawk.hawq.Method;
import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.HawqResult;
import dev.goshawk.hawq.HawqPlan;
import dev.goshawk.hawq.HawqOptions;
import dev.goshawk.hawq.Hawq;
import dev.goshawk.hawq.FineTuning;
import dev.goshawk.hawq.CurvatureSettings;
import dev.goshawk.hawq.run.EmbeddedRun;
import dev.goshawk.hawq.cli.option.EngineOptions;
import dev.goshawk.hawq.cli.quantize.FineTuningOptions;
import dev.goshawk.hawq.cli.quantize.QuantizationOptions;
import dev.goshawk.hawq.cli.quantize.SearchOptions;
import dev.goshawk.hawq.cli.option.Given;
import dev.goshawk.hawq.cli.option.NetworkOptions;
import dev.goshawk.hawq.cli.option.RunOptions;
import dev.goshawk.hawq.cli.data.SplitOptions;
import dev.goshawk.hawq.cli.option.StartWeights;
import dev.goshawk.hawq.cli.option.TrainingOptions;
import dev.goshawk.hawq.cli.print.MemoryTable;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.report.ResultTable;
import dev.goshawk.hawq.run.LoadedWeights;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.search.SearchPolicy;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.format.PackedSize;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code goshawk quantize}: the whole of HAWQ, from float weights to a quantized, fine-tuned network and a report. */
@Command(name = "quantize", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Quantizes a network in mixed precision, guided by its Hessian, and fine-tunes it block by "
                        + "block (HAWQ).",
                "Without arguments, a demonstration on the embedded shapes runs in a few minutes.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
                "  bin/goshawk quantize",
                "  bin/goshawk quantize --weights resnet20.th --data cifar10 \\",
                "      --target-ratio 13.1 --activation-bits 4 --out runs/x",
                "",
                "Steps: loss and accuracy of the float model; top eigenvalue of each block's Hessian; bits by sensitivity "
                        + "|lambda| / n within the target size; then, block by block in descending order of "
                        + "|lambda| ||Q(W) - W||^2, quantization and fine-tuning of the network.",
                "DIR/model.safetensors holds the weights that the network computes with, rounded to their levels; "
                        + "DIR/model.packed.safetensors the same network as codes, which classify and evaluate take."})
public final class QuantizeCommand implements Callable<Integer> {
    private static final double EPOCHS_PER_BLOCK = 1;
    private static final double RATE = 0.01;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private NetworkOptions model = new NetworkOptions();

    @Option(names = "--weights", paramLabel = "FILE",
            description = "Weights of the float network (PyTorch or safetensors), or the word random to try things out. "
                    + "Required with --data; resnet20 on the embedded shapes has weights of its own.")
    private @Nullable Path weights;

    @Mixin
    private StartWeights start = new StartWeights();

    @Mixin
    private SplitOptions data = new SplitOptions();

    @Mixin
    private QuantizationOptions quantization = new QuantizationOptions();

    @Mixin
    private CurvatureOptions curvature = new CurvatureOptions();

    @Option(names = "--epochs-per-block", paramLabel = "E",
            description = "Fine-tuning after each block, in epochs; may be a fraction (default: 1; on the "
                    + "embedded shapes "
                    + EmbeddedRun.EPOCHS_PER_BLOCK + ").")
    private @Nullable Double epochsPerBlock;

    @Option(names = "--final-epochs", paramLabel = "E",
            description = "Fine-tuning after the last block's (default: 0; on the embedded shapes "
                    + EmbeddedRun.FINAL_EPOCHS + ").")
    private @Nullable Double finalEpochs;

    @Option(names = "--lr", paramLabel = "RATE",
            description = "Initial learning rate of a stage (default: 0.01; on the embedded shapes " + EmbeddedRun.RATE
                    + "; 3e-4 for networks without batch normalization, such as exported ones that have it folded).")
    private @Nullable Double rate;

    @Option(names = "--one-schedule",
            description = "Run one learning-rate schedule over all stages instead of restarting it for each block.")
    private boolean oneSchedule;

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Mixin
    private FineTuningOptions fineTuning = new FineTuningOptions();

    @Mixin
    private TrainingOptions training = new TrainingOptions();

    @Option(names = "--dry-run", description = "Print how much memory the command would use, and exit.")
    private boolean dryRun;

    @Mixin
    private RunOptions run = new RunOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Override
    public Integer call() throws IOException {
        try (RunOptions held = run) {
            return call(held);
        }
    }

    /** Where the weights come from, as reports say it. */
    private String source() {
        return start.describe(weights, model.isFile() ? model.name() : EmbeddedRun.SOURCE);
    }

    private int call(RunOptions held) throws IOException {
        start.check(weights);
        if (start.isRandom(weights)) {
            model.useGiven(data.input(), spec.commandLine().getErr());
        } else {
            model.use(data.input(), weights, spec.commandLine().getErr());
        }
        int inputSize = model.network().inputSize();
        List<Block> known = quantization.units(model.network()).describe().blocks();
        quantization.check(known);
        held.check();
        training.check();
        data.check();
        CurvatureSettings curved = curvature.settings(inputSize);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        double initial = TrainingOptions.rate(rate, data.isEmbedded() ? EmbeddedRun.RATE : RATE, model.network(), err);
        FineTuning length = length(initial);
        Given.refuseBoth(spec, "--samples", "--sample-size", "the list says which images there are");
        quantization.refuseUnused(spec, data.isEmbedded());
        requireWeights();
        quantization.tellOfActivations(model.network(), err);
        Backend backend = engine.backend();
        List<Method> methods = quantization.methods(data.isEmbedded(), known,
                search.settings(data.isEmbedded(), length.epochsPerBlock()
                        / (data.isEmbedded() ? EmbeddedRun.EPOCHS_PER_BLOCK : EPOCHS_PER_BLOCK)));
        HawqOptions options = new HawqOptions(methods, quantization.target(), curved, length,
                fineTuning.settings(training.settings(inputSize, methods.getFirst().quantizer(),
                        quantization.activationBits())),
                start.isRandom(weights), backend);
        SequencedMap<String, String> values = settings(inputSize, options, initial);
        held.prepare(values, backend, quantization.sources(curvature.sources(data.sources(weights))));
        TrainingData opened = data.open(inputSize, training.seed(), err);
        Network network = quantization.units(model.network(opened.train().classes().size()));
        data.requireSize(opened, network);
        LoadedWeights floats = floats(network, err);
        HawqPlan plan = Hawq.plan(network, floats.parameters(), opened, options.withStartingClips(floats.clips())
                .withTraining(training.fitting(options.training(), opened.train().size(), err))
                .withCurvature(curved.withSample(curvature.listed(data, opened, network, err))));
        if (dryRun) {
            if (plan.spectrum() != null) {
                MemoryTable.print(out, plan.spectrum());
            }
            MemoryTable.print(out, plan.training());
            return 0;
        }
        if (plan.spectrum() != null) {
            curvature.tell(opened, plan.spectrum().task().samples(), err);
        }
        RunOrigin origin = new RunOrigin(commandLine(), values, source(), data.name(opened), data.location(),
                engine.threads());
        HawqResult result;
        try (QuantizeProgress progress = new QuantizeProgress(out, err, held::hint)) {
            result = plan.run(held.start(Path.of("runs", "quantize-" + training.seed())), origin, progress);
        }
        print(result, out);
        if (!result.failures().isEmpty()) {
            throw result.failures().getFirst();
        }
        return 0;
    }

    private void requireWeights() {
        if (!start.isGiven(weights) && !(data.isEmbedded() && EmbeddedRun.hasWeights(model.name()))
                && !model.isFile()) {
            throw new ParameterException(spec.commandLine(),
                    "--weights: expected the float network's weights, got none; 'goshawk train' makes them");
        }
    }

    private LoadedWeights floats(Network network, PrintWriter err) throws IOException {
        if (start.isGiven(weights)) {
            return start.open(weights, network, DType.FLOAT32, training.seed(), false, err);
        }
        return new LoadedWeights(model.isFile()
                ? model.parameters(network, DType.FLOAT32)
                : Parameters.load(network, EmbeddedRun.weights(), DType.FLOAT32), null);
    }

    private void print(HawqResult result, PrintWriter out) {
        out.println();
        out.print(ResultTable.text(result.report()));
        if (data.isEmbedded()) {
            out.println(
                    "The paper's rows are on CIFAR-10, this run's on the embedded shapes: compare the gaps, "
                            + "not the numbers.");
        }
        out.printf("%nreport   %s%nweights  %s%n", result.folder().resolve(RunFolder.REPORT),
                result.folder().resolve(RunFolder.MODEL));
        PackedSize packed = result.main().packed();
        if (packed != null) {
            out.printf("packed   %s%n         %s%n", result.folder().resolve(RunFolder.packed(RunFolder.MODEL)),
                    packed);
        }
        out.flush();
    }

    /** How long to train and at which rate, checked. */
    private FineTuning length(double initial) {
        TrainingOptions.requireRate("--lr", initial);
        double last = orElse(finalEpochs, EmbeddedRun.FINAL_EPOCHS, 0);
        fineTuning.check(last);
        return new FineTuning(orElse(epochsPerBlock, EmbeddedRun.EPOCHS_PER_BLOCK, EPOCHS_PER_BLOCK), last,
                training.rate(initial), oneSchedule, quantization.atOnce(), fineTuning.measures(training::rate));
    }

    /** Lists the methods in the help of this command, a subcommand of the one given. */
    public static void listMethods(CommandLine main) {
        CommandLine quantize = main.getSubcommands().get("quantize");
        if (quantize == null) {
            return;
        }
        // Only where help is asked for: to describe a method its policy is made.
        quantize.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING,
                help -> help.createHeading("%nMethods:%n") + Methods.all().stream()
                        .map(m -> HelpText.wrap(String.format(Locale.ROOT, "  %-16s  %s", m.name(), m.describe())))
                        .collect(Collectors.joining()) + help.footerHeading());
    }

    private double orElse(@Nullable Double given, double embedded, double otherwise) {
        if (given != null) {
            return given;
        }
        return data.isEmbedded() ? embedded : otherwise;
    }

    private String commandLine() {
        return ("goshawk " + String.join(" ", spec.commandLine().getParseResult().originalArgs())).strip();
    }

    private SequencedMap<String, String> settings(int inputSize, HawqOptions options, double initial) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        values.put("command", "quantize");
        model.putInto(values);
        start.putInto(values);
        values.put("--data", data.settings());
        quantization.describe(data.isEmbedded(), values);
        for (Method m : options.methods()) {
            if (m.policy() instanceof SearchPolicy searching) {
                values.put("search of " + m.name(), searching.describeSettings());
            }
        }
        values.put("--samples, --tolerance", curvature.describe(inputSize));
        values.put("--epochs-per-block", Double.toString(options.fineTuning().epochsPerBlock()));
        values.put("--final-epochs", Double.toString(options.fineTuning().finalEpochs()));
        values.put("--lr", Double.toString(initial));
        values.put("--one-schedule", Boolean.toString(oneSchedule));
        fineTuning.describe(values);
        training.describe(inputSize, values);
        values.put("--backend", options.backend().name());
        return values;
    }
}
