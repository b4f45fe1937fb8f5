package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.NetworkDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code goshawk models}: the networks there are, and what they weigh. */
@Command(name = "models", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Lists the networks with their image size, parameters, weights, multiply-adds and blocks.",
                "Parameters are all trainable numbers; weights are those of convolution and fully connected layers, which are "
                        + "quantized; multiply-adds are for one image, padding included.",
                ""},
        footerHeading = "%nExample:%n", footer = {"  bin/goshawk models --blocks", "",
                "--json writes {\"models\": [{\"name\", \"input_size\", \"parameters\", \"weights\", \"multiply_adds\", "
                        + "\"blocks\": [{\"name\", \"weights\", \"multiply_adds\"}, ...]}, ...]}."})
public final class ModelsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--blocks", description = "Also list the blocks of each network.")
    private boolean blocks;

    @Option(names = "--json", paramLabel = "FILE", description = Outputs.RESULT)
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        Outputs.check(spec);
        ObjectNode file = Outputs.object();
        ArrayNode models = file.putArray("models");
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%-16s %5s %13s %13s %16s %7s%n", "model", "pixel", "parameters", "weights",
                "multiply-adds",
                "blocks");
        for (String name : Networks.names()) {
            Network network = Networks.byName(name);
            NetworkDescription t = network.describe();
            out.printf(Locale.ROOT, "%-16s %5d %,13d %,13d %,16d %7d%n", name, network.inputSize(), t.parameterCount(),
                    t.weightCount(), t.macs(), t.blocks().size());
            ObjectNode model = models.addObject().put("name", name).put("input_size", network.inputSize())
                    .put("parameters", t.parameterCount()).put("weights", t.weightCount())
                    .put("multiply_adds", t.macs());
            ArrayNode listed = model.putArray("blocks");
            t.blocks().forEach(b -> listed.addObject().put("name", b.name()).put("weights", b.weightCount())
                    .put("multiply_adds", b.macs()));
            if (blocks) {
                t.blocks().forEach(b -> out.printf(Locale.ROOT, "  %-14s %19s %,13d %,16d%n", b.name(), "",
                        b.weightCount(), b.macs()));
            }
        }
        out.flush();
        Outputs.write(json, file);
        return 0;
    }
}
