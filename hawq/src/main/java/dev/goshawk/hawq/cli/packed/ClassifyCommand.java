package dev.goshawk.hawq.cli.packed;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.DataException;
import dev.goshawk.data.image.ImageDecoder;
import dev.goshawk.files.AtomicFile;
import dev.goshawk.files.Printable;
import dev.goshawk.hawq.cli.option.EngineOptions;
import dev.goshawk.hawq.cli.option.NamedNetwork;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.packing.PackedPlan;
import dev.goshawk.packed.Classification;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.QuantizedModel;
import dev.goshawk.packed.integer.IntegerModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code goshawk classify}: what a packed model makes of images. */
@Command(name = "classify", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Classifies images with the packed model of a run.", ""},
        footerHeading = "%nExample:%n",
        footer = {"  bin/goshawk classify --weights runs/x/model.packed.safetensors \\", "      cat.jpg dog.png", "",
                "--json writes {\"model\", \"images\": [{\"image\", \"classes\": [{\"name\", \"label\", \"probability\", "
                        + "\"logit\"}, ...]}, ...]}, the most probable classes first."})
public final class ClassifyCommand implements Callable<Integer> {
    private static final int BAR = 40;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--weights", paramLabel = "FILE", required = true, description = "Packed model.")
    private Path weights = Path.of("");

    @Option(names = "--model", paramLabel = "FILE.onnx",
            description = "The ONNX file that was quantized, where the model is that of one.")
    private @Nullable String model;

    @Option(names = "--top", paramLabel = "N", defaultValue = "5", description = "Classes to print (default: 5).")
    private int top = 5;

    @Option(names = "--integer", description = "Compute in integers alone.")
    private boolean integer;

    @Option(names = "--json", paramLabel = "FILE", description = Outputs.RESULT)
    private @Nullable Path json;

    @Parameters(paramLabel = "IMAGE", arity = "1..*",
            description = "JPEG or PNG files of any size; if one cannot be read, none is classified and a line names each such file.")
    private List<Path> images = List.of();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    /** An image and what it was taken for. */
    private record Classified(Path image, Classification classes) {
    }

    @Override
    public Integer call() throws IOException {
        if (top < 1) {
            throw new ParameterException(spec.commandLine(), "--top: expected at least 1 class, got " + top);
        }
        Outputs.check(spec);
        for (Path image : images) {
            if (json != null && AtomicFile.isSame(json, image)) {
                throw new ParameterException(spec.commandLine(),
                        "--json: " + json + " is an image and would be overwritten, expected another file");
            }
        }
        requireImages();
        PackedModel packed = NamedNetwork.packed(spec, weights, model);
        Backend backend = engine.backend();
        PackedPlan.requireClassifiable(packed, integer, backend, Heap.limit(backend));
        Function<Path, Classification> classifier = integer
                ? new IntegerModel(packed, packed.info().height(), packed.info().width(),
                        backend.integers())::classify
                : QuantizedModel.of(packed, backend)::classify;
        List<Classified> all = new ArrayList<>();
        for (Path image : images) {
            all.add(new Classified(image, classifier.apply(image)));
        }
        print(all);
        Outputs.write(json, numbers(packed.network().name(), all));
        return 0;
    }

    /**
     * Fails before any work if an image cannot be read; a line on standard error names each, the last being thrown. Images are
     * decoded twice, since many at a time might not fit into memory.
     */
    private void requireImages() {
        DataException last = null;
        for (Path image : new LinkedHashSet<>(images)) {
            try {
                ImageDecoder.decode(image);
            } catch (DataException e) {
                if (last != null) {
                    spec.commandLine().getErr()
                            .println("goshawk: " + Printable.line(String.valueOf(last.getMessage())));
                }
                last = e;
            }
        }
        if (last != null) {
            throw last;
        }
    }

    private void print(List<Classified> all) {
        PrintWriter out = spec.commandLine().getOut();
        for (Classified one : all) {
            out.println(Printable.name(one.image()));
            List<Classification.Ranked> shown = one.classes().top(top);
            int width = shown.stream().mapToInt(r -> Printable.line(r.name()).length()).max().orElse(1);
            for (Classification.Ranked r : shown) {
                out.printf(Locale.ROOT, "  %-" + width + "s %6.2f %%  %s%n", Printable.line(r.name()),
                        100 * r.probability(),
                        "#".repeat((int) Math.round(BAR * r.probability())));
            }
        }
        out.flush();
    }

    private ObjectNode numbers(String network, List<Classified> all) {
        ObjectNode file = Outputs.object().put("model", network);
        ArrayNode list = file.putArray("images");
        for (Classified one : all) {
            ArrayNode classes = list.addObject().put("image", one.image().toString()).putArray("classes");
            one.classes().top(top).forEach(r -> classes.addObject().put("name", r.name()).put("label", r.label())
                    .put("probability", r.probability()).put("logit", r.logit()));
        }
        return file;
    }
}
