package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.report.PaperResults;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.cli.option.NamedNetwork;
import dev.goshawk.hawq.cli.option.Outputs;
import dev.goshawk.models.Block;
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

/** {@code goshawk size}: what an assignment of bits saves. */
@Command(name = "size", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Prints the size of a network's weights at given bit widths, with published results for comparison.",
                ""},
        footerHeading = "%nExample:%n", footer = {"  goshawk size --model resnet20 --bits 8,6,6,8,3,3,3,2,2,2,3", "",
                "--json writes {\"blocks\": [{\"name\", \"weights\", \"bits\"}, ...], \"ratio\" (compared with float32), "
                        + "\"mebibytes\"}."})
public final class SizeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet20",
            description = "Network (default: ${DEFAULT-VALUE}); 'goshawk models' lists them all.")
    private String model = "";

    @Option(names = "--bits", paramLabel = "LIST", required = true,
            description = "Widths of the blocks in network order: 1 to 8 or 32 each.")
    private String bits = "";

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        Outputs.check(spec);
        ObjectNode file = Outputs.object();
        ArrayNode blocks = file.putArray("blocks");
        PrintWriter out = spec.commandLine().getOut();
        BitAllocation allocation = BitAllocation
                .parse(NamedNetwork.of(model).describe().blocks(), bits);
        for (int i = 0; i < allocation.blocks().size(); i++) {
            Block block = allocation.blocks().get(i);
            int width = allocation.bits().get(i).bits();
            out.printf(Locale.ROOT, "%-14s %,12d weights %3d bits%n", block.name(), block.weightCount(), width);
            blocks.addObject().put("name", block.name()).put("weights", block.weightCount()).put("bits", width);
        }
        out.printf(Locale.ROOT, "%n%-12s %6.2fx  %8.4f MiB  this assignment%n", model, allocation.ratio(),
                allocation.mebibytes());
        double whole = allocation.mebibytes() * allocation.ratio();
        for (RunReport.Result r : PaperResults.of(model)) {
            out.printf(Locale.ROOT, "%-12s %6.2fx  %8.4f MiB  W %s, A %s: %.2f %%, %s%n", r.method(),
                    r.weightCompression(),
                    whole / r.weightCompression(), r.weightBits(), r.activationBits(), 100 * r.accuracy(),
                    r.evidence());
        }
        out.printf("(%s)%n", Compression.convention());
        out.flush();
        Outputs.write(json, file.put("ratio", allocation.ratio()).put("mebibytes", allocation.mebibytes()));
        return 0;
    }
}
