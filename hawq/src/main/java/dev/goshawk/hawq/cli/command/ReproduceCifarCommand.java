package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.reproduce.PaperTables;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code goshawk reproduce cifar10}: HAWQ's table on CIFAR-10. */
@Command(name = "cifar10", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Runs HAWQ's table on CIFAR-10, the most important rows first: the float network, HAWQ, Direct, the reversed orders "
                        + "and the other methods, all trained alike.",
                "Without --data, the same on the embedded shapes with 3 epochs a row, in about a quarter of an hour on two cores.",
                ""},
        footerHeading = "%nExamples:%n",
        footer = {"  bin/goshawk reproduce cifar10",
                "  bin/goshawk reproduce cifar10 --weights resnet20.th --data cifar10 \\",
                "      --out runs/table",
                "",
                "The same command again goes on where it was stopped. A finished row is in the ledger at once and is not run a "
                        + "second time, also where the run folder is lost."})
public final class ReproduceCifarCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private TableRun table = new TableRun();

    @Override
    public Integer call() throws IOException {
        return table.run(spec, "goshawk reproduce cifar10", PaperTables.cifar10());
    }
}
