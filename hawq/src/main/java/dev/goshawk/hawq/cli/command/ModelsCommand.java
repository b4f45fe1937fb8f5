package dev.goshawk.hawq.cli.command;

import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.NetworkDescription;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code goshawk models}: the networks there are, and what they weigh. */
@Command(name = "models", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Lists the networks: image size, parameters (all trainable numbers), weights (convolution and fully",
                "connected layers only, which are quantized), multiply-adds per image (convolution and fully connected",
                "layers, padding included), blocks.", ""},
        footerHeading = "%nExample:%n", footer = "  goshawk models --blocks")
public final class ModelsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--blocks", description = "Also list the blocks of each network.")
    private boolean blocks;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%-16s %5s %13s %13s %16s %7s%n", "model", "pixel", "parameters", "weights",
                "multiply-adds",
                "blocks");
        for (String name : Networks.names()) {
            Network network = Networks.byName(name);
            NetworkDescription t = network.describe();
            out.printf(Locale.ROOT, "%-16s %5d %,13d %,13d %,16d %7d%n", name, network.inputSize(), t.parameterCount(),
                    t.weightCount(), t.macs(), t.blocks().size());
            if (blocks) {
                t.blocks().forEach(b -> out.printf(Locale.ROOT, "  %-14s %19s %,13d %,16d%n", b.name(), "",
                        b.weightCount(), b.macs()));
            }
        }
        out.flush();
        return 0;
    }
}
