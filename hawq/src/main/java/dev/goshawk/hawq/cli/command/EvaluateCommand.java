package dev.goshawk.hawq.cli.command;

import dev.goshawk.data.PrefetchingBatches;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.evaluation.EvaluationPlan;
import dev.goshawk.hawq.run.LoadedWeights;
import dev.goshawk.hawq.cli.option.DTypeConverter;
import dev.goshawk.hawq.cli.data.DataOptions;
import dev.goshawk.hawq.cli.option.EngineOptions;
import dev.goshawk.hawq.cli.option.Given;
import dev.goshawk.hawq.cli.option.ModelOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.cli.packed.IntegerComparison;
import dev.goshawk.hawq.cli.print.LogitsRows;
import dev.goshawk.hawq.cli.print.MemoryTable;
import dev.goshawk.hawq.cli.print.Progress;
import dev.goshawk.hawq.cli.print.Provenance;
import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.quantize.family.StoredActivations;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.integer.IntegerBatch;
import dev.goshawk.packed.integer.IntegerModel;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code goshawk evaluate}: loss and accuracy of a network on images. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Computes a network's loss (mean cross-entropy) and accuracy on images.", ""},
        footerHeading = "%nExample:%n",
        footer = {"  bin/goshawk evaluate --weights resnet20.th --data cifar10 --json result.json", "",
                "--json writes {\"loss\": L, \"accuracy\": A, \"samples\": N}, A a fraction in [0, 1].",
                "--logits writes {\"samples\": [names], \"logits\": [[one number a class] an image]}."})
public final class EvaluateCommand implements Callable<Integer> {
    private static final List<String> IN_PLACE_OF = List.of("--data", "--samples", "--labels", "--split", "--resize",
            "--crop", "--input-size");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(names = "--split", paramLabel = "NAME", defaultValue = "test",
            description = "Split to use (default: test).")
    private String split = "test";

    @Option(names = "--json", paramLabel = "FILE", description = Outputs.RESULT)
    private @Nullable Path json;

    @Option(names = "--logits", paramLabel = "FILE",
            description = "Write every image's logits to this file; - is standard output.")
    private @Nullable Path logits;

    @Option(names = "--inputs", paramLabel = "FILE",
            description = "Instead of --data: a file (safetensors or PyTorch) with the tensors images [N, 3, height, width], "
                    + "already normalized or uint8 pixels, and labels [N], integers. For comparison with another program on "
                    + "the same numbers.")
    private @Nullable Path inputs;

    @Option(names = "--dtype", paramLabel = "TYPE", converter = DTypeConverter.class, defaultValue = "float32",
            description = "float32 (default) or float64.")
    private DType dtype = DType.FLOAT32;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128",
            description = "Images per batch (default: 128).")
    private int batch = 128;

    @Option(names = "--integer",
            description = "Packed models: compute in integers alone, and say how that differs from floats.")
    private boolean integer;

    @Option(names = "--dry-run", description = "Print how much memory the command would use, and exit.")
    private boolean dryRun;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    private String activations = "";
    private final IntegerComparison comparison = new IntegerComparison();
    private @Nullable Evaluation floats;
    private final LogitsRows rows = new LogitsRows();

    @Override
    public Integer call() throws IOException {
        if (batch < 1) {
            throw new ParameterException(spec.commandLine(), "--batch: expected at least 1 image, got " + batch);
        }
        model.keepRounding();
        model.check(data.input(), spec.commandLine().getErr());
        model.requireWeights(spec);
        if (inputs != null) {
            IN_PLACE_OF.forEach(o -> Given.refuseBoth(spec, "--inputs", o, "the file's images are all that is used"));
        }
        Outputs.check(spec);
        model.openPacked(spec);
        if (integer && model.packed() == null) {
            throw new ParameterException(spec.commandLine(), "--integer: expected a packed model as --weights");
        }
        if (integer) {
            Given.refuseBoth(spec, "--integer", "--inputs", "integers are compared on images");
        }
        Backend backend = engine.backend();
        if (dryRun) {
            plan(backend);
            Outputs.tellDryRun(spec.commandLine().getErr(), json, logits);
            return 0;
        }
        Measured measured = inputs == null ? onImages(backend) : onTensors(inputs, backend);
        print(measured, Provenance.of(backend, dtype));
        Evaluation result = measured.result();
        try {
            Outputs.write(logits, rows.content());
        } finally {
            Outputs.write(json, Outputs.object().put("loss", result.loss()).put("accuracy", result.accuracy())
                    .put("samples", result.samples()));
        }
        return 0;
    }

    private void plan(Backend backend) {
        if (inputs == null) {
            ImageDataset dataset = data.open(split, model.inputSize(), spec.commandLine().getErr());
            Network network = model.network(dataset);
            data.requireSize(dataset, network);
            print(plan(network, dataset, backend), dataset.size(), data.describe(split));
        } else {
            Network network = model.network();
            Tensor images = TensorInputs.read(inputs, dtype, network.classes(), model.normalization(data.input()),
                    spec.commandLine().getErr()).images();
            print(plan(network, images, backend), images.shape().dim(0), inputs.toString());
        }
    }

    private EvaluationPlan plan(Network network, ImageDataset dataset, Backend backend) {
        long bytes = ImageDataset.heldBytes(List.of(dataset)) + PrefetchingBatches.aheadBytes(dataset);
        return EvaluationPlan.of(network, dtype, Shape.of(dataset.size(), dataset.height(), dataset.width()), batch,
                Footprint.NONE.hold("images, decoded", bytes), backend);
    }

    private EvaluationPlan plan(Network network, Tensor images, Backend backend) {
        return EvaluationPlan.of(network, dtype, images.shape(), batch,
                Footprint.NONE.hold("images of " + inputs, images.size() * (long) dtype.bytes()), backend);
    }

    private void print(EvaluationPlan plan, int images, String source) {
        MemoryTable.print(spec.commandLine().getOut(),
                "evaluating " + plan.network().name() + " on " + images + " images, " + source, plan.footprint());
    }

    private void print(Measured measured, String provenance) {
        Evaluation result = measured.result();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s on %s%s%n", model.model(), measured.images(), activations);
        out.printf(Locale.ROOT, "accuracy %.2f %%  (%d of %d images)   loss %.6f%n", 100 * result.accuracy(),
                result.correct(), result.samples(), result.loss());
        if (floats != null) {
            comparison.print(floats, dtype, out);
        }
        if (measured.leftOut() > 0) {
            out.printf(Locale.ROOT, measured.leftOut() == 1
                    ? "%d image could not be read and was left out%n"
                    : "%d images could not be read and were left out%n", measured.leftOut());
        }
        out.printf(Locale.ROOT, "%s   %.1f s%n", provenance, measured.seconds());
        out.flush();
    }

    /** Random weights are evaluated as they are: there is no training set here to take statistics of. */
    private void warnOfRandomWeights(PrintWriter err) {
        if (model.isRandom(false)) {
            err.println(
                    "goshawk: --weights random: batch normalization has mean 0 and variance 1, not the statistics of "
                            + "images that quantize and spectrum measure");
            err.flush();
        }
    }

    /** What was found, on what, and in which time. */
    private record Measured(Evaluation result, String images, int leftOut, double seconds) {
    }

    private Measured onImages(Backend backend) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        ImageDataset dataset = data.open(split, model.inputSize(), spec.commandLine().getErr());
        ImageFaults faults = data.faults(err);
        Network network = model.network(dataset);
        data.requireSize(dataset, network);
        plan(network, dataset, backend).requireFits(Heap.limit(backend));
        LoadedWeights start = start(network, data.isEmbedded());
        DataOptions.printNotes(dataset, err);
        warnOfRandomWeights(err);
        Evaluator evaluator = evaluator(network, start, dataset.size(), dataset.height(), dataset.width(), backend);
        Batches batches = new Batches(dataset, model.normalization(data.input()), 0);
        Evaluator integers = integer ? inIntegers(dataset, backend) : null;
        try (Progress progress = Progress.on(err)) {
            if (integers != null) {
                floats = evaluator.evaluate(batches, data.quietFaults(), (image, row) -> comparison.addFloats(row));
                evaluator = integers;
            }
            Evaluation result = evaluator.evaluate(batches, faults, (image, row) -> {
                if (integer) {
                    comparison.addIntegers(dataset.name(image), row);
                }
                keep(dataset.name(image), row);
                progress.update(image + 1 + " of " + dataset.size() + " images", (image + 1.0) / dataset.size());
            });
            return new Measured(result, data.describe(split), faults.count(), progress.elapsed() / 1e9);
        }
    }

    private Measured onTensors(Path tensors, Backend backend) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Network network = model.network();
        TensorInputs given = TensorInputs.read(tensors, dtype, network.classes(),
                model.normalization(data.input()), err);
        plan(network, given.images(), backend).requireFits(Heap.limit(backend));
        LoadedWeights start = start(network, false);
        int images = given.labels().length;
        warnOfRandomWeights(err);
        Evaluator evaluator = evaluator(network, start, images, given.images().shape().dim(1),
                given.images().shape().dim(2), backend);
        try (Progress progress = Progress.on(err)) {
            Evaluation result = evaluator.evaluate(given.images(), given.labels(), (image, row) -> {
                keep(Integer.toString(image), row);
                progress.update(image + 1 + " of " + images + " images", (image + 1.0) / images);
            });
            return new Measured(result, tensors + " (" + given.description() + ")", 0, progress.elapsed() / 1e9);
        }
    }

    private Evaluator inIntegers(ImageDataset dataset, Backend backend) {
        PackedModel packed = Objects.requireNonNull(model.packed());
        int most = Math.min(batch, dataset.size());
        int classes = packed.network().classes();
        return new Evaluator(
                new IntegerBatch(new IntegerModel(packed, dataset.height(), dataset.width(), backend.integers()), most,
                        classes),
                Tensor.zeros(DType.FLOAT32, Shape.of(most, dataset.height(), dataset.width(), 3)), classes);
    }

    /** The weights, or null where they are a packed model. */
    private @Nullable LoadedWeights start(Network network, boolean embedded) throws IOException {
        return model.packed() != null
                ? null
                : model.weights(network, dtype, embedded, 0, true, spec.commandLine().getErr());
    }

    /** The network with its activations rounded as the weight file says, where it does. */
    private Evaluator evaluator(Network network, @Nullable LoadedWeights start, int images, int height, int width,
            Backend backend) {
        if (start == null) {
            PackedModel.Traced traced = Objects.requireNonNull(model.packed()).trace(dtype, Math.min(batch, images),
                    height, width);
            activations = ", packed";
            return new Evaluator(traced.network(), traced::bindTo, backend);
        }
        StoredActivations stored = start.activations();
        StoredActivations.Hooks hooks = stored == null ? null : stored.hooks();
        Evaluator evaluator = new Evaluator(network.trace(dtype, Math.min(batch, images), height, width,
                Mode.EVALUATION, hooks == null ? LayerHooks.NONE : hooks), start.parameters(), backend);
        if (stored != null && hooks != null) {
            hooks.bindTo(evaluator.forward());
            activations = ", activations of " + stored.bits() + " bits";
        }
        return evaluator;
    }

    private void keep(String name, double[] row) {
        if (logits != null) {
            rows.add(name, row);
        }
    }
}
