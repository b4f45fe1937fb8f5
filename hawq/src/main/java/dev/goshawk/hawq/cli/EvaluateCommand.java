package dev.goshawk.hawq.cli;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Parameters;
import dev.goshawk.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code goshawk evaluate}: loss and accuracy of a network on images. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Measures a network's loss (mean cross-entropy) and accuracy on images.", ""},
        footerHeading = "%nExample:%n",
        footer = {"  goshawk evaluate --weights resnet20.th --data cifar10 --json result.json", "",
                "--json writes {\"loss\": L, \"accuracy\": A, \"samples\": N}, A a fraction in [0, 1].",
                "--logits writes {\"samples\": [names], \"logits\": [[one number a class] an image]}."})
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(names = "--split", paramLabel = "NAME", defaultValue = "test",
            description = "Split to use (default: test).")
    private String split = "test";

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result there as well.")
    private @Nullable Path json;

    @Option(names = "--logits", paramLabel = "FILE", description = "Write every image's logits there.")
    private @Nullable Path logits;

    @Option(names = "--dtype", paramLabel = "TYPE", converter = DTypeConverter.class, defaultValue = "float32",
            description = "float32 (default) or float64.")
    private DType dtype = DType.FLOAT32;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128",
            description = "Images computed at once (default: 128).")
    private int batch = 128;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Override
    public Integer call() throws IOException {
        if (batch < 1) {
            throw new ParameterException(spec.commandLine(), "--batch: expected at least 1 image, got " + batch);
        }
        model.check();
        JsonFile.check(json);
        JsonFile.check(logits);
        Backend backend = engine.backend();
        ImageDataset dataset = data.open(split, model.inputSize());
        ImageFaults faults = data.faults(spec.commandLine().getErr());
        Network network = model.network(dataset);
        DataOptions.requireSize(dataset, network);
        Parameters parameters = model.parameters(network, dtype);

        Evaluator evaluator = new Evaluator(network.trace(dtype, Math.min(batch, dataset.size()), Mode.EVALUATION),
                parameters,
                backend);
        ObjectNode file = JsonFile.object();
        ArrayNode names = file.putArray("samples");
        ArrayNode rows = file.putArray("logits");
        Evaluation result;
        double seconds;
        try (Progress progress = Progress.on(spec.commandLine().getErr())) {
            result = evaluator.evaluate(new Batches(dataset, DataOptions.NORMALIZATION, 0), faults, (image, row) -> {
                if (logits != null) {
                    names.add(dataset.name(image));
                    ArrayNode numbers = rows.addArray();
                    for (double z : row) {
                        numbers.add(z);
                    }
                }
                progress.update(image + 1 + " of " + dataset.size() + " images", (image + 1.0) / dataset.size());
            });
            seconds = progress.elapsed() / 1e9;
        }
        JsonFile.write(logits, file);
        JsonFile.write(json, JsonFile.object().put("loss", result.loss()).put("accuracy", result.accuracy())
                .put("samples", result.samples()));

        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s on %s%n", network.name(), data.describe(split));
        out.printf(Locale.ROOT, "accuracy %.2f %%  (%d of %d images)   loss %.6f%n", 100 * result.accuracy(),
                result.correct(),
                result.samples(), result.loss());
        if (faults.count() > 0) {
            out.printf(Locale.ROOT, "%d images could not be read and were left out%n", faults.count());
        }
        out.printf(Locale.ROOT, "%s   %.1f s%n", Provenance.of(backend, dtype), seconds);
        out.flush();
        return 0;
    }
}
