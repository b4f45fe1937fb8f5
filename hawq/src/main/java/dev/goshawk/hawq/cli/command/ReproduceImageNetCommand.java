package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.reproduce.ExperimentTable;
import dev.goshawk.hawq.reproduce.PaperTables;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code goshawk reproduce imagenet}: HAWQ's tables on ImageNet. */
@Command(name = "imagenet", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
                "Runs HAWQ's table of a network on ImageNet, the most important rows first: the float network, HAWQ, Direct and "
                        + "later methods, all trained alike.",
                ""},
        footerHeading = "%nExample:%n",
        footer = {"  bin/goshawk reproduce imagenet --weights resnet50.pth --data IMAGENET \\",
                "      --test-split val --out runs/resnet50",
                "",
                "The same command again goes on where it was stopped."})
public final class ReproduceImageNetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "resnet50",
            description = "Network of the paper: resnet50 (default), inception_v3 or sqnxt23_w2.")
    private String model = "resnet50";

    @Mixin
    private TableRun table = new TableRun();

    @Override
    public Integer call() throws IOException {
        ExperimentTable paper;
        try {
            paper = PaperTables.imageNet(model);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--model: " + e.getMessage(), e);
        }
        return table.run(spec, "goshawk reproduce imagenet", paper);
    }
}
