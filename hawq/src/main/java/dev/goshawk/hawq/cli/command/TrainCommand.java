package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.run.RunInputs;
import dev.goshawk.hawq.run.ReportParts;
import dev.goshawk.hawq.cli.option.EngineOptions;
import dev.goshawk.hawq.cli.option.NetworkOptions;
import dev.goshawk.hawq.cli.option.RunOptions;
import dev.goshawk.hawq.cli.data.SplitOptions;
import dev.goshawk.hawq.cli.option.StartWeights;
import dev.goshawk.hawq.cli.option.TrainingOptions;
import dev.goshawk.hawq.cli.print.MemoryTable;
import dev.goshawk.hawq.cli.print.TrainingProgress;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingPlan;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code goshawk train}: trains a float network, from scratch or from weights. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Trains a network in float32 with stochastic gradient descent, from scratch or from given weights.",
                ""},
        footerHeading = "%nExamples:%n",
        footer = {"  bin/goshawk train --epochs 5",
                "  bin/goshawk train --data cifar10 --epochs 160 --schedule step \\",
                "      --out runs/float",
                "",
                "The trained weights are in runs/float/model.safetensors (PyTorch's names and layout): those after the "
                        + "last epoch, not the best on the test set."})
public final class TrainCommand implements Callable<Integer> {
    private static final String TRAINING = "train";
    private static final double RATE = 0.1;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private NetworkOptions model = new NetworkOptions();

    @Option(names = "--weights", paramLabel = "FILE",
            description = "Start from these weights (PyTorch or safetensors) instead of random ones, or an ONNX file's own.")
    private @Nullable Path weights;

    @Mixin
    private StartWeights start = new StartWeights();

    @Mixin
    private SplitOptions data = new SplitOptions();

    @Option(names = "--epochs", paramLabel = "N", required = true,
            description = "Number of passes over the training set; may be a fraction.")
    private double epochs;

    @Option(names = "--lr", paramLabel = "RATE",
            description = "Initial learning rate (default: 0.1; 3e-4 for trained networks without batch normalization, such as "
                    + "exported ones that have it folded).")
    private @Nullable Double rate;

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

    private int call(RunOptions held) throws IOException {
        start.check(weights);
        if (start.isRandom(weights)) {
            model.useGiven(data.input(), spec.commandLine().getErr());
        } else {
            model.use(data.input(), weights, spec.commandLine().getErr());
        }
        int inputSize = model.network().inputSize();
        held.check();
        training.check();
        data.check();
        TrainingOptions.requireEpochs("--epochs", epochs);
        PrintWriter err = spec.commandLine().getErr();
        boolean trained = !start.isRandom(weights) && (weights != null || model.isFile());
        double initial = trained
                ? TrainingOptions.rate(rate, RATE, model.network(), err)
                : Objects.requireNonNullElse(rate, RATE);
        TrainingOptions.requireRate("--lr", initial);
        Schedule schedule = Schedule.plain(epochs, training.rate(initial));
        Backend backend = engine.backend();
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> values = settings(inputSize, backend, initial);
        held.prepare(values, backend, data.sources(weights));
        TrainingData opened = data.open(inputSize, training.seed(), err);
        Network network = model.network(opened.train().classes().size());
        data.requireSize(opened, network);
        Parameters parameters = parameters(network, err);
        TrainingSettings settings = training.fitting(
                training.settings(inputSize, UniformQuantizer.standard(), BitWidth.FLOAT), opened.train().size(), err);
        TrainingPlan plan = TrainingPlan.of(network, parameters, opened, settings, false, backend);
        if (dryRun) {
            MemoryTable.print(out, plan);
            return 0;
        }
        plan.requireFits(Heap.limit(backend));
        Trainer trainer = new Trainer(network, parameters, opened, settings, schedule, backend);
        RunFolder folder = held.begin(Path.of("runs", "train-" + network.name()), commandLine(), values,
                RunInputs.fingerprints(opened, parameters), backend);
        folder.doubt().ifPresent(line -> note(line, err));
        List<EpochResult> history;
        Checkpoints checkpoints = folder.checkpoints(TRAINING);
        TrainingProgress.tellStart(TRAINING, folder, checkpoints, out);
        try (TrainingProgress progress = new TrainingProgress(TRAINING, out, err)) {
            history = trainer.run(checkpoints, progress);
        }
        folder.writeModel(RunFolder.MODEL, parameters, Map.of("format", "pt"));
        double accuracy = Objects.requireNonNullElse(history.getLast().testAccuracy(), 0.0);
        folder.writeReport(report(folder, backend, opened, network, parameters, history, accuracy));
        out.printf(Locale.ROOT, "%s on %s: test accuracy %.2f %%%n", network.name(), data.describe(), 100 * accuracy);
        out.printf(Locale.ROOT, "weights  %s%nreport   %s%n", folder.file(RunFolder.MODEL),
                folder.file(RunFolder.REPORT));
        out.flush();
        return 0;
    }

    private Parameters parameters(Network network, PrintWriter err) {
        if (start.isGiven(weights)) {
            return start.load(weights, network, DType.FLOAT32, training.seed(), err);
        }
        return model.isFile()
                ? model.parameters(network, DType.FLOAT32)
                : Parameters.initialize(network, DType.FLOAT32, training.seed());
    }

    private static void note(String line, PrintWriter err) {
        err.println("goshawk: " + line);
        err.flush();
    }

    /** Where the weights come from, as the report says it. */
    private String source() {
        String from = start.file(weights) != null ? weights + "" : model.isFile() ? model.name() : "";
        return start.isRandom(weights) || from.isEmpty()
                ? "initialized at random, trained in this run"
                : from + ", trained further in this run";
    }

    private String commandLine() {
        return "goshawk " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private Map<String, String> settings(int inputSize, Backend backend, double initial) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("command", "train");
        model.putInto(values);
        start.putInto(values);
        values.put("--data", data.settings());
        values.put("--epochs", Double.toString(epochs));
        values.put("--lr", Double.toString(initial));
        training.describe(inputSize, values);
        values.put("--backend", backend.name());
        return values;
    }

    private RunReport report(RunFolder folder, Backend backend, TrainingData opened, Network network,
            Parameters parameters,
            List<EpochResult> history, double accuracy) {
        List<Block> blocks = network.describe().blocks();
        BitAllocation allocation = BitAllocation.uniform(blocks, BitWidth.FLOAT);
        return new RunReport(ReportParts.version(), folder.settings().created(), folder.settings().command(),
                "baseline",
                ReportParts.environment(backend, engine.threads(), DType.FLOAT32),
                Map.of("initialization, order and augmentation", training.seed()),
                ReportParts.data(data.name(opened), data.location(), opened,
                        training.augmentation(network.inputSize()), List.of()),
                ReportParts.model(network, parameters, source()),
                null, List.of(),
                new RunReport.Quantization("none", "none", "none", 1, allocation.mebibytes(), 1,
                        Compression.convention(), null, null),
                blocks.stream()
                        .map(b -> new RunReport.BlockRow(b.name(), b.weights(), b.weightCount(), null, null, null, null,
                                null, BitWidth.FLOAT.bits(), 0, null, null))
                        .toList(),
                List.of(new RunReport.Schedule("baseline", history)), List.of(ReportParts.baseline(accuracy)));
    }
}
