package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.packing.PackedEstimate;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.report.PaperResults;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.cli.option.NetworkOptions;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.models.Block;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.packed.format.PackedSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code goshawk size}: what an assignment of bits saves. */
@Command(name = "size", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Prints the size of a network's weights at given bit widths, with published results for comparison, and that of the "
                        + "packed file.",
                ""},
        footerHeading = "%nExample:%n",
        footer = {"  bin/goshawk size --model resnet20 --bits 8,6,6,8,3,3,3,2,2,2,3", "",
                "--json writes {\"blocks\": [{\"name\", \"weights\", \"bits\"}, ...], \"ratio\" (compared with float32), "
                        + "\"mebibytes\", \"packed\": {\"codes\", \"scales\", \"biases\", \"other\", \"header\", \"bytes\"}}, sizes of "
                        + "the packed file in bytes; the last two for --weights alone."})
public final class SizeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private NetworkOptions model = new NetworkOptions();

    @Option(names = "--bits", paramLabel = "LIST",
            description = "Widths of the blocks in network order: 1 to 8 or 32 each.")
    private @Nullable String bits;

    @Option(names = "--weights", paramLabel = "FILE",
            description = "Instead of --bits: a packed model, the file model.packed.safetensors of a run.")
    private @Nullable Path weights;

    @Option(names = "--json", paramLabel = "FILE", description = Outputs.RESULT)
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        NetworkDescription network = weights == null ? model.network().describe() : null;
        if ((bits == null) == (weights == null)) {
            throw new ParameterException(spec.commandLine(), "--bits or --weights: expected one of them, got "
                    + (bits == null ? "neither" : "both"));
        }
        Outputs.check(spec);
        ObjectNode file = Outputs.object();
        BitAllocation allocation;
        PackedSize packed;
        String name = model.name();
        if (network != null) {
            allocation = BitAllocation.parse(network.blocks(), String.valueOf(bits));
            packed = PackedEstimate.of(network, allocation);
        } else {
            PackedModel held = model.packed(spec, Objects.requireNonNull(weights));
            name = held.network().name();
            allocation = widths(held);
            packed = held.size();
        }
        print(name, allocation, packed, file.putArray("blocks"));
        file.put("ratio", allocation.ratio()).put("mebibytes", allocation.mebibytes());
        ObjectNode bytes = file.putObject("packed").put("codes", packed.codes()).put("scales", packed.scales())
                .put("biases", packed.biases()).put("other", packed.other());
        if (packed.header() > 0) {
            bytes.put("header", packed.header()).put("bytes", packed.bytes());
        }
        Outputs.write(json, file);
        return 0;
    }

    /** The widths in a file, of layers where those of a block differ. */
    private static BitAllocation widths(PackedModel held) {
        Map<String, BitWidth> byWeight = new HashMap<>();
        List<ParameterSpec> specs = PackedNetwork.weightsOf(held.description());
        for (int i = 0; i < specs.size(); i++) {
            byWeight.put(specs.get(i).name(), BitWidth.of(held.content().weights().get(i).rule().bits()));
        }
        List<Block> blocks = held.description().blocks();
        if (blocks.stream().anyMatch(b -> b.weights().stream().map(byWeight::get).distinct().count() > 1)) {
            blocks = held.network().byLayer().describe().blocks();
        }
        return new BitAllocation(blocks, blocks.stream()
                .map(b -> byWeight.getOrDefault(b.weights().getFirst(), BitWidth.FLOAT)).toList());
    }

    private void print(String name, BitAllocation allocation, PackedSize packed, ArrayNode blocks) {
        PrintWriter out = spec.commandLine().getOut();
        int wide = Math.max(14, allocation.blocks().stream().mapToInt(b -> b.name().length()).max().orElse(0));
        for (int i = 0; i < allocation.blocks().size(); i++) {
            Block block = allocation.blocks().get(i);
            int width = allocation.bits().get(i).bits();
            out.printf(Locale.ROOT, "%-" + wide + "s %,12d weights %3d bits%n", block.name(), block.weightCount(),
                    width);
            blocks.addObject().put("name", block.name()).put("weights", block.weightCount()).put("bits", width);
        }
        out.printf(Locale.ROOT, "%n%-12s %6.2fx  %8.4f MiB  this assignment%n", name, allocation.ratio(),
                allocation.mebibytes());
        double whole = allocation.mebibytes() * allocation.ratio();
        for (RunReport.Result r : PaperResults.of(name)) {
            out.printf(Locale.ROOT, "%-12s %6.2fx  %8.4f MiB  W %s, A %s: %.2f %%, %s%n", r.method(),
                    r.weightCompression(),
                    whole / r.weightCompression(), r.weightBits(), r.activationBits(), 100 * r.accuracy(),
                    r.evidence());
        }
        out.printf("(%s)%n", Compression.convention());
        out.printf("packed file: %s%s%n", packed, packed.header() > 0 ? "" : ", and a header below 2 kB");
        out.flush();
    }
}
